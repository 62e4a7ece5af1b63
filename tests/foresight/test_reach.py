"""Who is on site in time: grows with the hours and with the pool, and keeps the solver's rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.places import ZONES
from app.foresight import outlook, reach, standard
from app.foresight.country import HOMES
from bench.solver.pool import DAY, NOW, a_pool
from solver.chances import Habits
from solver.problem import Expert, Place, Policy, Span
from solver.search import solve

AT = datetime.fromtimestamp(NOW * 60, UTC)
DENVER = Place(39.74, -104.99, "CO")


def persons(count: int, seed: int = 1) -> list[reach.Person]:
    return [reach.Person(e, ZONES[e.place.state], wakes=e.id % 5 > 0) for e in a_pool(count, seed)]


def at(people: list[reach.Person], place: Place = DENVER, draws: int = 4) -> reach.Here:
    pool = reach.People(people, reach.Ways(Policy()), AT)
    return reach.here(pool, place, reach.draws_of(pool, Habits(), draws, 7))


@settings(max_examples=12, deadline=None)
@given(st.integers(20, 200), st.integers(1, 50), st.sampled_from(sorted(HOMES)))
def test_readiness_grows_with_the_hours(count: int, seed: int, state: str) -> None:
    home = HOMES[state]
    found = at(persons(count, seed), Place(home.latitude, home.longitude, state))
    assert (np.diff(found.team, axis=1) >= -1e-12).all()
    assert (np.diff(found.seats, axis=1) >= -1e-12).all()
    assert ((found.team >= 0) & (found.team <= 1 + 1e-12)).all()
    assert (found.team <= found.seats.min(axis=2) + 1e-12).all()


def test_somebody_who_lapses_is_away_or_rests_counts_for_nothing() -> None:
    everybody = persons(120)
    assert sum(at(everybody).able) > 0
    assert at(everybody).team.any()
    for gone in (
        {"papers_until": NOW + 3 * DAY}, {"busy": (Span(NOW, NOW + 30 * DAY),)}, {"eligible_from": NOW + 20 * DAY},
        {"exposure": 100.0}, {"served": (NOW - DAY, NOW - 9 * DAY)},
    ):  # fmt: skip
        bound = [replace(one, expert=replace(one.expert, **gone)) for one in everybody]
        assert at(bound).able == (0, 0, 0, 0, 0)
        assert not at(bound).team.any()


def test_a_clinician_counts_only_where_the_licence_is_valid() -> None:
    licensed = replace(
        a_pool(1)[0], disciplines=frozenset({"MH"}), is_trainee=False, papers_until=NOW + 900 * DAY, busy=(), served=(),
        exposure=0.0, is_leader=False, place=DENVER, licences={"CO": NOW + 400 * DAY},
    )  # fmt: skip
    one = [reach.Person(licensed, "America/Denver")]
    assert at(one).able == (0, 0, 0, 1, 0)
    assert at(one, replace(DENVER, state="WY")).able == (0, 0, 0, 0, 0)


def test_a_team_could_be_seated_by_the_solver_whenever_it_counts_as_covered() -> None:
    """The same people, all willing: full here exactly when the solver fills every seat."""
    random, full = Random(5), 0
    for number in range(25):
        experts = [replace(e, employer=None) for e in a_pool(60, number + 1) if not e.is_trainee]
        some = random.sample(experts, 9)
        people = reach.People([reach.Person(e, "America/Denver") for e in some], reach.Ways(Policy()), AT)
        willing = reach.Draw(np.zeros(len(some)), np.ones(len(some)))
        here = reach.here(people, DENVER, [willing])
        roster = solve(some, [people.request(DENVER)], Policy())
        seated = sum(seat.expert_id is not None for seat in roster.seats)
        assert round(float(here.filled[0, -1])) == seated
        full += seated == len(standard.SEATS)
    assert full


def test_the_same_question_has_the_same_answer_to_the_last_bit() -> None:
    asked = outlook.Question(persons(80), reach.Ways(Policy()), AT, seed=3, ahead=(0, 45))
    assert outlook.work_out(asked).as_json() == outlook.work_out(asked).as_json()
    other = replace(asked, seed=4)
    assert outlook.work_out(other).nation != outlook.work_out(asked).nation


def test_as_papers_lapse_the_days_ahead_get_worse_and_say_how_many() -> None:
    lapsing = [
        replace(one, expert=replace(one.expert, busy=(), papers_until=NOW + (30 if n % 2 else 400) * DAY))
        for n, one in enumerate(persons(300))
    ]
    found = outlook.work_out(outlook.Question(lapsing, reach.Ways(Policy()), AT, ahead=(0, 60)))
    today, later = found.ahead
    assert later.lapsed == 150
    assert later.able < today.able
    assert later.views["team"][2] < today.views["team"][2]


def test_whoever_rests_from_questions_counts_for_nothing_until_the_rest_is_over() -> None:
    rested = [replace(one, rests_until=AT + timedelta(days=20)) for one in persons(120)]
    assert sum(at(rested).able) == 0
    assert not at(rested).team.any()
    today, later = outlook.work_out(outlook.Question(rested, reach.Ways(Policy()), AT, ahead=(0, 30))).ahead
    assert today.able == 0
    assert later.able > 0


def test_the_days_ahead_begin_where_today_is() -> None:
    far = {
        state: (home, replace(home, latitude=home.latitude + 3), replace(home, longitude=home.longitude - 4))
        for state, home in ((state, Place(at.latitude, at.longitude, state)) for state, at in HOMES.items())
    }
    found = outlook.work_out(outlook.Question(persons(300), reach.Ways(Policy()), AT, places=far, ahead=(0,)))
    for view in standard.VIEWS:
        for now, ahead in zip(found.nation[view], found.ahead[0].views[view], strict=True):
            assert abs(now.p - ahead) < 0.03


def test_the_nation_lies_between_its_least_and_its_most_ready_state() -> None:
    found = outlook.work_out(outlook.Question(persons(300), reach.Ways(Policy()), AT, ahead=()))
    for view in standard.VIEWS:
        for number in range(len(standard.HOURS)):
            states = [state.views[view][number].p for state in found.states.values()]
            assert min(states) - 1e-6 <= found.nation[view][number].p <= max(states) + 1e-6
            assert found.nation[view][number].low <= found.nation[view][number].p <= found.nation[view][number].high


def test_whoever_sleeps_and_may_not_be_woken_is_asked_in_the_morning() -> None:
    night = datetime(2026, 11, 24, 9, tzinfo=UTC)  # 2 a.m. in Denver
    people = reach.People([replace(one, zone="America/Denver") for one in persons(10)], reach.Ways(Policy()), night)
    waits = people.waits(0)
    assert {round(w) for w in waits.tolist()} == {0, 6 * 60}
    assert waits[4] == 6 * 60
    assert people.waits(8).max() == 0
    assert timedelta(minutes=float(waits.max())) == timedelta(hours=6)


def test_expert_rows_do_not_change_anything_when_shuffled() -> None:
    some: list[Expert] = a_pool(90)
    mixed = Random(1).sample(some, len(some))
    one, other = ([reach.Person(e, ZONES[e.place.state]) for e in order] for order in (some, mixed))
    assert np.allclose(at(one).seats, at(other).seats, atol=0.02)
