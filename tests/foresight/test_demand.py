"""Rates from past incidents: drawn towards the nation, with intervals that hold; invented years say that they are."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.places import STATES
from app.foresight import demand
from app.foresight.country import HOMES, PEOPLE, TILES
from app.trials.incidents import Incident

START = datetime(2025, 1, 1, tzinfo=UTC)


def an_incident(state: str, day: int, agency: str = "Police", kind: str = "officer_involved_shooting") -> Incident:
    at = START + timedelta(days=day)
    home = HOMES[state]
    return Incident(at, at, kind, f"{agency} of {state}", "Town", state, home.latitude, home.longitude, 1, 0)


def a_year(seed: int = 1, count: int = 600) -> list[Incident]:
    random = np.random.default_rng(seed)
    states = list(PEOPLE)
    weights = np.array([PEOPLE[state] for state in states])
    drawn = random.choice(len(states), count, p=weights / weights.sum())
    return [an_incident(states[n], int(random.integers(365))) for n in drawn.tolist()]


def test_every_state_has_people_a_place_and_a_tile_of_its_own() -> None:
    assert set(HOMES) == set(STATES) == set(TILES)
    assert len(set(TILES.values())) == len(TILES)
    territories = {"PR", "VI", "GU", "AS", "MP"}
    assert sum(home.thousands for state, home in HOMES.items() if state not in territories) == pytest.approx(
        331_449, abs=3
    )


def test_a_states_rate_lies_between_its_own_count_and_the_nations() -> None:
    known = demand.estimate([*a_year(), *(an_incident("NM", day) for day in range(40))])
    nation = len(known.incidents) / sum(PEOPLE.values()) / known.years
    for state, rate in known.states.items():
        own, shared = rate.seen / known.years, nation * PEOPLE[state]
        assert min(own, shared) - 1e-9 <= rate.a_year.estimate.value <= max(own, shared) + 1e-9
        assert rate.a_year.estimate.low < rate.a_year.estimate.value < rate.a_year.estimate.high


def test_the_interval_of_a_rate_is_that_of_its_gamma() -> None:
    for shape in (4.0, 60.0):
        drawn = np.random.default_rng(3).gamma(shape, 0.5, 200_000)
        posterior = demand.Posterior(shape, 2.0)
        low, high = np.percentile(drawn, (2.5, 97.5))
        assert posterior.estimate.low == pytest.approx(low, rel=0.04)
        assert posterior.estimate.high == pytest.approx(high, rel=0.02)


def test_without_a_season_the_months_are_alike_and_with_one_they_are_not() -> None:
    flat = demand.estimate([an_incident("TX", day) for day in range(365)])
    assert all(abs(one.value - 1) < 0.05 for one in flat.month_factors())
    summer = demand.estimate([an_incident("TX", day) for day in range(365) for _ in range(5 if 151 < day < 243 else 1)])
    assert min(one.value for one in summer.month_factors()[5:8]) > 1.5
    assert summer.dispersion > 5
    assert flat.dispersion < 1.2


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.integers(2026, 2040))
def test_an_invented_year_is_the_same_by_its_seed_and_every_agency_of_it_says_that_it_is_invented(
    seed: int, year: int
) -> None:
    known = demand.estimate(a_year(count=200))
    one, again = demand.a_year(known, seed, year), demand.a_year(known, seed, year)
    assert one == again
    assert all(incident.agency.startswith(demand.SYNTHETIC) for incident in one)
    assert {incident.occurred_at.year for incident in one} == {year}
    assert one == sorted(one, key=lambda incident: incident.filed_at)


def test_invented_years_have_on_average_as_many_incidents_as_are_expected_and_scatter_more_than_by_chance() -> None:
    known = demand.estimate(a_year())
    counts = [len(demand.a_year(known, seed)) for seed in range(60)]
    assert np.mean(counts) == pytest.approx(known.a_year, rel=0.03)
    assert np.var(counts) > np.mean(counts)


def test_nothing_is_expected_from_nothing() -> None:
    with pytest.raises(ValueError, match="no incidents"):
        demand.estimate([])


def test_the_nations_rate_is_no_surer_than_the_number_of_incidents_makes_it() -> None:
    known = demand.estimate(a_year(count=100))
    assert known.total.high - known.total.low >= 0.98 * 2 * 1.96 * 100**0.5
    # Nothing was seen there: its interval is at least as wide, for its size, as the nation's.
    empty = next(rate for rate in known.states.values() if not rate.seen).a_year.estimate
    assert (empty.high - empty.low) / empty.value > (known.total.high - known.total.low) / known.total.value
