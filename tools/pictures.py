"""Takes the pictures of the documentation: the real service with an invented day at the desk, in a real browser.

`make pictures` writes `docs/desk.png`; pictures of every page are made by `make test-browser`, in `artefacts/pages`.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from app.core.postgres import EmbeddedPostgres
from app.seed.filling import DEMO_PASSWORD
from tests.browser.conftest import EMAILS, FLAGS
from tests.browser.house import House, open_house, wait_for
from tests.postgres import migrate
from tools.find_browser import NONE, found

DOCS = Path(__file__).parent.parent / "docs"
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


def a_day(house: House) -> None:
    """Requests in every state, the first answers, and a text that nobody could read."""
    house.confirms(_files(house, "Bellwater", "urgent"))
    house.asks(_files(house, "Lowry", "urgent"))
    house.recommends(_files(house, "Marrow Bay", "planned"))
    house.proposes(_files(house, "Port Amity", "immediate"))
    _files(house, "Kenai Point", "urgent")
    asked = house.files()
    offers = house.asks(asked, "T3")
    texts = ("YES {code}", "NO {code} on duty until Friday", "yes {code}", "who else goes, and can my dog come?")
    for offer, body in zip(offers, texts, strict=False):
        house.texts(offer["expert_name"], body.format(code=offer["code"]))
    wait_for(lambda: house.parts["recommender"].get("/inbox"))


def take(page: Page, path: Path) -> None:
    """The board as a recommender sees it."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(EMAILS["recommender"])
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk")
    page.locator("#live").get_by_text("Live").wait_for()
    page.wait_for_timeout(2000)
    page.screenshot(path=path, full_page=True)


def main() -> int:
    """Take them; 1 without a browser."""
    browser_path = found()
    if browser_path is None:
        sys.stderr.write(f"{NONE}\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        address = server.ensure_database("rrt_pictures")
        migrate(address)
        with open_house(address, Path(folder) / "house") as house, sync_playwright() as playwright:
            a_day(house)
            browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
            page = browser.new_page(base_url=house.base, viewport={"width": 1440, "height": 900})
            take(page, DOCS / "desk.png")
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
