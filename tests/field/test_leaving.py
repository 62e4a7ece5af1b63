"""Days on site end with the release: rest, exposure, cost, figures and calendars count no hour of the way home."""

import re
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import clock
from app.core.database import begin
from app.deployments.models import Assignment
from app.field import jobs
from tests.field.conftest import alarms, at_page, confirmed, member, on_site, ordered
from tests.field.test_days import _signed
from tests.story import Story
from tests.web.browser import RECOMMENDER, browser, headline


async def _releases(story: Story, reference: str) -> None:
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    await _signed(story, reference)
    await story.post("recommender", f"/deployments/{reference}/release")
    await story.settle()


async def test_who_says_late_that_they_are_home_has_not_been_on_site_the_longer(story: Story) -> None:
    reference, people = await on_site(story, incident_type="civil_unrest_or_protest")
    await story.passes(timedelta(days=3), timedelta(days=1))
    await _releases(story, reference)
    await story.passes(timedelta(days=2, hours=6), timedelta(hours=54))
    await people[0].texts("HOME")
    assert "we ask you nothing before Dec 1" in people[0].hears()[-1]  # where they live
    (entry,) = (await story.get(f"/experts/{people[0].id}/exposure"))["entries"]
    assert entry["facts"]["days_on_site"] == 3
    reasons = (await story.get(f"/experts/{people[0].id}"))["readiness_reasons"]
    assert reasons == ["Not before Dec 2, 2026"]  # home on Nov 30, and two days of rest after three on site


async def test_the_figure_of_days_on_site_counts_who_was_there_and_how_long(story: Story) -> None:
    reference, people = await on_site(story)
    await story.passes(timedelta(days=1), timedelta(days=1))
    await _releases(story, reference)
    await story.passes(timedelta(days=5), timedelta(days=1))
    await people[0].texts("HOME")
    async with browser(story, RECOMMENDER) as desk:
        assert headline(await desk.opens("/desk/figures/person-days")) == "Days on site, all people together: 3"


async def test_who_is_released_early_has_their_days_back(story: Story) -> None:
    reference, people = await on_site(story)
    await _releases(story, reference)
    async with at_page(story, people[0]) as phone:
        days = (await phone.opens("/my/days")).text
    assert days.count("on a team") == 1  # today
    bars = [bar["kind"] for bar in await story.get("/timeline") if bar["expert_id"] == people[0].id]
    assert bars.count("rest") == 1


async def test_who_is_released_is_told_once_whichever_version_of_the_service_tells_them(story: Story) -> None:
    reference, people = await on_site(story)
    await _releases(story, reference)
    async with begin() as session:
        mine = await session.scalar(select(Assignment.id).where(Assignment.expert_id == people[0].id))
    assert mine is not None
    await jobs.text_released(mine)
    await story.settle()
    assert sum("You are released" in text for text in people[0].hears()) == 1


async def test_who_goes_home_later_than_planned_into_the_next_deployment_is_told_to_the_desk(story: Story) -> None:
    reference, people = await on_site(story)
    _, again = await confirmed(story, needed_by=(clock.now() + timedelta(days=8)).isoformat())
    both = {person.id for person in people} & {person.id for person in again}
    assert both
    await story.passes(timedelta(days=6, hours=12), timedelta(hours=12))
    await _releases(story, reference)
    late = [person for person in people if person.id in both]
    said = [says for says in await alarms(story) if "their next deployment begins before they are rested" in says]
    assert sorted(said) == sorted(
        f"{person.name} is home later than planned, and their next deployment begins before they are rested."
        for person in late
    )
    assert {(await member(story, reference, person))["state"] for person in late} == {"released"}


async def test_who_came_and_is_released_before_they_were_to_leave_is_on_the_way_home(story: Story) -> None:
    reference, people = await ordered(story, needed_by=(clock.now() + timedelta(days=5)).isoformat())
    path = f"/deployments/{reference}/members/{people[0].id}/check-ins"
    await story.post("recommender", path, {"step": "arrived"})
    await story.post("recommender", path, {"step": "released"})
    assert (await member(story, reference, people[0]))["state"] == "released"
    await story.post("recommender", path, {"step": "home"})
    assert (await story.get(f"/experts/{people[0].id}"))["readiness_reasons"] != []


async def test_what_somebody_spent_who_did_not_come_after_all_is_in_the_figures_as_on_the_road_page(
    story: Story,
) -> None:
    reference, people = await ordered(story)
    path = f"/deployments/{reference}/members/{people[1].id}"
    spent = {"day": "2026-11-23", "dollars": {"travel": 412.0}}
    assert (await story.api("recommender", "PUT", f"{path}/expenses", spent)).status_code == 204
    await story.post("recommender", f"{path}/check-ins", {"step": "no_show"})
    async with browser(story, RECOMMENDER) as desk:
        assert headline(await desk.opens("/desk/figures/expenses")).endswith("other: $412")


async def test_who_did_not_come_costs_nothing(story: Story) -> None:
    reference, people = await ordered(story)
    path = f"/desk/requests/{reference}/road"

    async def cost() -> int:
        async with browser(story, RECOMMENDER) as desk:
            (found,) = re.findall(r"At most \$([\d,]+) ", (await desk.opens(path)).text)
        return int(found.replace(",", ""))

    before = await cost()
    await story.passes(timedelta(hours=29), timedelta(hours=1))
    await story.post("recommender", f"/deployments/{reference}/members/{people[1].id}/check-ins", {"step": "no_show"})
    assert await cost() < before
