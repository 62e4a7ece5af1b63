"""The timeline: who is where by expert and by request, and what lies upon one another."""

import re
from datetime import timedelta

from app.core.clock import clock
from tests.story import Story
from tests.web.browser import CHIEF, RECOMMENDER, Browser, browser, headline


async def _rows(page: Browser, query: str = "") -> list[list[str]]:
    """The list that says what the picture shows: who, what, from, to, overlaps."""
    answer = await page.opens(f"/desk/timeline{query}")
    assert answer.status_code == 200, answer.text
    table = answer.text.split("rrt-listed", 1)[1]
    lines = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>", 1)[1], re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", line)] for line in lines]


async def test_a_confirmed_expert_is_deployed_and_then_rests(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    first, *others = await story.asks(reference)
    await first.texts("YES")
    async with browser(story, RECOMMENDER) as page:
        assert headline(await page.opens("/desk/timeline")) == "Who is where, Nov 21 to Dec 4"
        found = await _rows(page)
    mine = [row[1].split(",")[0] for row in found if row[0] == first.name]
    assert mine == ["Deployed", "Rest"]
    theirs = {row[0]: row[1].split(",")[0] for row in found if row[0] != first.name}
    assert theirs == {person.name: "Asked" for person in others}


async def test_a_team_not_yet_asked_is_shown_as_proposed_under_its_request(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    async with browser(story, RECOMMENDER) as page:
        answer = await page.opens("/desk/timeline?by=request")
        assert f"{reference} Harlan Ridge, CO" in answer.text
        assert "0 of 3 seats filled" in answer.text
        assert {row[1].split(",")[0] for row in await _rows(page, "?by=request")} == {"Proposed"}


async def test_whoever_is_away_on_the_days_she_is_asked_for_stands_first_and_is_named(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    away = people[2]
    start = clock.now() + timedelta(days=2)
    body = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(days=9)).isoformat()}
    await story.post("admin", f"/experts/{away.id}/absences", body)
    async with browser(story, RECOMMENDER) as page:
        answer = await page.opens("/desk/timeline")
        assert headline(answer) == "1 expert with overlaps, Nov 21 to Dec 4"
        assert "Overlap, Nov 25" in answer.text
        found = await _rows(page)
        assert [row[0] for row in found[:2]] == [away.name, away.name]
        assert {row[0] for row in found if row[4] == "Yes"} == {away.name}
        by_request = await page.opens("/desk/timeline?by=request")
        assert headline(by_request) == "1 team with overlaps, Nov 21 to Dec 4"
    bars = await story.get("/timeline")
    assert {bar["expert_id"] for bar in bars if bar["clashes"]} == {away.id}


async def test_names_and_days_narrow_it_and_a_date_nobody_can_read_is_said(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    async with browser(story, RECOMMENDER) as page:
        name = people[0].name
        assert {row[0] for row in await _rows(page, f"?q={name[:-1].upper()}")} == {name}
        assert "Nobody is in a team on these days" in (await page.opens("/desk/timeline?start=2027-05-01")).text
        answer = await page.opens("/desk/timeline?start=tomorrow&days=9&state=XX")
        assert answer.status_code == 200
        assert "tomorrow is not a date" in answer.text
        assert 'value="2026-11-21"' in answer.text


async def test_an_agency_sees_no_timeline(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        assert (await page.opens("/desk/timeline")).status_code == 403
    assert (await story.api("chief", "GET", "/timeline")).status_code == 403
