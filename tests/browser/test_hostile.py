"""Hostile text that was stored, by everybody and in every field, on every page that shows it: nothing of it runs."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Dialog, Page

from app.seed.filling import DEMO_PASSWORD
from tests.browser.conftest import EMAILS
from tests.browser.house import House, wait_for
from tests.browser.states import PAGES
from tests.fuzz.hostile import FAMILIES, RUN

SEEDS = tuple(one for family in ("script", "element", "svg", "attribute", "template") for one in FAMILIES[family])
LINES = tuple(one for one in SEEDS if len(one) <= 120 and one.isprintable())
"""Those that fit into a field of one line."""
AT_HAND = ("nobody", "chief", "intake", "recommender", "approver", "admin", "expert")
"""Whose accounts every house has."""
LISTEN = """
addEventListener("securitypolicyviolation", (e) => {
  console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`);
});
"""
PLANTED = """() => {
  const events = ["onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onclick", "onbegin", "onstart", "srcdoc"];
  const strange = ["IFRAME", "OBJECT", "EMBED", "BASE", "MARQUEE", "ISINDEX", "MACTION", "STYLE"];
  const follows = ["href", "src", "action", "formaction", "data", "xlink:href"];
  const leads = (a) => follows.includes(a.name) && /^\\s*javascript:|^(https?:)?\\/\\/evil/i.test(a.value);
  const lives = (a) => events.includes(a.name) || a.name.startsWith("hx-on") || leads(a);
  const alive = [...document.querySelectorAll("*")].filter(
    (one) => strange.includes(one.tagName.toUpperCase()) || [...one.attributes].some(lives),
  );
  const scripts = [...document.scripts].filter((one) => !one.src);
  const told = [...alive, ...scripts].map((one) => one.outerHTML.slice(0, 200));
  return window.hacked ? ["a script ran", ...told] : told;
}"""
"""What a page would hold if any of it had become an element, an attribute or a script."""


@pytest.fixture(scope="module")
def stored(house: House) -> dict[str, str]:
    """Everything that people may type, full of it; what stands in the braces of the addresses."""
    admin, turn = house.parts["admin"], iter(LINES * 40)
    prose = ["\n".join(SEEDS[start : start + 30]) for start in range(0, len(SEEDS), 30)]
    experts = [_expert(house, next(turn), number) for number in range(12)]
    for number in range(8):
        place = {"city": next(turn), "county": next(turn), "state": "CO", "latitude": 39.0, "longitude": -105.0}
        more = {"name": next(turn), "executive_name": next(turn)}
        admin.post("/agencies", place | more)
        account = {"email": f"hostile{number}@x.example", "name": next(turn), "roles": ["auditor"]}
        admin.post("/users", account | {"password": DEMO_PASSWORD})
    made = {stage: _request(house, next(turn), prose, turn) for stage in ("new", "recommended", "asked")}
    for stage in ("recommended", "asked"):
        house.parts["recommender"].post(
            f"/requests/{made[stage]}/recommend", {"team_type": "T1", "note": prose[0][:1000]}
        )
    _asks(house, made["asked"])
    _letters(house, made["new"])
    _texts(house)
    wait_for(lambda: len(house.parts["recommender"].get("/inbox")) > 20)
    return made | {"leader": str(experts[0]["id"])}


def _expert(house: House, line: str, number: int) -> Any:
    place = {"city": line, "county": line, "state": "CO", "latitude": 39.0, "longitude": -105.0}
    words = {"name": line, "employer": line, "mobile": f"+1719555{6000 + number}", "disciplines": ["MH"]}
    return house.parts["admin"].post("/experts", place | words | {"credentials": [{"kind": line[:60], "state": "CO"}]})


def _request(house: House, line: str, prose: list[str], turn: Any) -> str:
    words = {"summary": "\n".join(prose)[:4000], "contact_name": line, "contact_title": next(turn), "city": next(turn)}
    reference = house.files(**words, county=next(turn), report_to=next(turn))
    house.parts["intake"].post(f"/requests/{reference}/take-in")
    house.parts["intake"].post(f"/requests/{reference}/questions", {"question": prose[0][:1000]})
    house.parts["chief"].post(f"/requests/{reference}/answer", {"answer": prose[1][:1000]})
    return reference


def _asks(house: House, reference: str) -> None:
    house.parts["approver"].post(f"/requests/{reference}/approve", {"reason_code": "need_confirmed"})
    wait_for(lambda: house.parts["intake"].get(f"/deployments/{reference}/rosters"))
    house.parts["recommender"].post(f"/deployments/{reference}/rosters/1/accept")
    wait_for(lambda: house.offers(reference))


def _letters(house: House, reference: str) -> None:
    """Letters with such names, and a browser that calls itself so."""
    with httpx.Client(base_url=house.base, follow_redirects=True, headers={"User-Agent": LINES[0]}) as page:
        page.post("/sign-in", data={"email": EMAILS["chief"], "password": DEMO_PASSWORD})
        for line in LINES[:8]:
            address, key = f"/api/v1/requests/{reference}/letters", {"Idempotency-Key": str(uuid4())}
            file = (f"{line}.pdf", b"%PDF-1.7\n", "application/pdf")
            page.post(address, files={"letter": file}, headers=key).raise_for_status()


def _texts(house: House) -> None:
    """As texts of people of the pool: the desk's inbox shows them."""
    for name, line in zip(house.numbers, LINES, strict=False):
        house.texts(name, line)


def _paths(stored: dict[str, str]) -> list[tuple[str, str]]:
    """Every page whose ids are known, with somebody who opens it; and lists that search for it."""
    paths = []
    for path, people in PAGES.values():
        who = next((one for one in people if one in AT_HAND), None)
        if who is None:
            continue
        try:
            paths.append((who, path.format_map(stored)))
        except KeyError:
            continue
    for search in ("/desk/experts?q={}", "/desk/audit?who={}&kind={}&about={}", "/desk/timeline?q={}&start={}"):
        who = "admin" if "audit" in search else "intake"
        paths += [(who, search.replace("{}", quote(line))) for line in LINES[::12]]
    return paths


def _dismiss(wrong: list[str], dialog: Dialog) -> None:
    wrong.append(f"a dialog: {dialog.message}")
    dialog.dismiss()


@pytest.mark.timeout(600)
def test_nothing_that_was_stored_runs_on_any_page(stored: dict[str, str], person: Callable[..., Page]) -> None:
    pages: dict[str, Page] = {}
    wrong, shown = list[str](), 0
    for who, path in _paths(stored):
        if who not in pages:
            pages[who] = page = person(None if who == "nobody" else who)
            page.add_init_script(LISTEN)
            page.on("dialog", partial(_dismiss, wrong))
        page = pages[who]
        answer = page.goto(path)
        assert answer is not None
        if answer.status >= 500:
            wrong.append(f"{answer.status} {path}")
        shown += RUN in (page.locator("body").text_content() or "")
        wrong += [f"{path}: {one}" for one in page.evaluate(PLANTED)]
    assert wrong == [], "\n".join(wrong)
    assert shown > 12, f"only {shown} pages showed any of it"
