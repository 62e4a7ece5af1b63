"""Forms of the road: sent twice they count once, two officers see each other, a session that ended loses no word."""

import re
from datetime import datetime, timedelta
from html import unescape

import httpx
import pytest

from app.seed.filling import DEMO_PASSWORD
from tests.field.conftest import ORDER, at_page, confirmed, field, on_site, ordered
from tests.story import Story
from tests.web.browser import RECOMMENDER, Browser, browser, headline


async def _carried(page: Browser, asked: httpx.Response, email: str) -> dict[str, str]:
    """Sign in on the page that a lost session leads to; the fields of the form that is carried over."""
    assert asked.status_code == 401
    assert "nothing that you wrote is lost" in asked.text
    kept = {name: unescape(value) for name, value in re.findall(r'name="(kept[^"]*)" value="([^"]*)"', asked.text)}
    again = await page.sends("/sign-in", email=email, password=DEMO_PASSWORD, **kept)
    assert headline(again) == "You are signed in again"
    return {name: unescape(value) for name, value in re.findall(r'hidden" name="([^"]+)" value="([^"]*)"', again.text)}


async def test_an_order_sent_twice_is_one_order_and_a_change_shows_the_one_before(story: Story) -> None:
    reference, _ = await confirmed(story)
    road = f"/desk/requests/{reference}/road/order"
    async with browser(story, RECOMMENDER) as one, browser(story, RECOMMENDER) as other:
        for _ in range(2):
            assert (await one.sends(road, **ORDER, seen="0")).status_code == 200
        assert [order["number"] for order in (await field(story, reference))["orders"]] == [1]
        await one.sends(road, **ORDER | {"report_place": "South door", "changed": "Another door."}, seen="1")
        late = await other.sends(road, **ORDER | {"report_phone": "719-555-0188", "changed": "A phone."}, seen="1")
        assert late.status_code == 412
        assert f"Order {reference}-2 went out while you wrote" in late.text
        assert "South door" in late.text
        assert 'value="719-555-0188"' in late.text
        assert len((await field(story, reference))["orders"]) == 2
        again = await other.sends(road, **ORDER | {"report_phone": "719-555-0188", "changed": "A phone."}, seen="2")
        assert again.status_code == 200
    assert (await field(story, reference))["orders"][0]["report_phone"] == "719-555-0188"


async def test_a_longer_stay_asked_for_twice_is_one_question(story: Story) -> None:
    reference, _ = await ordered(story)
    stay, day = f"/desk/requests/{reference}/stay", _day_after(await story.get(f"/deployments/{reference}"))
    async with browser(story, RECOMMENDER) as page:
        first = await page.sends(stay, until=day, reason="Two more funerals.")
        twice = await page.sends(stay, until=day, reason="Two more funerals.")
        other = await page.sends(stay, until="2027-01-01", reason="Another reason.")
    assert headline(first) == headline(twice)
    assert "Another reason." not in twice.text
    assert other.status_code == 422


@pytest.mark.parametrize("form", ["order", "stay"])
async def test_a_session_that_ended_in_the_middle_of_a_form_of_the_road_loses_no_word(story: Story, form: str) -> None:
    reference, _ = await (confirmed(story) if form == "order" else ordered(story))
    stays = {"until": _day_after(await story.get(f"/deployments/{reference}")), "reason": 'Two "more" funerals.\nSat.'}
    path, given = {
        "order": (f"/desk/requests/{reference}/road/order", ORDER | {"seen": "0"}),
        "stay": (f"/desk/requests/{reference}/stay", stays),
    }[form]
    async with browser(story, RECOMMENDER) as page:
        page.http.cookies.clear()
        carried = await _carried(page, await page.sends(path, **given), RECOMMENDER)
        assert {name: carried[name].replace("\r\n", "\n") for name in given} == given
        assert (await page.sends(path, **{name: carried[name] for name in given})).status_code == 200


async def test_the_days_report_sent_twice_is_one_report(story: Story) -> None:
    reference, people = await on_site(story)
    async with at_page(story, people[0]) as leader:
        for _ in range(2):
            said = await leader.sends(f"/my/teams/{reference}/report", done="Met both shifts.", version="")
            assert said.status_code == 200
    assert [report["done"] for report in (await field(story, reference))["reports"]] == ["Met both shifts."]


def _day_after(deployment: dict[str, str]) -> str:
    return (datetime.fromisoformat(deployment["ends_at"]) + timedelta(days=1)).date().isoformat()
