"""Plans of whom to ask: the chance they state is true, nobody is asked in vain, nobody is passed over."""

import time
from dataclasses import replace
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.chances import Chance
from solver.cover import Fill, chance_full
from solver.moving import seat_yes
from solver.waves import (
    Ask,
    CallOut,
    Pending,
    Plan,
    Policy,
    Seat,
    after_silence,
    if_nobody_answers,
    plan,
)

ALL_NOW = Policy(at_once=1.0)
fills = st.lists(st.builds(Fill, st.integers(1, 7), st.floats(0, 1)), max_size=7)


def can_cover(seats: int, yeses: list[int]) -> bool:
    """Hall's condition: any seats together have at least as many people who fit one of them."""
    return all(
        sum(bool(fits & sum(1 << n for n in some)) for fits in yeses) >= size
        for size in range(1, seats + 1)
        for some in combinations(range(seats), size)
    )


def by_enumeration(seats: int, asked: list[Fill]) -> float:
    """The chance that every seat is covered, over every combination of answers."""
    total = 0.0
    for answers in product((False, True), repeat=len(asked)):
        mass = 1.0
        for fill, said in zip(asked, answers, strict=True):
            mass *= fill.chance if said else 1 - fill.chance
        if mass and can_cover(seats, [fill.seats for fill, said in zip(asked, answers, strict=True) if said]):
            total += mass
    return total


@st.composite
def call_outs(draw: st.DrawFn, people: int = 6, most_seats: int = 3) -> CallOut:
    """A small call-out with shared candidates, some asked already, some seated, some asleep."""
    ids = list(range(people))
    chances = {n: Chance(draw(st.floats(0.1, 0.95)), draw(st.floats(0.5, 1))) for n in ids}
    numbers = range(draw(st.integers(1, most_seats)))
    seats = tuple(Seat(n, tuple(draw(st.lists(st.sampled_from(ids), unique=True)))) for n in numbers)
    free = draw(st.permutations(ids))
    out = draw(st.integers(0, 2))
    pending = tuple(
        Pending(n, draw(st.sampled_from(list(numbers))), draw(st.floats(0, 30))) for n in free[:out]
    )  # fmt: skip
    seated = {0: free[out]} if draw(st.booleans()) else {}
    asleep = draw(st.dictionaries(st.sampled_from(ids), st.floats(0, 80), max_size=2))
    return CallOut(seats, chances, pending, seated, draw(st.floats(1, 90)), asleep)


def fills_of(call: CallOut, asks: tuple[Ask, ...]) -> list[Fill]:
    """What is out, seated and asked, as bits; written again here, so that the planner is not judged by itself."""
    fits = {p: sum(1 << n for n, seat in enumerate(call.seats) if p in seat.ranked) for p in call.chances}
    found = []
    for one in call.pending:
        chance = call.chances[one.person].yes_within(call.deadline_minutes, one.silent_minutes)
        found.append(Fill(fits[one.person] | 1 << one.seat, chance))
    for seat, person in call.seated.items():
        found.append(Fill(fits[person] | 1 << seat, 1.0))
    for ask in asks:
        left = max(0.0, call.deadline_minutes - ask.minute)
        found.append(Fill(fits[ask.person], call.chances[ask.person].yes_within(left)))
    return found


@given(st.integers(1, 3), fills)
def test_the_chance_is_that_of_every_combination_of_answers(seats: int, asked: list[Fill]) -> None:
    asked = [replace(fill, seats=fill.seats & (1 << seats) - 1) for fill in asked if fill.seats & (1 << seats) - 1]
    assert chance_full(seats, asked) == pytest.approx(by_enumeration(seats, asked), abs=1e-9)


@given(st.integers(1, 3), fills, st.builds(Fill, st.integers(1, 7), st.floats(0, 1)))
def test_one_more_asked_never_lowers_the_chance(seats: int, asked: list[Fill], more: Fill) -> None:
    asked, more_fits = [f for f in asked if f.seats < 1 << seats], replace(more, seats=more.seats & (1 << seats) - 1)
    assert chance_full(seats, [*asked, more_fits]) >= chance_full(seats, asked) - 1e-12


