"""What the road has cost: handed in by day and kind, told against the per diem and what was approved, counted."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from app.core.clock import clock, in_zone
from app.field.spending import Line, bill
from app.field.states import Spent
from tests.field.conftest import at_page, on_site, ordered
from tests.story import Story
from tests.web.browser import APPROVER, RECOMMENDER, browser, headline

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def _line(day: date, kind: Spent, dollars: str, who: int = 1) -> Line:
    return Line(who, f"Person {who}", day, kind, Decimal(dollars), has_receipt=True)


def test_lodging_and_meals_of_a_night_are_told_against_the_per_diem_and_all_against_what_was_approved() -> None:
    lines = [
        _line(MONDAY, Spent.LODGING, "120"), _line(MONDAY, Spent.MEALS, "58.00"), _line(MONDAY, Spent.TRAVEL, "612.40"),
        _line(TUESDAY, Spent.LODGING, "120"), _line(TUESDAY, Spent.MEALS, "58.01"),
        _line(TUESDAY, Spent.MEALS, "60", who=2),
    ]  # fmt: skip
    found = bill(lines, per_diem=178, approved=1000)
    assert found.total == Decimal("1028.41")
    assert dict(found.by_kind) == {
        Spent.TRAVEL: Decimal("612.40"), Spent.LODGING: Decimal(240), Spent.MEALS: Decimal("176.01"),
    }  # fmt: skip
    assert found.over == (
        "Person 1: $178.01 for lodging and meals on Nov 24. The per diem is $178.",
        "Expenses of $1,028.41 pass the $1,000 that were approved.",
    )
    assert bill(lines[:3], per_diem=178, approved=None).over == ()
    assert bill([], per_diem=178, approved=0).total == 0


def test_of_two_with_one_name_each_has_a_per_diem_of_their_own() -> None:
    lines = [replace(_line(MONDAY, Spent.LODGING, "120", who=who), name="Maria Garcia") for who in (1, 2)]
    assert bill(lines, per_diem=178, approved=None).over == ()


async def test_the_day_of_opening_is_the_places_day(story: Story) -> None:
    clock.advance(timedelta(hours=8))  # seven in the evening in Denver, tomorrow in UTC
    reference, people = await ordered(story)
    opened = in_zone(clock.now(), "America/Denver").date()
    tickets = {"day": opened.isoformat(), "dollars": {"travel": 412.5}}
    path = f"/deployments/{reference}/members/{people[0].id}/expenses"
    assert (await story.api("recommender", "PUT", path, tickets)).status_code == 204
    before = tickets | {"day": (opened - timedelta(days=1)).isoformat()}
    assert (await story.api("recommender", "PUT", path, before)).status_code == 422


async def test_an_expert_hands_in_the_desk_sees_and_the_figures_count(story: Story) -> None:
    reference, people = await on_site(story)
    today = in_zone(clock.now(), "America/Denver").date()
    mine, desk_page = f"/my/teams/{reference}/expenses", f"/desk/requests/{reference}/road/expenses/{people[1].id}"
    day = {"day": today.isoformat(), "has_receipts": "yes"}
    async with at_page(story, people[1]) as phone:
        assert headline(await phone.opens(mine)) == "Hand in what you spent"
        wrong = await phone.sends(mine, **day, travel="a lot", meals="40")
        assert wrong.status_code == 422
        assert "Dollars from 0 to 20,000" in wrong.text
        assert 'value="a lot"' in wrong.text
        early = await phone.sends(mine, day="2026-01-01", travel="5")
        assert "up to today" in early.text
        done = await phone.sends(mine, **day, travel="$1,204.50", meals="190")
        assert headline(done) == "You have handed in $1,394.50"
        again = await phone.sends(mine, **day, travel="1204.50", meals="40")
        assert headline(again) == "You have handed in $1,244.50"
        assert mine in (await phone.opens(f"/my/teams/{reference}/order")).text
    async with browser(story, APPROVER) as reader:
        assert (await reader.opens(desk_page)).status_code == 403
    async with browser(story, RECOMMENDER) as desk:
        assert headline(await desk.opens(desk_page)) == f"{people[1].name} has handed in $1,244.50"
        await desk.sends(f"/desk/requests/{reference}/road/expenses/{people[0].id}", **day, lodging="200")
        road = await desk.opens(f"/desk/requests/{reference}/road")
        assert "Handed in so far: $1,444.50." in road.text
        assert f"{people[0].name}: $200.00 for lodging and meals" in road.text
        assert (await desk.opens(f"{desk_page[: desk_page.rindex('/')]}/99999999")).status_code == 404
        figures = await desk.opens("/desk/figures")
        assert "Expenses handed in" in figures.text
    told = await story.get(f"/deployments/{reference}/expenses")
    assert told["total"] == 1444.5
    theirs = [one for one in told["items"] if one["expert_id"] == people[1].id]
    assert [(one["kind"], one["dollars"]) for one in theirs] == [("travel", 1204.5), ("meals", 40.0)]
    assert all(one["has_receipt"] for one in theirs)
    path = f"/deployments/{reference}/members/{people[2].id}/expenses"
    wished = {"day": today.isoformat(), "dollars": {"other": 12.5}}
    assert (await story.api("recommender", "PUT", path, wished)).status_code == 204
    assert (await story.api("intake", "PUT", path, wished)).status_code == 403
    assert (await story.api("recommender", "PUT", path, wished | {"dollars": {"bribes": 1}})).status_code == 422
    assert (await story.get(f"/deployments/{reference}/expenses"))["total"] == 1457.0
