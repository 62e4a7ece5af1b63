"""What goes wrong on the road has a defined outcome: who, where, when, twice, at the turn of clocks and years."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.places import days
from app.field import caps, duty, rest
from app.field.caps import Load, Tour
from app.field.extending import _moment
from app.field.jobs import next_evening
from tests.field.conftest import (
    ORDER,
    alarms,
    asked_now,
    at_page,
    confirmed,
    field,
    member,
    on_site,
    ordered,
)
from tests.story import Story

DENVER = ZoneInfo("America/Denver")


async def test_a_check_in_about_somebody_of_another_team_is_refused(story: Story) -> None:
    reference, people = await ordered(story)
    other, strangers = await confirmed(story)
    stranger = next(one for one in strangers if one.id not in {person.id for person in people})
    path = f"/deployments/{reference}/members/{stranger.id}/check-ins"
    assert (await story.api("recommender", "POST", path, {"step": "arrived"})).status_code == 409
    assert (await story.api("recommender", "POST", path, {"step": "teleported"})).status_code == 422
    nobody = f"/deployments/{reference}/members/99999999/check-ins"
    assert (await story.api("recommender", "POST", nobody, {"step": "arrived"})).status_code == 409
    async with at_page(story, stranger) as phone:
        assert (await phone.opens(f"/my/teams/{reference}")).status_code == 404
        assert (await phone.sends(f"/my/teams/{reference}/stay", verb="stays")).status_code == 404
    assert other != reference


async def test_a_member_who_does_not_lead_reports_for_nobody(story: Story) -> None:
    reference, people = await on_site(story)
    async with at_page(story, people[1]) as phone:
        sent = await phone.sends(f"/my/teams/{reference}/members/{people[2].id}", verb="arrived")
        assert sent.status_code == 404


async def test_arrived_without_any_mission_is_answered_and_looked_at(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("ARRIVED")
    assert "you have no seat with us now" in people[0].hears()[-1]
    inbox = await story.get("/inbox", who="recommender")
    assert [row["meaning"] for row in inbox] == ["no_mission"]
    assert {seat["assignment_state"] for seat in (await story.deployment(reference))["seats"]} == {None}


async def test_arrived_twice_and_home_twice_change_nothing_more(story: Story) -> None:
    reference, people = await on_site(story)
    await people[1].texts("ARRIVED")
    counted = [one for one in (await member(story, reference, people[1]))["check_ins"] if one["has_counted"]]
    assert [one["step"] for one in counted] == ["arrived"]
    assert not any(people[1].name in says and "but here they are" in says for says in await alarms(story))


async def test_of_two_leaders_reports_the_second_is_shown_the_first(story: Story) -> None:
    reference, people = await on_site(story)
    given = {"people_reached": "4", "version": ""}
    async with at_page(story, people[0]) as one:
        await one.sends(f"/my/teams/{reference}/report", **given, done="Met the day shift.")
        late = await one.sends(f"/my/teams/{reference}/report", **given, done="Met the night shift.")
        assert late.status_code == 422
        assert "Met the night shift." in late.text
    (kept,) = (await field(story, reference))["reports"]
    assert (kept["done"], kept["version"]) == ("Met the day shift.", 1)


async def test_who_falls_ill_is_relieved_goes_home_and_rests(story: Story) -> None:
    reference, people = await on_site(story)
    await people[1].texts("RELIEF")
    assert any(f"{people[1].name} is to be relieved" in says for says in await alarms(story))
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    await story.post("recommender", f"/deployments/{reference}/members/{newcomer.id}/check-ins", {"step": "arrived"})
    await story.settle()
    assert (await member(story, reference, people[1]))["state"] == "relieved"
    await people[1].texts("HOME")
    assert "Your rest has begun" in people[1].hears()[-1]
    assert (await member(story, reference, people[1]))["state"] == "home"


async def test_who_is_ill_on_site_and_says_no_keeps_the_seat_until_a_person_looks(story: Story) -> None:
    reference, people = await on_site(story)
    await people[1].texts("no, I am sick")
    assert (await member(story, reference, people[1]))["state"] == "on_site"
    (left,) = await story.get("/inbox", who="recommender")
    assert (left["meaning"], left["expert_id"]) == ("still_yours", people[1].id)


def test_a_longer_stay_ends_at_the_same_hour_though_the_clocks_change() -> None:
    ends = datetime(2026, 10, 31, 17, tzinfo=DENVER)
    later = _moment(ends.astimezone(UTC), date(2026, 11, 2), "America/Denver")
    assert later.astimezone(DENVER).hour == 17
    assert later.astimezone(UTC) - ends.astimezone(UTC) == timedelta(hours=49)


@pytest.mark.parametrize(
    ("night", "spans"), [(date(2026, 10, 31), 25), (date(2027, 3, 13), 23), (date(2026, 6, 1), 24)]
)
def test_a_shift_through_the_change_of_clocks_is_reported_at_the_same_hour(night: date, spans: int) -> None:
    evening = next_evening(datetime.combine(night, time(12), DENVER).astimezone(UTC), "America/Denver")
    after = next_evening(evening.astimezone(UTC), "America/Denver")
    assert [one.astimezone(DENVER).hour for one in (evening, after)] == [22, 22]
    assert after.astimezone(UTC) - evening.astimezone(UTC) == timedelta(hours=spans)


def test_of_a_shift_through_the_change_of_clocks_the_hours_that_were_worked_count() -> None:
    """From ten in the evening to eleven: 14 hours when the clocks go back, 12 when they go forward; clocks show 13."""
    for night, worked, is_broken in ((date(2026, 10, 31), 14, True), (date(2027, 3, 13), 12, False)):
        begins = datetime.combine(night, time(22), DENVER).astimezone(UTC)
        ends = datetime.combine(night + timedelta(days=1), time(11), DENVER).astimezone(UTC)
        assert ends - begins == timedelta(hours=worked)
        told = {night + timedelta(days=1): (ends - begins).total_seconds() / 3600}
        assert any(limit.is_broken for limit in duty.warnings(told)) is is_broken


@pytest.mark.parametrize(
    ("arrived", "left", "count"),
    [
        (datetime(2026, 10, 31, 12, tzinfo=DENVER), datetime(2026, 11, 3, 12, tzinfo=DENVER), 3),
        (datetime(2026, 3, 7, 12, tzinfo=DENVER), datetime(2026, 3, 10, 12, tzinfo=DENVER), 3),
        (datetime(2026, 6, 7, 12, tzinfo=DENVER), datetime(2026, 6, 10, 14, tzinfo=DENVER), 4),
        (datetime(2026, 12, 30, 12, tzinfo=DENVER), datetime(2027, 1, 2, 12, tzinfo=DENVER), 3),
    ],
)
def test_days_on_site_are_the_same_when_the_clocks_change_and_over_the_new_year(
    arrived: datetime, left: datetime, count: int
) -> None:
    assert rest.days_on_site(arrived.astimezone(UTC), left.astimezone(UTC)) == count


def test_hours_of_a_week_that_crosses_the_new_year_count_together() -> None:
    hours = {date(2026, 12, 29) + timedelta(days=number): 11.0 for number in range(5)}
    found = caps.passed(
        datetime(2026, 12, 29, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC), hours, date(2027, 1, 2),
        Load(10, 100), Tour(),
    )  # fmt: skip
    assert [one.cap for one in found] == ["duty"]
    assert "Jan 3" in found[0].text


async def test_a_deployment_over_the_new_year_is_told_extended_and_reported_as_any_other(story: Story) -> None:
    await story.passes(timedelta(days=36), timedelta(days=36))  # Dec 29
    reference, people = await on_site(story, days=3)
    assert any("Dec 30-Jan 2" in text for text in people[0].hears())
    asked = {"until": "2027-01-03", "reason": "The vigil."}
    await story.post("recommender", f"/deployments/{reference}/extension", asked)
    await story.settle()
    assert any("until Jan 3" in text for text in people[0].hears())
    await story.passes(timedelta(hours=48), timedelta(hours=8))
    async with at_page(story, people[0]) as phone:
        page = await phone.sends(
            f"/my/teams/{reference}/report", done="New year's day.", people_reached="3", version=""
        )
        assert "Today is reported" in page.text
    assert [report["day"] for report in (await field(story, reference))["reports"]] == ["2027-01-01"]


async def test_a_place_in_another_zone_than_the_agency_is_told_in_its_own_zone_with_its_letters(story: Story) -> None:
    reference, people = await confirmed(story, city="Terre Haute", state="IN", latitude=39.47, longitude=-87.41)
    await story.post("recommender", f"/deployments/{reference}/order", ORDER)
    await story.settle()
    async with at_page(story, people[1]) as phone:
        order = (await phone.opens(f"/my/teams/{reference}/order")).text
    assert " ET" in order
    assert " MT" not in order


def test_days_of_a_text_cross_months_and_years() -> None:
    start, end = datetime(2026, 12, 30, 12, tzinfo=UTC), datetime(2027, 1, 2, 12, tzinfo=UTC)
    assert days(start, end, "America/Denver") == "Dec 30-Jan 2"