def test_few_states_give_a_lower_bound() -> None:
    random = Random(3)
    asked = [Fill(random.randrange(1, 32), random.random()) for _ in range(12)]
    exact = chance_full(5, asked)
    bounds = [chance_full(5, asked, most) for most in (3, 10, 30, 10_000)]
    assert bounds == sorted(bounds)
    assert bounds[0] < exact == pytest.approx(bounds[-1])


@given(call_outs())
@settings(max_examples=100, deadline=None)
def test_a_plan_states_the_chance_that_enumeration_finds(call: CallOut) -> None:
    found = plan(call)
    if found.chance or not found.hopeless:
        asked = fills_of(call, (*found.now, *found.later))
        assert found.is_exact
        assert found.chance == pytest.approx(by_enumeration(len(call.seats), asked), abs=1e-9)
        assert found.chance_at_once == pytest.approx(
            by_enumeration(len(call.seats), fills_of(call, found.now)), abs=1e-9
        )


@given(call_outs())
@settings(max_examples=100, deadline=None)
def test_nobody_is_asked_twice_or_in_their_night_or_for_what_they_cannot_do(call: CallOut) -> None:
    found = plan(call)
    asked = [*found.now, *found.later]
    busy = {one.person for one in call.pending} | set(call.seated.values())
    people = [ask.person for ask in asked]
    assert len(people) == len(set(people))
    assert not busy & set(people)
    ranked = {seat.id: seat.ranked for seat in call.seats}
    for ask in asked:
        assert ask.person in ranked[ask.seat]
        assert ask.minute >= call.not_before.get(ask.person, 0)
    assert all(ask.minute == 0 for ask in found.now)


@given(call_outs())
@settings(max_examples=100, deadline=None)
def test_the_target_is_reached_whenever_asking_everybody_reaches_it(call: CallOut) -> None:
    found, policy = plan(call), Policy()
    out = {one.person for one in call.pending} | set(call.seated.values())
    everybody = {p: seat.id for seat in call.seats for p in seat.ranked if p not in out}
    asks = tuple(Ask(p, seat, call.not_before.get(p, 0.0)) for p, seat in everybody.items())
    best = by_enumeration(len(call.seats), fills_of(call, asks))
    aim = policy.target if best >= policy.target else best * policy.of_best
    assert found.chance >= aim - 1e-9


def _stands_before(call: CallOut, person: int, asked: Ask) -> bool:
    """Whether the list of the seat for which somebody is asked names this person before them."""
    ranked = next(seat.ranked for seat in call.seats if seat.id == asked.seat)
    return person in ranked and ranked.index(person) < ranked.index(asked.person)


@given(call_outs(), st.floats(0.1, 0.8))
@settings(max_examples=200, deadline=None)
def test_while_nobody_sleeps_nobody_at_the_end_of_a_line_could_be_left_out(call: CallOut, target: float) -> None:
    call = replace(call, not_before={})
    policy = Policy(target=target, at_once=1.0)
    found = plan(call, policy)
    if found.chance < policy.target:
        return
    for ask in found.now:
        last = [one for one in found.now if one.seat == ask.seat][-1]
        fewer = tuple(one for one in found.now if one is not last)
        if any(_stands_before(call, last.person, one) for one in (*fewer, *found.later)):
            continue
        assert by_enumeration(len(call.seats), fills_of(call, (*fewer, *found.later))) < policy.target


def test_who_became_needless_by_a_later_one_is_left_out_again() -> None:
    yes = {1: 0.5, 2: 0.3, 3: 0.3, 11: 0.5, 12: 0.01, 13: 0.9}
    chances = {person: Chance(chance, 1.0) for person, chance in yes.items()}
    call = CallOut((Seat(1, (1, 2, 3)), Seat(2, (11, 12, 13))), chances, deadline_minutes=1e9)
    found = plan(call, Policy(target=0.47, at_once=1.0))
    assert {ask.person for ask in found.now} == {1, 11, 12, 13}


