"""Every page, opened by everybody who may and by everybody who may not, in every way it can be shown."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.axe import FIRST, MODES, NARROWEST, PICTURED, findings, show, too_wide
from tests.browser.conftest import ARTEFACTS, Watched
from tests.browser.house import House
from tests.browser.states import PAGES, REFUSED, make

pytestmark = pytest.mark.timeout(600)  # the first test waits for all the states to be made


@pytest.fixture(scope="module")
def references(house: House) -> dict[str, str]:
    """What stands in the braces of the addresses."""
    return make(house)


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


def _look(name: str, page: Page, path: str, modes: Iterable[str]) -> list[str]:
    """Open a page, take its pictures, and tell what is wrong with it in these ways of showing it."""
    answer, wrong = page.goto(path), []
    assert answer is not None
    assert answer.status == REFUSED.get(name, 200)
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    for mode in modes:
        wrong += findings(page, mode)
        if mode in PICTURED:
            page.screenshot(path=ARTEFACTS / f"{name}-{mode}.png", full_page=True)
    return wrong


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on(name: str, references: dict[str, str], pages: Callable[[str], Page]) -> None:
    path, people = PAGES[name]
    page = pages(people[0])
    wrong = _look(name, page, path.format_map(references), FIRST)
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    wrong += too_wide(page, "narrowest")
    show(page, "light")
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_any_other_way_on(
    name: str, references: dict[str, str], pages: Callable[[str], Page]
) -> None:
    path, people = PAGES[name]
    page = pages(people[0])
    wrong = _look(name, page, path.format_map(references), [mode for mode in MODES if mode not in FIRST])
    show(page, "light")
    assert wrong == []


@pytest.mark.parametrize(
    "who", ["chief", "intake", "recommender", "approver", "admin", "auditor", "wellness", "expert", "leader"]
)
def test_every_page_opens_or_says_no_to(
    who: str, house: House, references: dict[str, str], pages: Callable[[str], Page]
) -> None:
    cookies = {one["name"]: one["value"] for one in pages(who).context.cookies()}
    with httpx.Client(base_url=house.base, cookies=cookies, timeout=30) as client, ThreadPoolExecutor(3) as several:
        opened = several.map(lambda page: client.get(page[0].format_map(references)), PAGES.values())
        answers = dict(zip(PAGES, opened, strict=True))
    for name, answer in answers.items():
        allowed = {REFUSED.get(name, 200)} if who in PAGES[name][1] else {200, 403, 404, 410}
        assert answer.status_code in allowed, (name, answer.status_code)
        assert answer.text.count("<h1") == 1, name
