"""A service, a browser, and people in front of it. Every page is watched: no error on its console, no other host."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.seed.filling import DEMO_PASSWORD
from tests import canaries
from tests.browser.house import House, open_house
from tools.find_browser import NONE, found

expect.set_options(timeout=15_000)  # two cores, and a service that starts
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
ARTEFACTS = Path(__file__).parent.parent.parent / "artefacts" / "pages"
WIDE, PHONE = 1440, 390
EMAILS = {
    "chief": "chief@harlanridge.example", "intake": "intake@desk.example", "recommender": "recommend@desk.example",
    "approver": "approve@desk.example", "admin": "admin@desk.example", "expert": "expert@experts.example",
    "leader": "leader@desk.example", "auditor": "auditor@desk.example", "wellness": "wellness@desk.example",
    "keyholder": "keyholder@desk.example", "captain": "captain@desk.example",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def house(migrated_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One service for all tests of the run."""
    data = tmp_path_factory.mktemp("house")
    with open_house(migrated_database, data) as opened:
        yield opened
    logs = [log.read_text(errors="replace") for log in (data / "web.log", data / "worker.log")]
    canaries.nobody_in(line for log in logs for line in log.splitlines() if canaries.people_in(line))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of the run."""
    path = found()
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NONE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


class Watched:
    """People at browsers of their own, and what went wrong on any of their pages."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self.chromium, self.house = chromium, house
        self.contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    def __call__(
        self, who: str | None = None, *, width: int = WIDE, script: bool = True, locale: str = "en-US"
    ) -> Page:
        """A page of somebody who is signed in; None: of nobody."""
        context = self.chromium.new_context(
            base_url=self.house.base, viewport={"width": width, "height": 900}, java_script_enabled=script,
            locale=locale,
        )  # fmt: skip
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()
        if who is not None:
            sign_in(page, who)
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._check_host(request.url))
        return page

    def _hear(self, kind: str, text: str) -> None:
        # A refused page or a lost connection is told to the console too; the tests of those look for it themselves.
        lost = text.startswith("Failed to load resource") or "Failed to fetch" in text
        if kind == "error" and not lost:
            self.wrong.append(text)

    def _check_host(self, url: str) -> None:
        if urlsplit(url).hostname not in (urlsplit(self.house.base).hostname, None) and not url.startswith("data:"):
            self.wrong.append(f"asks another host: {url}")


def sign_in(page: Page, who: str) -> None:
    """Sign in on the sign-in page that is shown, or on a fresh one."""
    if not page.locator("[name=password]").count():
        page.goto("/sign-in")
    page.locator("[name=email]").fill(EMAILS[who])
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    page.locator("[name=password]").press("Enter")
    # The form is gone. Its address may stay (a second factor, a form kept while signing in), and so may a field of that
    # name where it leads (a new person's first password).
    expect(page.locator("form[action='/sign-in'] [name=password]")).to_have_count(0)


@pytest.fixture
def person(chromium: Browser, house: House) -> Iterator[Callable[..., Page]]:
    """Opens a page for somebody; at the end, no page may have had an error."""
    watched = Watched(chromium, house)
    yield watched
    for context in watched.contexts:
        context.close()
    assert watched.wrong == []