def test_who_became_needless_when_another_was_left_out_is_left_out_too() -> None:
    even, eager, silent = Chance(0.5, 1.0), Chance(0.75, 1.0), Chance(0.5, 0.5)
    call = CallOut(
        (Seat(0, (1, 5)), Seat(1, (1, 4, 0)), Seat(2, (4, 1))),
        {0: even, 1: even, 2: eager, 3: silent, 4: silent, 5: eager},
        (Pending(3, 0, 0.0), Pending(2, 1, 0.0)), seated={0: 1}, deadline_minutes=17.0,
    )  # fmt: skip
    assert [ask.person for ask in plan(call, Policy(target=0.375, at_once=1.0)).now] == [5]


@given(st.lists(st.lists(st.floats(0.2, 0.95), min_size=1, max_size=4), min_size=1, max_size=3), st.floats(0.2, 0.9))
@settings(max_examples=60, deadline=None)
def test_with_equal_chances_in_a_list_no_smaller_call_out_reaches_the_target(
    lists: list[list[float]], target: float
) -> None:
    """By brute force over how many of each list are asked, from the top."""
    seats = tuple(Seat(n, tuple(n * 10 + k for k in range(len(one)))) for n, one in enumerate(lists))
    chances = {n * 10 + k: Chance(one[0], 1.0) for n, one in enumerate(lists) for k in range(len(one))}
    call = CallOut(seats, chances, deadline_minutes=1e9)
    found = plan(call, Policy(target=target, at_once=1.0))
    if found.chance < target:
        return
    for depths in product(*(range(len(one) + 1) for one in lists)):
        if sum(depths) < len(found.now):
            asks = tuple(
                Ask(p, seat.id, 0) for seat, depth in zip(seats, depths, strict=True) for p in seat.ranked[:depth]
            )
            assert by_enumeration(len(seats), fills_of(call, asks)) < target


@given(call_outs())
def test_a_low_chance_is_never_a_reason_to_be_passed_over(call: CallOut) -> None:
    call = replace(call, not_before={})
    found = plan(call)
    order = [*found.now, *found.later]
    for seat in call.seats:
        theirs = [ask.person for ask in order if ask.seat == seat.id]
        assert theirs == [p for p in seat.ranked if p in theirs]


def test_who_is_spared_in_one_seat_is_not_passed_over_in_another() -> None:
    slow, fast = Chance(0.5, 0.5, 8.0, 1.0), Chance(0.5, 1.0, 8.0, 1.0)
    chances = {0: slow, 1: slow, 2: fast, 3: fast, 5: Chance(0.75, 1.0, 8.0, 1.0)}
    call = CallOut(
        (Seat(0, ()), Seat(1, (0, 5)), Seat(2, (5, 0, 1, 2))), chances, (Pending(3, 1, 0.0),), deadline_minutes=24.0
    )
    found = plan(call)
    asked = [ask.person for ask in (*found.now, *found.later) if ask.seat == 2]
    assert asked == [person for person in (5, 0, 1, 2) if person in asked]


def test_a_decline_of_old_makes_more_people_asked_and_nobody_later() -> None:
    ids = tuple(range(8))
    willing = CallOut((Seat(0, ids),), dict.fromkeys(ids, Chance(0.6, 0.92)))
    unwilling = replace(willing, chances={**willing.chances, 0: Chance(0.1, 0.92)})
    first, second = plan(willing, ALL_NOW), plan(unwilling, ALL_NOW)
    assert first.now[0].person == second.now[0].person == 0
    assert len(second.now) > len(first.now)


