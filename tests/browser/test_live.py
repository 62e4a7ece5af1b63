"""What changes is on the screen at once; a lost connection is said, and heals."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.house import House

Person = Callable[..., Page]
NOTICED_WITHIN_MS = 500


def test_a_change_is_on_the_board_within_half_a_second_of_its_commit(person: Person, house: House) -> None:
    page = person("intake")
    page.goto("/desk")
    expect(page.locator("#live")).to_have_text("Live")
    took = []
    for _ in range(5):
        # The board is fetched at most every 400 ms; a quiet moment before, as in life.
        page.wait_for_timeout(600)
        rows = page.locator("tr[id^='r-']").count()
        page.evaluate("void (window.rowAt = new Promise(done => new MutationObserver(() => "
                      f"document.querySelectorAll(\"tr[id^='r-']\").length > {rows} && done(Date.now()))"
                      ".observe(document.getElementById('board'), {childList: true, subtree: true})))")  # fmt: skip
        house.files()
        committed_ms = time.time() * 1000
        took.append(page.evaluate("window.rowAt") - committed_ms)
    print(f"change to screen, ms: {[round(one) for one in took]}")
    assert sorted(took)[2] < NOTICED_WITHIN_MS


def test_focus_stays_where_it_was_when_the_board_changes(person: Person, house: House) -> None:
    reference = house.files()
    page = person("intake")
    page.goto("/desk")
    page.locator(f"#r-{reference}").get_by_role("link").focus()
    newer = house.files()
    expect(page.locator(f"#r-{newer}")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('tr').id") == f"r-{reference}"


def test_a_lost_connection_is_said_and_heals_itself(person: Person, house: House) -> None:
    page = person("intake")
    page.goto("/desk")
    expect(page.locator("#live")).to_have_text("Live")
    page.context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("Not live since")
    missed = house.files()
    page.context.set_offline(False)
    expect(page.locator("#live")).to_have_text("Live", timeout=30_000)
    expect(page.locator(f"#r-{missed}")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "live", "lost"),
    [("en-US", "Live", r"^Not live since \d+:\d\d [ap]\.m\. MT$"),
     ("es-US", "En vivo", r"^Sin actualizar desde \d+:\d\d [ap]\.m\. MT$")],
)  # fmt: skip
def test_an_agency_too_is_told_in_its_own_time_that_its_page_is_not_live(
    person: Person, house: House, locale: str, live: str, lost: str
) -> None:
    reference = house.files()
    page = person("chief", locale=locale)
    page.goto(f"/agency/requests/{reference}")
    expect(page.locator("#live")).to_have_text(live)
    page.context.set_offline(True)
    expect(page.locator("#live")).to_have_text(re.compile(lost))
    house.parts["intake"].post(f"/requests/{reference}/take-in")
    house.parts["intake"].post(f"/requests/{reference}/questions", {"question": "Which gate is open at night?"})
    page.context.set_offline(False)
    expect(page.get_by_text("Which gate is open at night?")).to_be_visible(timeout=30_000)
    expect(page.locator("#live")).to_have_text(live)


def test_one_change_is_asked_for_once(person: Person, house: House) -> None:
    reference = house.files()
    page = person("intake")
    page.goto("/desk")
    expect(page.locator("#live")).to_have_text("Live")
    house.delivers()
    page.wait_for_timeout(1500)  # what the filing and the connecting brought with them has come
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "part=board" in request.url else None)
    house.parts["intake"].post(f"/requests/{reference}/own")
    expect(page.locator(f"#r-{reference} td").last).to_contain_text("You")
    page.wait_for_timeout(1500)
    assert len(asked) == 1


def test_nothing_jumps_when_the_board_changes(person: Person, house: House) -> None:
    for _ in range(3):
        house.files()
    page = person("intake")
    page.goto("/desk")
    expect(page.locator("#live")).to_have_text("Live")
    page.wait_for_timeout(1500)
    page.evaluate(
        "void (window.jumped = 0, new PerformanceObserver(list =>"
        " list.getEntries().forEach(one => jumped += one.value)).observe({type: 'layout-shift'}))"
    )
    for _ in range(3):
        newer = house.files(priority="urgent")
        expect(page.locator(f"#r-{newer}")).to_be_visible()
        page.wait_for_timeout(1200)
    assert page.evaluate("window.jumped") < 0.01


@pytest.mark.parametrize("script", ["htmx.min.js", "hx-sse.min.js", "live.js"])
def test_a_page_is_live_however_late_one_of_its_scripts_comes(person: Person, house: House, script: str) -> None:
    reference = house.files()
    page, late = person("chief"), list[Route]()

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(re.escape(script)), hold)
    page.goto(f"/agency/requests/{reference}", wait_until="commit")
    expect(page.locator("#status")).to_be_visible()
    page.wait_for_timeout(300)
    late.pop().continue_()
    page.wait_for_load_state()
    page.wait_for_timeout(300)
    house.parts["intake"].post(f"/requests/{reference}/take-in")
    house.parts["intake"].post(f"/requests/{reference}/questions", {"question": "Which door shall we come to?"})
    expect(page.get_by_text("Which door shall we come to?")).to_be_visible()


@pytest.mark.parametrize("status", [None, 503])
def test_a_first_connection_that_fails_is_tried_again_at_once(person: Person, house: House, status: int | None) -> None:
    page = person("intake")
    page.route("**/live", lambda route: route.fulfill(status=status) if status else route.abort(), times=2)
    page.goto("/desk")
    expect(page.locator("#live")).to_have_text("Live", timeout=8_000)
    newer = house.files()
    expect(page.locator(f"#r-{newer}")).to_be_visible()


def test_a_change_that_could_not_be_fetched_is_fetched_again(person: Person, house: House) -> None:
    reference = house.files()
    page = person("intake")
    page.goto(f"/desk/requests/{reference}")
    expect(page.locator("#live")).to_have_text("Live")
    page.wait_for_timeout(4000)  # what the filing and the connecting brought with them has come
    refused = re.compile("part=live")
    page.route(refused, lambda route: route.fulfill(status=503))
    house.parts["intake"].post(f"/requests/{reference}/own")
    page.wait_for_timeout(2000)
    expect(page.locator("#owner")).to_contain_text("Nobody")
    page.unroute(refused)
    expect(page.locator("#owner")).not_to_contain_text("Nobody")
