"""Shared cars and flights, what a team may cost, days above the ceiling; calendars with updates and cancellation."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from icalendar import Calendar
from sqlalchemy import func, select

from app.core.database import begin
from app.core.events import Event
from app.deployments.models import Assignment
from app.field import calendars, travelling
from app.field.travelling import Traveller, cost_of, over_ceiling, suggestions
from tests.field.conftest import at_page, confirmed, on_site
from tests.story import Person, Story
from tests.web.browser import ADMIN, RECOMMENDER, browser, headline

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_traveller(name: str, mode: str = "drive", *, north: float = 0, hours: float = 0) -> Traveller:
    return Traveller(name, "Denver", "CO", 39.7 + north, -105, mode, NOON + timedelta(hours=hours))


def test_neighbours_who_are_expected_together_could_share_a_car() -> None:
    (one,) = suggestions([a_traveller("Amy"), a_traveller("Ben", north=0.2), a_traveller("Cy", north=2)])
    assert one.text == "Amy and Ben could drive together from Denver, CO"
    assert suggestions([a_traveller("Amy"), a_traveller("Ben", hours=5)]) == []


def test_a_car_has_four_seats_and_nobody_sits_in_two() -> None:
    found = suggestions([a_traveller(name) for name in "ABCDEF"])
    assert [len(one.names) for one in found] == [4, 2]
    assert len({name for one in found for name in one.names}) == 6


def test_who_flies_from_one_town_could_take_one_flight_and_who_lands_together_one_car() -> None:
    team = [a_traveller("Amy", "fly"), a_traveller("Ben", "fly", north=0.1), a_traveller("Cy", "fly", north=9, hours=1)]
    assert [(one.kind, len(one.names)) for one in suggestions(team)] == [("flight", 2), ("ride", 3)]


def test_a_team_costs_its_days_with_travel_and_its_nights_and_the_ceiling_warns() -> None:
    cost = cost_of([(3, True), (3, True), (3, False)], 650, 178, 5000)
    assert (cost.consultants, cost.per_diem) == (13 * 650, 8 * 178)
    assert cost.is_over
    assert not cost_of([(1, False)], 650, 178, None).is_over
    assert over_ceiling(8, 650) is None
    assert over_ceiling(10, 650) == 812.5


def test_the_distance_between_two_homes_is_a_great_circle() -> None:
    assert round(travelling.miles(a_traveller("A"), a_traveller("B", north=1))) == 69


async def test_the_road_page_tells_money_and_hours_and_warns(story: Story) -> None:
    reference, people = await on_site(story)
    base = f"/my/teams/{reference}"
    async with at_page(story, people[0]) as phone:
        (day,) = re.findall(r'max="(\S+)"', (await phone.opens(f"{base}/hours/{people[1].id}")).text)
        await phone.sends(f"{base}/hours/{people[1].id}", day=day, on_site="9", travel="1")
    async with browser(story, RECOMMENDER) as desk:
        road = (await desk.opens(f"/desk/requests/{reference}/road")).text
    assert "At most $" in road
    assert "are $812. More than $650 a day needs a prior approval" in road
    assert re.search(r"<dt>Travel</dt><dd>1.0 h</dd>", road)


async def _invitation(person: Person) -> tuple[Any, Any]:
    mine = select(Assignment).where(Assignment.expert_id == person.id).order_by(Assignment.id.desc()).limit(1)
    async with begin() as session:
        seat = (await session.scalars(mine)).one()
        calendar = Calendar.from_ical(await calendars.invitation(session, seat))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


async def test_an_invitation_is_updated_by_its_sequence_and_cancelled(story: Story) -> None:
    _, people = await confirmed(story)
    calendar, event = await _invitation(people[1])
    assert (calendar["METHOD"], event["SEQUENCE"], event["STATUS"]) == ("REQUEST", 0, "CONFIRMED")
    assert event["ORGANIZER"].startswith("mailto:")
    await people[1].texts("no")
    off, gone = await _invitation(people[1])
    assert (off["METHOD"], gone["STATUS"], gone["UID"]) == ("CANCEL", "CANCELLED", event["UID"])
    assert int(gone["SEQUENCE"]) > int(event["SEQUENCE"])


def _event(body: bytes) -> Any:
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    return event


async def test_a_feed_is_each_ones_own_changes_by_itself_and_ends(story: Story) -> None:
    reference, people = await confirmed(story)
    async with at_page(story, people[1]) as phone:
        assert headline(await phone.opens("/calendar")) == "You have no calendar link"
        made = await phone.sends("/calendar", verb="make")
        (address,) = re.findall(r"(/cal/[\w-]+\.ics)", made.text)
        mine = _event((await phone.opens(address)).content)
        assert mine["SUMMARY"] == "RRT journey"
        assert reference not in (await phone.opens(address)).text
        await people[1].texts("no")
        off = _event((await phone.opens(address)).content)
        assert off["STATUS"] == "CANCELLED"
        await phone.sends("/calendar", verb="end")
        assert (await phone.opens(address)).status_code == 404
        async with begin() as session:
            assert await session.scalar(select(func.count()).where(Event.kind == "feed.ended")) == 1
            assert await session.scalar(select(func.count()).where(Event.kind == "feed.viewed")) == 1, "once a day"
    async with browser(story, RECOMMENDER) as desk:
        made = await desk.sends("/calendar", verb="make")
        (address,) = re.findall(r"(/cal/[\w-]+\.ics)", made.text)
        team = _event((await desk.opens(address)).content)
        assert team["SUMMARY"] == f"RRT {reference}"
        assert "shooting" not in (await desk.opens(address)).text
        version = (await story.deployment(reference))["version"]
        note, seen = {"note": "Not needed."}, {"If-Match": f'"{version}"'}
        assert (await story.api("recommender", "POST", f"/deployments/{reference}/stand-down", note, **seen)).is_success
        off = _event((await desk.opens(address)).content)
        assert off["STATUS"] == "CANCELLED"
        assert int(off["SEQUENCE"]) > int(team["SEQUENCE"])
    async with browser(story, ADMIN) as admin:
        assert (await admin.opens("/calendar")).status_code == 403
