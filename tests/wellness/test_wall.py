"""Behind the wall: talks are planned by themselves, one word is kept, a hold is a day to everybody else."""

import re
from datetime import timedelta

from sqlalchemy import text

from app.access import sessions, users
from app.core.clock import clock
from app.core.database import begin
from tests.field.conftest import on_site, ordered
from tests.journeys.conftest import story
from tests.story import Story
from tests.web.browser import ADMIN, RECOMMENDER, browser, headline

__all__ = ["story"]


async def _lead(story: Story) -> str:
    """The session of a wellness lead."""
    async with begin() as session:
        user = await users.add(
            session, email="care@desk.example", name="Ida Stern", roles=["wellness_lead"], password=None
        )
        return await sessions.open_for(session, user)


async def test_a_talk_before_and_four_after_are_planned_and_a_hold_is_only_a_day_outside(story: Story) -> None:
    reference, people = await on_site(story)
    version = (await story.api("intake", "GET", f"/deployments/{reference}")).headers["ETag"]
    path = f"/deployments/{reference}/stand-down"
    await story.api("recommender", "POST", path, {"note": "Over"}, **{"If-Match": version})
    await story.settle()
    await people[0].texts("HOME")
    secret = await _lead(story)
    async with browser(story) as lead:
        lead.http.cookies.set(sessions.cookie_name(), secret)
        page = await lead.opens("/wellness")
        assert headline(page) == "4 people wait for a talk"
        assert page.text.count("Before they leave") == 3
        talks = re.findall(r'action="/wellness/(\d+)"', page.text)
        endless = await lead.sends(f"/wellness/{talks[0]}", outcome="hold")
        assert endless.status_code == 422
        assert "Give the day on which the hold ends" in endless.text
        day = (clock.now() + timedelta(days=40)).date()
        await lead.sends(f"/wellness/{talks[0]}", outcome="hold", hold_until=day.isoformat())
        again = await lead.sends(f"/wellness/{talks[0]}", outcome="cleared")
        assert again.status_code == 409
    async with begin() as session:
        held = await session.execute(
            text("select count(*) from experts where eligible_from::date = :day"), {"day": day}
        )
        assert held.scalar_one() == 1
        said = await session.execute(
            text("select string_agg(data::text || kind, ' ') from events where kind <> 'user.added'")
        )
        assert not re.search(r"follow_up|referred|cleared|wellness", said.scalar_one())


async def test_a_hold_ends_with_the_day_where_the_person_lives_and_who_does_not_go_waits_for_no_talk(
    story: Story,
) -> None:
    reference, people = await ordered(story)
    secret = await _lead(story)
    async with browser(story) as lead:
        lead.http.cookies.set(sessions.cookie_name(), secret)
        page = (await lead.opens("/wellness")).text
        assert page.count("Before they leave") == 3
        (talk,) = re.findall(rf'{people[0].name}.*?action="/wellness/(\d+)"', page, re.DOTALL)
        day = (clock.now() + timedelta(days=40)).date()
        await lead.sends(f"/wellness/{talk}", outcome="hold", hold_until=day.isoformat())
        version = (await story.api("intake", "GET", f"/deployments/{reference}")).headers["ETag"]
        path = f"/deployments/{reference}/stand-down"
        await story.api("recommender", "POST", path, {"note": "Over"}, **{"If-Match": version})
        await story.settle()
        assert headline(await lead.opens("/wellness")) == "Nobody waits for a talk"
    async with begin() as session:
        held = await session.execute(
            text("select (eligible_from at time zone time_zone)::time::text from experts where id = :who"),
            {"who": people[0].id},
        )
    assert held.scalar_one() == "00:00:00"


async def test_nobody_else_passes_the_wall(story: Story) -> None:
    for who in (RECOMMENDER, ADMIN):
        async with browser(story, who) as other:
            assert (await other.opens("/wellness")).status_code == 403


async def test_talks_are_gone_after_a_year(story: Story) -> None:
    _, people = await on_site(story)
    async with begin() as session:
        await session.execute(
            text("update follow_ups set done_at = now(), outcome = 'cleared' where expert_id = :who"),
            {"who": people[0].id},
        )
    clock.advance(timedelta(days=400))
    await story.looks_round()
    async with begin() as session:
        left = await session.execute(text("select count(*) from follow_ups where done_at is not null"))
        assert left.scalar_one() == 0
