"""Every page, opened by everybody who may and by everybody who may not, in every way it can be shown."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.seed.filling import DEMO_PASSWORD
from tests.browser.axe import MODES, NARROWEST, PICTURED, findings, show, too_wide
from tests.browser.conftest import ARTEFACTS, EMAILS, Watched
from tests.browser.house import House, wait_for

DESK = ("intake", "recommender", "approver")
STAGES = {"new": "files", "recommended": "recommends", "proposed": "proposes", "asked": "asks"}
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "start": ("/sign-in", ("nobody",)),
    "board": ("/desk", DESK),
    "request-new": ("/desk/requests/{new}", ("intake",)),
    "request-recommended": ("/desk/requests/{recommended}", ("approver",)),
    "request-proposed": ("/desk/requests/{proposed}", ("recommender",)),
    "call": ("/desk/new", ("intake",)),
    "seat": ("/desk/requests/{proposed}/seats/1", ("recommender",)),
    "versions": ("/desk/requests/{proposed}/versions", ("recommender", "approver")),
    "request-asked": ("/desk/requests/{asked}", ("recommender",)),
    "replies": ("/desk/replies", ("recommender",)),
    "agency": ("/agency", ("chief",)),
    "agency-start": ("/request", ("nobody", "chief")),
    "agency-what": ("/request/{form}/what", ("chief",)),
    "agency-where": ("/request/{form}/where", ("chief",)),
    "agency-help": ("/request/{form}/help", ("chief",)),
    "agency-reach": ("/request/{form}/reach", ("chief",)),
    "agency-check": ("/request/{form}/check", ("chief",)),
    "agency-more": ("/request/{form}/incident", ("chief",)),
    "agency-status": ("/agency/requests/{asked}", ("chief",)),
    "expert": ("/my", ("expert",)),
    "expert-days": ("/my/days?month=2026-12", ("expert",)),
    "expert-trips": ("/my/trips", ("expert",)),
    "expert-care": ("/my/care", ("expert",)),
    "expert-record": ("/my/record", ("expert",)),
    "expert-link-ended": ("/x/" + "0" * 27, ("nobody",)),
    "not-allowed": ("/desk", ("chief",)),
    "not-there": ("/desk/requests/99-9999", ("recommender",)),
}
"""Name to its address and to who opens it."""
REFUSED = {"expert-link-ended": 404, "not-allowed": 403, "not-there": 404}


@pytest.fixture(scope="module")
def references(house: House) -> dict[str, str]:
    """One request in every stage, and a text that nobody could read."""
    made = {stage: house.files() for stage in STAGES}
    house.recommends(made["recommended"])
    house.proposes(made["proposed"])
    first = house.asks(made["asked"])[0]
    house.texts(first["expert_name"], "who else is going, and can my dog come?")
    wait_for(lambda: house.parts["recommender"].get("/inbox"))
    return made | {"form": str(_form(house))}


def _form(house: House) -> int:
    """A form that the chief has begun."""
    with httpx.Client(base_url=house.base, follow_redirects=True) as page:
        page.post("/sign-in", data={"email": EMAILS["chief"], "password": DEMO_PASSWORD})
        begun = page.post("/request").url.path.split("/")[2]
        page.post(f"/request/{begun}/what", data={"incident_type": "mass_shooting"})
    return int(begun)


@pytest.fixture(scope="module")
def pages(chromium: Browser, house: House) -> Iterator[Callable[[str], Page]]:
    """One page for each of the people, signed in once."""
    watched, opened = Watched(chromium, house), dict[str, Page]()

    def of(who: str) -> Page:
        if who not in opened:
            opened[who] = watched(None if who == "nobody" else who)
        return opened[who]

    yield of
    for context in watched.contexts:
        context.close()
    assert watched.wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on(name: str, references: dict[str, str], pages: Callable[[str], Page]) -> None:
    path, people = PAGES[name]
    page, wrong = pages(people[0]), []
    answer = page.goto(path.format_map(references))
    assert answer is not None
    assert answer.status == REFUSED.get(name, 200)
    for mode in MODES:
        wrong += findings(page, mode)
        if mode in PICTURED:
            ARTEFACTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=ARTEFACTS / f"{name}-{mode}.png", full_page=True)
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    wrong += too_wide(page, "narrowest")
    show(page, "light")
    assert wrong == []


@pytest.mark.parametrize("who", ["chief", "intake", "recommender", "approver", "admin", "expert"])
def test_every_page_opens_or_says_no_to(who: str, references: dict[str, str], pages: Callable[[str], Page]) -> None:
    page = pages(who)
    for name, (path, people) in PAGES.items():
        answer = page.goto(path.format_map(references))
        assert answer is not None
        allowed = {REFUSED.get(name, 200)} if who in people else {200, 403, 404}
        assert answer.status in allowed, (name, answer.status)
        assert page.get_by_role("heading", level=1).count() == 1, name
