"""Who left, arrived, is late, never came, and is home: by text, by the leader, by the desk; and what contradicts it."""

from datetime import timedelta

from sqlalchemy import select

from app.core.clock import clock
from app.core.database import begin
from app.deployments.models import Assignment
from app.field import jobs
from tests.field.conftest import alarms, asked_now, field, member, on_site, ordered
from tests.story import Story


async def test_arrived_by_text_makes_the_team_active_and_the_agency_sees_who_is_there(story: Story) -> None:
    reference, people = await on_site(story)
    told = await field(story, reference)
    assert told["state"] == "active"
    assert all(one["state"] == "on_site" and one["arrived_at"] for one in told["members"])
    assert "noted that you arrived" in people[0].hears()[-1]


async def test_an_overdue_check_in_is_asked_after_and_told_to_leader_and_desk(story: Story) -> None:
    _, people = await ordered(story)
    leader, other = people[0], people[1]
    await story.passes(timedelta(hours=29), timedelta(hours=1))
    await leader.texts("ARRIVED")
    await story.passes(timedelta(hours=3), timedelta(minutes=30))
    assert sum("We expected you on site by now" in text for text in other.hears()) == 1
    assert not any("We expected you" in text for text in leader.hears())
    assert any("has not checked in" in text for text in leader.hears())
    assert f"{other.name} has not checked in on site." in await alarms(story)
    await other.texts("ARRIVED")
    assert f"{other.name} has not checked in on site." not in await alarms(story)


async def test_who_comes_as_the_team_is_leaving_is_asked_after_no_longer(story: Story) -> None:
    reference, people = await ordered(story)
    await story.passes(timedelta(hours=29), timedelta(hours=1))
    await people[0].texts("ARRIVED")
    await story.passes(timedelta(hours=3), timedelta(minutes=30))
    missing = f"{people[1].name} has not checked in on site."
    assert missing in await alarms(story)
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    await people[1].texts("ARRIVED")
    assert missing not in await alarms(story)


async def test_of_several_who_are_late_at_once_the_leader_hears_once(story: Story) -> None:
    _, people = await ordered(story)
    await story.passes(timedelta(hours=29), timedelta(hours=1))
    await people[0].texts("ARRIVED")
    await story.passes(timedelta(hours=3), timedelta(hours=1))
    assert sum("Somebody of your team has not checked in" in text for text in people[0].hears()) == 1
    assert sum("has not checked in on site" in says for says in await alarms(story)) == len(people) - 1


async def test_the_leader_hears_once_of_two_who_are_looked_for_on_either_side_of_a_whole_hour(story: Story) -> None:
    _, people = await ordered(story)
    await story.passes(timedelta(hours=29), timedelta(hours=1))
    await people[0].texts("ARRIVED")
    async with begin() as session:
        rows = await session.execute(select(Assignment.expert_id, Assignment.id))
        ids = {row.expert_id: row.id for row in rows}
    clock.advance(timedelta(hours=2))
    clock.advance(clock.now().replace(minute=59, second=59) - clock.now())
    for late in people[1:3]:
        await jobs.check_arrival(ids[late.id])
        clock.advance(timedelta(seconds=2))
    await story.settle()
    assert sum("Somebody of your team has not checked in" in text for text in people[0].hears()) == 1


async def test_who_tells_of_a_delay_gets_three_more_hours(story: Story) -> None:
    _, people = await ordered(story)
    await story.passes(timedelta(hours=30), timedelta(hours=1))
    await people[0].texts("DELAYED flight cancelled, next one at 6")
    await story.passes(timedelta(hours=2), timedelta(minutes=30))
    assert not any("We expected you" in text for text in people[0].hears())
    await story.passes(timedelta(hours=2), timedelta(minutes=30))
    assert any("We expected you" in text for text in people[0].hears())


async def test_a_no_show_opens_the_seat_and_the_next_person_is_asked_at_once(story: Story) -> None:
    reference, people = await ordered(story)
    await story.passes(timedelta(hours=30), timedelta(hours=1))
    await people[0].texts("ARRIVED")
    await story.post("recommender", f"/deployments/{reference}/members/{people[1].id}/check-ins", {"step": "no_show"})
    await story.settle()
    await story.passes(timedelta(minutes=1), timedelta(seconds=20))
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    assert any("Your mission order is ready" in text for text in newcomer.hears())
    seats = {seat["expert_id"] for seat in (await story.deployment(reference))["seats"]}
    assert newcomer.id in seats
    assert people[1].id not in seats


async def test_home_while_on_site_moves_nothing_and_a_person_looks(story: Story) -> None:
    reference, people = await on_site(story)
    await people[1].texts("HOME")
    assert "we still list you on site" in people[1].hears()[-1]
    assert (await member(story, reference, people[1]))["state"] == "on_site"
    assert any("is home, but here they are on site" in says for says in await alarms(story))


async def test_a_leader_who_misses_somebody_who_arrived_is_raised(story: Story) -> None:
    reference, people = await on_site(story)
    path = f"/deployments/{reference}/members/{people[1].id}/check-ins"
    kept = await story.post("recommender", path, {"step": "not_there", "note": "Not at the briefing"})
    assert not kept["has_counted"]
    await story.settle()
    assert (await member(story, reference, people[1]))["state"] == "on_site"
    assert any("is not there, but here they are on site" in says for says in await alarms(story))


async def test_arrived_before_any_journey_is_looked_at_by_a_person(story: Story) -> None:
    reference, people = await ordered(story)
    await people[0].texts("ARRIVED")
    assert "has not begun" in people[0].hears()[-1]
    assert (await member(story, reference, people[0]))["state"] == "ordered"


async def test_a_deployment_called_off_in_the_air_brings_people_home(story: Story) -> None:
    reference, people = await ordered(story)
    await story.passes(timedelta(hours=27), timedelta(hours=1))
    await people[0].texts("LEFT")
    assert "noted that you left" in people[0].hears()[-1]
    version = (await story.api("intake", "GET", f"/deployments/{reference}")).headers["ETag"]
    body = {"note": "Called off"}
    await story.api("recommender", "POST", f"/deployments/{reference}/stand-down", body, **{"If-Match": version})
    await story.settle()
    states = {one["expert_id"]: one["state"] for one in (await field(story, reference))["members"]}
    assert states == {people[0].id: "released"}
    await story.passes(timedelta(hours=14), timedelta(hours=1))
    assert any("Are you home safely?" in text for text in people[0].hears())
    await people[0].texts("HOME")
    assert "Your rest has begun" in people[0].hears()[-1]
