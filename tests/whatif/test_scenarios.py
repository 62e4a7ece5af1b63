"""What a scenario changes, and that it changes nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.rosters.rules import DEFAULTS
from app.seed.people import people
from app.trials.incidents import Incident
from app.trials.members import invented
from app.whatif.playing import half_of_clinicians, played, rested_longer, two_more, with_reserves
from app.whatif.scenarios import Draw, Scenario

START = datetime(2026, 3, 2, 17, tzinfo=UTC)


def _draw() -> Draw:
    at = [START + timedelta(days=3 * n) for n in range(8)]
    incidents = [
        Incident(one, one, "officer_involved_shooting", f"Police {n}", "Denver", "CO", 39.74, -104.99, 1, 0)
        for n, one in enumerate(at)
    ]
    return Draw(invented(people(60, 1, START)), incidents, DEFAULTS, 4, 25, at[4], incidents)


def test_two_incidents_of_mass_violence_come_within_an_hour_and_the_others_stay() -> None:
    draw = _draw()
    more = two_more(draw)
    added = [one for one in more if one not in draw.incidents]
    assert [one.team_type for one in added] == ["T3", "T3"]
    assert added[1].filed_at - added[0].filed_at < timedelta(hours=1)
    assert all(one.is_synthetic for one in added)
    assert [one for one in more if one in draw.incidents] == list(draw.incidents)


def test_of_weeks_without_an_incident_two_in_one_night_are_played_and_nothing_else_has_a_figure() -> None:
    draw = replace(_draw(), incidents=())
    assert len(two_more(draw)) == 2
    quiet = played(draw, Scenario.TODAY)
    assert (quiet["fill_rate"], quiet["unfilled"]) == (None, 0)
    assert played(draw, Scenario.TWO_IN_ONE_NIGHT)["fill_rate"] is not None


def test_half_of_the_clinicians_decline_the_same_ones_for_the_same_seed() -> None:
    draw = _draw()
    clinicians = {member.id for member in draw.members if "MH" in member.disciplines}
    declining = half_of_clinicians(draw)
    assert declining <= clinicians
    assert len(declining) == len(clinicians) // 2
    assert declining == half_of_clinicians(draw)


def test_longer_rest_is_three_days_and_no_longer_stay_rests_less() -> None:
    rested = rested_longer(DEFAULTS)
    assert (rested.rest_days_short, rested.rest_days_medium, rested.rest_days_long) == (3, 3, 4)


def test_reserves_keep_a_part_of_each_discipline_free() -> None:
    draw = _draw()
    floors = {one.discipline: one.floor for one in with_reserves(draw).reserves}
    lawful = sum("LE" in member.disciplines for member in draw.members)
    assert floors["LE"] == lawful // 4
