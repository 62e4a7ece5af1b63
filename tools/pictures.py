"""Takes the pictures: the real service with an invented day at the desk, in a real browser.

`make pictures` takes those of the documentation anew, and every page at 1440 and 390 px into `artefacts/pictures` (not
in git). `make pictures ARGS="offers phone-offer"` takes only these of the documentation, in a minute.

A new picture for the documentation is one line of `DOCUMENTED`.
"""

import base64
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from app.core.postgres import EmbeddedPostgres
from app.seed.filling import DEMO_PASSWORD
from tests.browser.conftest import EMAILS, FLAGS, PHONE, WIDE
from tests.browser.house import House, open_house, wait_for
from tests.browser.states import PAGES, make
from tests.postgres import migrate
from tools.find_browser import NONE, found

ROOT = Path(__file__).parent.parent
DOCS, ARTEFACTS = ROOT / "docs", ROOT / "artefacts" / "pictures"
TALLEST = 1600
"""CSS pixels of a picture in the documentation; what is longer ends there."""
SCREEN = 844
"""Of a phone: what somebody sees before they scroll."""
WEBP_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the documentation, `docs/pictures/NAME.webp`."""

    page: str
    """A name of `PAGES`, which says its address and who opens it; or an address, which may hold the same braces."""
    who: str | None = None
    """Who looks, one of `EMAILS`; None: the first of the page's people, of an address nobody."""
    width: int = WIDE
    part: str = ""
    """A CSS selector: only this part of the page; "": all of it, down to `tallest`."""
    dark: bool = False
    tallest: int = TALLEST
    file: str = ""
    """Where it lies under `docs`, if elsewhere."""


DOCUMENTED: dict[str, Picture] = {
    "desk": Picture("board", who="recommender", file="desk.png"),
    "desk-dark": Picture("board", who="recommender", dark=True),
    "intake": Picture("request-new"),
    "proposed": Picture("request-proposed"),
    "seat": Picture("seat"),
    "offers": Picture("request-asked"),
    "road": Picture("road"),
    "timeline": Picture("timeline", who="recommender"),
    "map": Picture("map", who="recommender"),
    "experts": Picture("experts", who="recommender"),
    "replies": Picture("replies"),
    "figures": Picture("figures", who="recommender"),
    "agency-form": Picture("agency-what", width=PHONE, tallest=SCREEN),
    "agency-status": Picture("agency-status", width=PHONE, tallest=SCREEN),
    "agency-confirmed": Picture("agency-confirmed", width=PHONE, tallest=SCREEN),
    "phone-offer": Picture("link", width=PHONE, tallest=SCREEN),
    "phone-days": Picture("expert-days", width=PHONE, tallest=SCREEN),
    "phones": Picture("{carrier}/phones?find={asked_lead}"),
}
"""Name to what it shows. In braces: what `a_day` gives."""
PLACES: dict[str, tuple[str, str, str, float, float]] = {
    "Port Amity": ("OR", "municipal", "officer_involved_shooting_nonfatal", 45.5, -122.9),
    "Bellwater": ("MN", "municipal", "civil_unrest_or_protest", 44.9, -93.3),
    "Lowry": ("GA", "county", "lodd_felonious", 32.8, -83.6),
    "Marrow Bay": ("NC", "municipal", "mass_fatality_or_disaster", 34.7, -76.7),
    "Kenai Point": ("AK", "municipal", "officer_suicide", 60.6, -151.3),
}
"""City to its state, kind of agency, what happened, latitude and longitude. All invented."""


def _files(house: House, city: str, priority: str) -> str:
    """The desk keys in a call of an agency that it enters first; the request's reference."""
    state, kind, happened, latitude, longitude = PLACES[city]
    name = f"{city} County Sheriff's Office" if kind == "county" else f"{city} Police Department"
    agency = {
        "name": name, "kind": kind, "city": city, "state": state, "latitude": latitude, "longitude": longitude
    }  # fmt: skip
    intake = house.parts["intake"]
    known = {one["name"]: one["id"] for one in intake.get("/agencies?limit=200")["items"]}
    agency_id = known.get(name) or intake.post("/agencies", agency)["id"]
    form: dict[str, Any] = {
        "agency_id": agency_id, "incident_type": happened, "city": city, "state": state,
        "priority": priority, "days": 3, "contact_name": "Pat Lindqvist", "contact_phone": "202-555-0177",
        "contact_email": "chief@agency.example",
    }  # fmt: skip
    return str(intake.post("/requests", form)["reference"])