def test_the_stated_chance_is_what_a_simulation_of_answers_finds() -> None:
    ids = tuple(range(9))
    call = CallOut(
        (Seat(0, ids[:6]), Seat(1, ids[3:]), Seat(2, (0, 4, 8, 5))), {n: Chance(0.3 + n / 20, 0.92) for n in ids}
    )
    found, random, full = plan(call), Random(5), 0
    asked = fills_of(call, (*found.now, *found.later))
    for _ in range(20_000):
        full += can_cover(3, [fill.seats for fill in asked if random.random() < fill.chance])
    assert found.chance == pytest.approx(full / 20_000, abs=0.012)


def one_seat(people: int = 4, **fields: object) -> CallOut:
    ids = tuple(range(people))
    return replace(CallOut((Seat(7, ids),), dict.fromkeys(ids, Chance(0.5, 0.92))), **fields)  # type: ignore[arg-type]


def test_no_seat_no_time_and_no_candidate_ask_nobody() -> None:
    assert plan(CallOut((), {})) == Plan((), (), 1.0, 1.0, True, (), None)
    assert plan(one_seat(deadline_minutes=0)).now == ()
    assert plan(one_seat(deadline_minutes=-5)).chance == 0
    nobody = plan(one_seat(people=0))
    assert (nobody.now, nobody.chance, nobody.hopeless, nobody.look_minute) == ((), 0.0, (7,), None)


def test_a_seat_nobody_can_fill_does_not_stop_the_others() -> None:
    call = CallOut((Seat(1, ()), Seat(2, (5, 6))), {5: Chance(0.5, 1), 6: Chance(0.5, 1)})
    found = plan(call)
    assert found.hopeless == (1,)
    assert found.chance == 0
    assert {ask.seat for ask in found.now} == {2}


def test_silence_brings_the_next_look_and_then_somebody_is_asked() -> None:
    call = one_seat(people=9, deadline_minutes=60.0)
    first = plan(call)
    assert first.look_minute == 12
    then = if_nobody_answers(call)
    assert then
    assert not {ask.person for ask in then} & {ask.person for ask in first.now}
    later = after_silence(after_silence(call, first.now, 0), (), then[0].minute)
    assert [ask.person for ask in plan(later).now] == [ask.person for ask in then]


def test_all_silent_to_the_end_everybody_has_been_asked_and_it_stops() -> None:
    call, asked = one_seat(people=5, deadline_minutes=90.0), 0
    for _ in range(100):
        found = plan(call)
        asked += len(found.now)
        if found.look_minute is None:
            break
        call = after_silence(call, found.now, max(1.0, found.look_minute))
    assert asked == 5
    assert found.look_minute is None


def test_who_was_seated_is_moved_when_that_frees_a_seat_for_a_yes() -> None:
    fits = {1: [10, 20], 2: [10]}
    assert seat_yes({10: 1}, fits, 2) == {10: 2, 20: 1}
    assert seat_yes({10: 1}, {1: [10], 2: [10]}, 2) is None


def test_a_candidate_for_a_taken_seat_is_asked_when_its_person_can_move() -> None:
    call = CallOut((Seat(1, (5, 6)), Seat(2, (5,))), {5: Chance(0.5, 1), 6: Chance(0.5, 1)}, seated={1: 5})
    assert [(ask.person, ask.seat) for ask in plan(call, ALL_NOW).now] == [(6, 1)]


def test_contradictions_are_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        one_seat(pending=(Pending(1, 7, 0), Pending(1, 7, 5)))
    with pytest.raises(ValueError, match="chances: 3"):
        CallOut((Seat(1, (3,)),), {})


def test_a_team_of_twelve_with_twelve_candidates_each_is_planned_in_milliseconds() -> None:
    random = Random(2)
    seats = tuple(Seat(s, tuple(s * 100 + n for n in range(12))) for s in range(12))
    chances = {p: Chance(random.uniform(0.3, 0.8), 0.92) for seat in seats for p in seat.ranked}
    call, best = CallOut(seats, chances), 1e9
    for _ in range(5):
        began = time.thread_time()
        plan(call)
        best = min(best, time.thread_time() - began)
    assert best < 0.15
