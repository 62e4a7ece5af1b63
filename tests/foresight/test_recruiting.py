"""Whom to recruit: gains that only fall, the best first, the same by the same seed, and better than by population."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.deployments.teams import TEAMS
from app.foresight import demand, kinds, pools, recruiting, sketch
from app.foresight.advice import Wish
from app.foresight.choosing import Takes, choose
from app.trials.incidents import Incident
from bench.recruiting import halves
from solver.problem import Policy
from tests.foresight.test_demand import a_year, an_incident

AT = datetime(2026, 1, 1, tzinfo=UTC)
POOL = pools.experts_of(pools.of_nobody(90, 4, AT))


def a_wish(seed: int = 1, count: int = 4, incidents: int = 60) -> Wish:
    known = demand.estimate(a_year(count=incidents))
    return Wish(POOL, known, count=count, seed=seed, training_years=2, held_out_years=2)


def cases(count: int = 40) -> list[sketch.Case]:
    return sketch.cases_of(a_year(count=count))


def test_the_same_wish_has_the_same_advice_to_the_last_bit() -> None:
    assert recruiting.advise(a_wish()).as_json() == recruiting.advise(a_wish()).as_json()


def test_advice_gains_on_years_that_it_was_not_chosen_by_and_more_than_recruiting_by_population() -> None:
    found = recruiting.advise(a_wish(count=6, incidents=90))
    ours, population, _ = (gain.seats.mean for gain in found.gains)
    assert len(found.recruits) == 6
    assert ours > 0
    assert ours > population
    assert [gain.recruits for gain in found.growth] == [5, 6]
    wish = a_wish()
    trained = [[case.at for case in year] for year in recruiting.years(wish, wish.training)]
    assert all([case.at for case in year] not in trained for year in recruiting.years(wish, wish.held_out))


def test_of_the_first_recruits_none_gains_less_than_the_next() -> None:
    wish = a_wish(count=recruiting.AT_A_TIME, incidents=90)
    means = [one.seats.mean for one in recruiting.advise(wish).recruits]
    assert means == sorted(means, reverse=True)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 12))
def test_lazy_greedy_takes_what_looking_at_everybody_would_take(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    every = [kinds.Kind("TX", ("LE",), False)] * 9
    year = made_up(random, gaps=30, kinds=len(every))
    left = year.left.copy()
    lazy = [(kind, takes[0]) for kind, takes in choose([year], every, count)]
    year.left = left
    for kind, taken in lazy:
        best = max(len(year.of(other)) for other in range(len(every)))
        assert len(taken) == len(year.of(kind)) == best
        year.left[taken] -= 1


def made_up(random: np.random.Generator, gaps: int, kinds: int) -> Takes:
    """A year of empty seats without any pool behind it."""
    year = Takes.__new__(Takes)
    year.policy = Policy()
    year.left = random.integers(1, 3, gaps)
    year.start = np.sort(random.integers(0, 365 * 1440, gaps))
    year.able = random.random((gaps, kinds)) < 0.4
    year.depart = np.repeat(year.start[:, None] - 300, kinds, axis=1)
    year.rested = year.depart + 6 * 1440
    year.minutes = random.integers(60, 600, (gaps, kinds))
    return year


def test_more_people_never_leave_more_seats_empty_when_nobody_is_bound_before() -> None:
    """One incident a fortnight, so that rest and caps of a year bind nobody: seats can only be won."""
    found = [an_incident(state, 14 * n) for n, state in enumerate(["TX", "CA", "CO", "NY", "OH"])]
    apart, policy = sketch.cases_of(found), Policy(cap_90_days=30, cap_365_days=99, exposure_cap=990)
    empty = [sketch.play(POOL[:size], apart, policy, 3, 0.46).empty for size in range(10, 90, 10)]
    assert empty == sorted(empty, reverse=True)


def test_a_sketched_year_keeps_caps_rest_and_one_place_at_a_time() -> None:
    policy = Policy()
    played = sketch.play(POOL, cases(120), policy, 5, 0.9)
    assert max(played.by.values()) <= policy.cap_365_days
    assert played.seats == sum(len(TEAMS[one.team_type]) for one in a_year(count=120))
    assert played.empty == played.seats - sum(played.by.values())
    on_one_day = sketch.cases_of([an_incident("TX", 10, agency=f"Agency {n}") for n in range(30)])
    assert max(sketch.play(POOL, on_one_day, policy, 5, 1.0).by.values()) == 1


def test_answers_depend_on_nobody_else() -> None:
    slots, comes = np.arange(500), np.full(500, 0.4)
    some = sketch.willing(7, 3, slots[100:200], comes[100:200])
    assert (sketch.willing(7, 3, slots, comes)[100:200] == some).all()
    assert np.mean([sketch.willing(7, n, slots, comes).mean() for n in range(40)]) == pytest.approx(0.4, abs=0.02)
    assert (sketch.willing(7, 3, slots, comes) != sketch.willing(7, 4, slots, comes)).any()


def test_a_seat_has_its_price_when_moving_people_along_leads_to_an_empty_one() -> None:
    # Seat 0 is empty; whoever sits in seat 1 fits it, and whoever sits in seat 2 fits seat 1; seat 3 leads nowhere.
    assert sketch._priced([-1, 10, 11, 12], {10: 0b0011, 11: 0b0110, 12: 0b1000}, [0]) == (0, 1, 2)


def test_clinicians_are_licensed_where_the_pools_clinicians_of_their_state_are() -> None:
    found = kinds.licences_by_state(POOL)
    assert all(state in licences for state, licences in found.items())
    kind = kinds.Kind("AK", ("MH",), leads=False)
    assert set(kinds.expert_of(kind, 1, found).licences) == set(found["AK"])
    assert not kinds.expert_of(kinds.Kind("AK", ("LE",), leads=True), 2, found).licences


def test_two_halves_have_no_incident_in_common() -> None:
    found: list[Incident] = [an_incident("TX", n % 365, agency=str(n)) for n in range(101)]
    one, other = halves(found, 3)
    assert len(one) + len(other) == 101
    assert {a.agency for a in one}.isdisjoint({a.agency for a in other})
