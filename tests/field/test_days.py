"""The team's days, relief, and the planned end."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.field import duty, rest
from tests.field.conftest import alarms, asked_now, field, member, on_site
from tests.story import Story


async def test_a_missing_report_is_asked_of_the_leader_and_told_to_the_desk(story: Story) -> None:
    _, people = await on_site(story)
    await story.passes(timedelta(hours=26), timedelta(hours=1))
    assert any("Your report of today is still open" in text for text in people[0].hears())
    assert not any("report of today" in text for text in people[1].hears())
    assert any("report of" in says and "missing" in says for says in await alarms(story))


async def test_relief_by_one_text_opens_a_seat_and_ends_when_the_other_arrives(story: Story) -> None:
    reference, people = await on_site(story, days=5)
    await people[1].texts("RELIEF")
    assert "We look for somebody to relieve you now" in people[1].hears()[-1]
    assert f"{people[1].name} is to be relieved." in await alarms(story)
    await people[1].texts("need relief")
    await story.passes(timedelta(minutes=2))
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    assert (await member(story, reference, people[1]))["state"] == "on_site"
    await story.passes(timedelta(hours=25), timedelta(hours=1))
    await newcomer.texts("ARRIVED")
    assert (await member(story, reference, people[1]))["state"] == "relieved"
    assert (await member(story, reference, newcomer))["relieves"] == people[1].name
    assert "You are released" in people[1].hears()[-1]


async def _signed(story: Story, reference: str) -> None:
    for item in ("hand_off", "equipment", "expenses", "notes_destroyed", "wellness_contact"):
        note = "Director Ana Lopez, Family Services" if item == "hand_off" else ""
        await story.post("recommender", f"/deployments/{reference}/sign-offs", {"item": item, "note": note})


async def test_nobody_is_released_before_every_box_is_signed_and_the_hand_off_has_a_name(story: Story) -> None:
    reference, _ = await on_site(story)
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    early = await story.api("recommender", "POST", f"/deployments/{reference}/release")
    assert early.status_code == 409
    nameless = await story.api("recommender", "POST", f"/deployments/{reference}/sign-offs", {"item": "hand_off"})
    assert nameless.status_code == 422
    await _signed(story, reference)
    await story.post("recommender", f"/deployments/{reference}/release")
    assert (await field(story, reference))["state"] == "after_action"


async def test_who_is_still_asked_when_the_team_leaves_hears_that_nobody_is_needed(story: Story) -> None:
    reference, people = await on_site(story, days=5)
    await people[1].texts("RELIEF")
    await story.passes(timedelta(minutes=2))
    silent = await asked_now(story, reference)
    await story.passes(timedelta(minutes=61), timedelta(minutes=61))
    newcomer = await asked_now(story, reference)
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    await story.settle()
    assert "is no longer needed" in newcomer.hears()[-1]
    heard = newcomer.hears()
    await silent.texts(f"YES {(await story.offer_to(reference, silent))['code']}")
    assert "is no longer needed" in silent.hears()[-1]
    waits = await story.get("/inbox", who="recommender")
    assert "too_late" not in [row["meaning"] for row in waits]
    await story.passes(timedelta(minutes=70), timedelta(minutes=10))
    assert newcomer.hears() == heard
    assert [call for call in story.carrier.calls if call["to"] == newcomer.number] == []


async def test_home_begins_the_rest_and_nobody_is_asked_before_it_ends(story: Story) -> None:
    reference, people = await on_site(story)
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    await _signed(story, reference)
    await story.post("recommender", f"/deployments/{reference}/release")
    await story.passes(timedelta(hours=6), timedelta(hours=1))
    await people[0].texts("HOME")
    assert "Welcome home" in people[0].hears()[-1]
    ledger = await story.get(f"/experts/{people[0].id}/exposure")
    assert ledger["load"] == ledger["entries"][0]["points"] > 20
    await people[0].texts("HOME")
    assert len((await story.get(f"/experts/{people[0].id}/exposure"))["entries"]) == 1
    other = await story.files(needed_by="2026-11-27T18:00:00Z")
    await story.approves(other)
    roster: dict[str, Any] = await story.get(f"/deployments/{other}/rosters/1")
    proposed = {seat["choice"]["expert_id"] for seat in roster["seats"] if seat["choice"]}
    assert people[0].id not in proposed


@pytest.mark.parametrize(("days", "rests"), [(1, 2), (5, 2), (6, 3), (7, 3), (8, 4), (14, 4)])
def test_rest_by_length_of_stay(days: int, rests: int) -> None:
    assert rest.days_of_rest(days) == rests


@pytest.mark.parametrize(
    ("incident", "modifiers", "heavy"),
    [
        ("mass_shooting", [], True), ("lodd_felonious", [], True), ("in_custody_death", ["children"], True),
        ("in_custody_death", [], False), ("civil_unrest_or_protest", ["national_media"], False),
    ],
)  # fmt: skip
def test_the_heaviest_incidents_bring_fourteen_clear_days(incident: str, modifiers: list[str], heavy: bool) -> None:
    assert rest.is_heavy(incident, modifiers) is heavy


@given(st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.floats(0.25, 24, allow_nan=False), max_size=20))
def test_a_limit_is_called_broken_exactly_when_it_is(hours: dict[Any, float]) -> None:
    broken = {limit.day for limit in duty.warnings(hours) if limit.is_broken}
    assert broken == {day for day in hours if hours[day] > 12 or duty.week_until(hours, day) > 60}
