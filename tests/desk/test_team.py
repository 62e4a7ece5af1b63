"""The proposed team at work: the very texts, a moment to stop them, pins, people left out, why not, versions."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from app.core.clock import clock
from app.core.settings import get_settings
from app.messaging.sealed import SAMPLE
from tests.field.conftest import confirmed
from tests.story import Story
from tests.web.browser import APPROVER, RECOMMENDER, Browser, browser, headline


@pytest.fixture
async def reference(story: Story) -> str:
    """A request with a proposed team of three."""
    made = await story.files()
    await story.approves(made)
    return made


async def _team(story: Story, reference: str, version: int = 1) -> list[dict[str, Any]]:
    roster = await story.get(f"/deployments/{reference}/rosters/{version}")
    seats: list[dict[str, Any]] = roster["seats"]
    return seats


async def _page(page: Browser, reference: str) -> str:
    answer = await page.opens(f"/desk/requests/{reference}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def _wish(page: Browser, reference: str, verb: str, expert: int, **fields: str) -> int:
    given = {"version": "1", "verb": verb, "expert": str(expert)} | fields
    return (await page.sends(f"/desk/requests/{reference}/wishes", **given)).status_code


async def test_the_texts_on_the_page_are_those_that_go_out(story: Story, reference: str) -> None:
    async with browser(story, RECOMMENDER) as page:
        shown = await _page(page, reference)
        await page.sends(f"/desk/requests/{reference}/accept", version="1")
    await story.settle()
    sent = {re.sub(r"/x/\w{27}", f"/x/{SAMPLE}", m["body"]) for m in story.carrier.messages if "YES" in m["body"]}
    assert len(sent) == 3
    assert {unescape(text) for text in re.findall(r'<p class="rrt-sms">(.*?)</p>', shown)} == sent
    assert re.search(r"\d+ of 160 characters: one text", shown)
    assert "No rule is broken" in shown


async def test_at_night_the_page_says_when_each_text_goes(story: Story) -> None:
    reference = await story.files(priority="urgent", needed_by=(clock.now() + timedelta(days=3)).isoformat())
    await story.passes(timedelta(hours=13), timedelta(hours=13))
    await story.approves(reference)
    async with browser(story, RECOMMENDER) as page:
        shown = await _page(page, reference)
    assert "asked in the morning" in shown
    assert "it is night there" in shown


async def test_the_texts_can_be_stopped_before_they_go_and_then_nobody_is_asked(
    story: Story, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRT_UNDO_SECONDS", "60")
    get_settings.cache_clear()
    path = f"/desk/requests/{reference}"
    async with browser(story, RECOMMENDER) as page:
        held = await page.sends(f"{path}/accept", version="1")
        assert "60 seconds left" in held.text
        await story.settle()
        assert await story.offers(reference) == []
        stopped = await page.sends(f"{path}/held", version="1", verb="stop")
        assert "Ask 3 experts" in stopped.text
        await story.passes(timedelta(seconds=70), timedelta(seconds=35))
        assert await story.offers(reference) == []
        await page.sends(f"{path}/accept", version="1")
        await story.passes(timedelta(seconds=30), timedelta(seconds=30))
        assert await story.offers(reference) == []
        await story.passes(timedelta(seconds=35), timedelta(seconds=35))
        assert len(await story.offers(reference)) == 3
        assert (await page.sends(f"{path}/held", version="1", verb="stop")).status_code == 409


async def test_whoever_does_not_wait_has_them_sent_at_once(story: Story, reference: str) -> None:
    held = await story.api("recommender", "POST", f"/deployments/{reference}/rosters/1/accept", {"hold_seconds": 600})
    assert held.status_code == 200
    await story.settle()
    assert await story.offers(reference) == []
    async with browser(story, RECOMMENDER) as page:
        await page.sends(f"/desk/requests/{reference}/held", version="1", verb="now")
        await story.settle()
        assert len(await story.offers(reference)) == 3


async def test_somebody_left_out_is_in_no_later_version_until_allowed_again(story: Story, reference: str) -> None:
    first = (await _team(story, reference))[0]["choice"]
    async with browser(story, RECOMMENDER) as page:
        shown = await _page(page, reference)
        assert "It costs:" in shown[shown.index('id="without-1"') :]
        assert await _wish(page, reference, "exclude", first["expert_id"]) == 200
        assert "A new version is being composed" in await _page(page, reference)
        await story.settle()
        names = [seat["choice"]["name"] for seat in await _team(story, reference, 2)]
        assert first["name"] not in names
        shown = await _page(page, reference)
        assert "Left out by the desk" in shown
        assert "Version 2" in shown
        assert await _wish(page, reference, "forget", first["expert_id"], version="2") == 200
        await story.settle()
    assert (await _team(story, reference, 3))[0]["choice"]["name"] == first["name"]


async def test_a_pinned_person_has_the_seat_in_the_next_version(story: Story, reference: str) -> None:
    other = (await _team(story, reference))[2]["alternates"][1]
    async with browser(story, RECOMMENDER) as page:
        seat = f"/desk/requests/{reference}/seats/3"
        found = await page.opens(f"{seat}?find={other['name'].replace(' ', '+')}")
        assert f"expert={other['expert_id']}" in found.text
        price = await page.opens(f"{seat}?expert={other['expert_id']}")
        assert "What it costs" in price.text
        assert f"Put {other['name']} here" in price.text
        assert await _wish(page, reference, "pin", other["expert_id"], seat="3") == 200
        await story.settle()
        assert "Pinned by the desk" in await _page(page, reference)
        assert (await _team(story, reference, 2))[2]["choice"]["expert_id"] == other["expert_id"]
        assert await _wish(page, reference, "pin", other["expert_id"], seat="3") == 409


async def test_somebody_whom_a_rule_keeps_out_is_named_with_it_and_cannot_be_pinned(
    story: Story, reference: str
) -> None:
    advocate, leader = (await _team(story, reference))[2], (await _team(story, reference))[0]
    who = next(one["expert_id"] for one in advocate["alternates"])
    # An advocate is not the law enforcement executive that the second seat wants.
    async with browser(story, RECOMMENDER) as page:
        told = await page.opens(f"/desk/requests/{reference}/seats/2?expert={who}")
        assert "cannot take this seat" in told.text
        assert await _wish(page, reference, "pin", who, seat="2") == 200
        here = await page.opens(f"/desk/requests/{reference}/seats/1?expert={leader['choice']['expert_id']}")
        assert "has this seat already" in here.text
        assert (await page.opens(f"/desk/requests/{reference}/seats/9")).status_code == 404
    await story.settle()
    assert len(await story.get(f"/deployments/{reference}/rosters")) == 1
    refused = await story.api(
        "recommender", "POST", f"/deployments/{reference}/wishes/pin", {"version": 1, "seat": 2, "expert_id": who}
    )
    assert refused.status_code == 409
    assert refused.json()["rules"]


async def test_two_versions_stand_side_by_side_with_what_the_second_costs(story: Story, reference: str) -> None:
    others = [(seat["number"], one) for seat in await _team(story, reference) for one in seat["alternates"]]
    seat, worse = next((number, one) for number, one in others if one["differences"])
    form = {"version": 1, "seat": seat, "expert_id": worse["expert_id"]}
    await story.post("recommender", f"/deployments/{reference}/wishes/pin", form)
    await story.settle()
    async with browser(story, RECOMMENDER) as page:
        shown = await page.opens(f"/desk/requests/{reference}/versions")
        assert headline(shown) == "Version 1 is better than version 2"
        assert "The desk wished so" in shown.text
        assert "/rosters/2/record" in shown.text
        assert worse["name"] in shown.text
        assert (await page.opens(f"/desk/requests/{reference}/versions?one=7")).status_code == 404
    compared = await story.get(f"/deployments/{reference}/rosters/1/against?other=2")
    assert compared["better"] == 1
    assert compared["costs"]


async def test_whoever_asks_an_older_team_is_shown_the_newer_one_first(story: Story, reference: str) -> None:
    first = (await _team(story, reference))[0]["choice"]
    form = {"version": 1, "expert_id": first["expert_id"]}
    async with browser(story, RECOMMENDER) as page:
        await story.post("recommender", f"/deployments/{reference}/wishes/exclude", form)
        await story.settle()
        late = await page.sends(f"/desk/requests/{reference}/accept", version="1")
        assert late.status_code == 409
        assert "changed this request while you wrote" in late.text
        assert f"left {first['name']} out of the team" in late.text
        assert 'name="version" value="2"' in late.text
    assert await story.offers(reference) == []


async def test_the_page_of_a_confirmed_team_leads_to_its_road_its_surveys_and_its_report(story: Story) -> None:
    reference = (await confirmed(story))[0]
    async with browser(story, RECOMMENDER) as page:
        shown = await _page(page, reference)
        for name, words in (("road", "On the road"), ("surveys", "Surveys"), ("after", "After-action report")):
            assert f'<a href="/desk/requests/{reference}/{name}">{words}</a>' in shown
            assert (await page.opens(f"/desk/requests/{reference}/{name}")).status_code == 200


async def test_whoever_must_wait_reads_for_whom_by_the_name_as_it_is_written(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("intake", f"/requests/{reference}/own")
    async with browser(story, APPROVER) as page:
        shown = await _page(page, reference)
    assert re.search(r"This waits for: [A-Z]", shown)


async def test_a_proposed_team_that_is_called_off_is_shown_and_asked_no_more(story: Story, reference: str) -> None:
    path = f"/desk/requests/{reference}"
    async with browser(story, RECOMMENDER) as page:
        assert "Ask 3 experts" in (await page.opens(path)).text
        off = await page.sends(f"{path}/stand-down", note="The agency has found help nearby.")
        assert headline(off) == "The team for Harlan Ridge, CO is called off"
        assert "Ask 3 experts" not in off.text
        assert (await page.sends(f"{path}/accept", version="1")).status_code == 409
    await story.settle()
    assert await story.offers(reference) == []