def a_day(house: House) -> dict[str, str]:
    """Requests in every state, the first answers, and a text that nobody could read.

    Returns:
        What may stand in the braces of addresses.
    """
    _files(house, "Kenai Point", "urgent")
    house.asks(_files(house, "Lowry", "urgent"))
    filed = {
        "confirmed": _files(house, "Bellwater", "urgent"),
        "recommended": _files(house, "Marrow Bay", "planned"),
        "proposed": _files(house, "Port Amity", "immediate"),
        "new": house.files(incident_type="officer_suicide", priority="urgent"),
        "ordered": house.files(incident_type="lodd_felonious", priority="urgent"),
        "asked": house.files(),
    }
    made = make(house, filed)
    offers = house.offers(made["asked"])
    for offer, body in zip(offers[1:], ("YES {code}", "NO {code} on duty until Friday"), strict=False):
        house.texts(offer["expert_name"], body.format(code=offer["code"]))
    wait_for(lambda: sum(bool(offer["answered_at"]) for offer in house.offers(made["asked"])) >= 2)
    return made | {"carrier": house.carrier, "asked_lead": offers[-1]["expert_name"]}


class Camera:
    """Browsers of everybody who looks, each signed in once."""

    def __init__(self, browser: Browser, house: House, made: dict[str, str]) -> None:
        self.browser, self.house, self.made = browser, house, made
        self.pages: dict[str | None, Page] = {}

    def opens(self, address: str, who: str | None, width: int, *, is_dark: bool = False) -> Page:
        """The page as this person sees it, when it has come to rest."""
        page = self.pages.get(who) or self._signed_in(who)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if is_dark else "light", reduced_motion="reduce")
        page.goto(address.format_map(self.made))
        if page.locator("#live").count():
            page.locator("#live").get_by_text("Live").wait_for()
        page.wait_for_timeout(300)
        return page

    def _signed_in(self, who: str | None) -> Page:
        page = self.pages[who] = self.browser.new_context(base_url=self.house.base).new_page()
        if who is not None:
            page.goto("/sign-in")
            page.get_by_label("E-mail").fill(EMAILS[who])
            page.get_by_label("Password").fill(DEMO_PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def documents(self, name: str) -> Path:
        """Take one for the documentation. Returns: where it lies."""
        wanted = DOCUMENTED[name]
        address, people = PAGES.get(wanted.page, (wanted.page, ("nobody",)))
        who = wanted.who or (None if people[0] == "nobody" else people[0])
        page = self.opens(address, who, wanted.width, is_dark=wanted.dark)
        path = DOCS / (wanted.file or f"pictures/{name}.webp")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(_shot(page, wanted, path.suffix.removeprefix(".")))
        return path

    def every_page(self) -> None:
        """Every page as its first reader sees it, wide and on a phone, into the artefacts."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        for name, (address, people) in PAGES.items():
            for width in (WIDE, PHONE):
                page = self.opens(address, None if people[0] == "nobody" else people[0], width)
                page.screenshot(path=ARTEFACTS / f"{name}-{width}.png", full_page=True)


def _shot(page: Page, wanted: Picture, format_: str) -> bytes:
    """The picture's bytes. Playwright knows no WebP, the browser does."""
    box: dict[str, float] = page.evaluate(
        "(part) => { const one = part ? document.querySelector(part) : document.documentElement;"
        " const box = one.getBoundingClientRect(); const {x, y, width} = box;"
        " return {x: x + scrollX, y: y + scrollY, width, height: part ? box.height : one.scrollHeight}; }",
        wanted.part,
    )
    clip = box | {"height": min(box["height"], wanted.tallest), "scale": 1}
    how = {"format": format_, "clip": clip, "captureBeyondViewport": True}
    quality = {"quality": WEBP_QUALITY} if format_ == "webp" else {}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", how | quality)
    return base64.b64decode(taken["data"])


def take(house: House, browser: Browser, names: Iterable[str], *, everything: bool) -> None:
    """These of the documentation, and every page if wanted."""
    camera = Camera(browser, house, a_day(house))
    for name in names:
        path = camera.documents(name)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")
    if everything:
        camera.every_page()
        print(f"{2 * len(PAGES)} pictures in {ARTEFACTS.relative_to(ROOT)}")


def main(names: list[str]) -> int:
    """Take them; 1 without a browser, 2 for a name that is not known."""
    unknown = [name for name in names if name not in DOCUMENTED]
    if unknown:
        sys.stderr.write(f"No picture is called {', '.join(unknown)}; there are: {', '.join(DOCUMENTED)}\n")
        return 2
    browser_path = found()
    if browser_path is None:
        sys.stderr.write(f"{NONE}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        address = server.ensure_database("rrt_pictures")
        migrate(address)
        with open_house(address, Path(folder) / "house") as house, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
            take(house, browser, names or DOCUMENTED, everything=not names)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
