"""Where prices leave hardly a choice, every roster is tried: as good as CP-SAT's answer, and of equals one by lot."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.solver.pool import a_pool
from bench.solver.pool import a_request as a_national_request
from solver import few
from solver.pool import Pool
from solver.problem import Expert, Policy, Request, Span
from solver.search import solve
from tests.solver.cases import DAY, a_case, a_policy, a_position, a_request, an_expert


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Whether trying one by one gave the answer, once for each time that it was asked."""
    found: list[bool] = []
    only_best = few.only_best

    def asked(*problem: object, most: int) -> object:
        answer = only_best(*problem, most=most)  # type: ignore[arg-type]
        found.append(answer is not None)
        return answer

    monkeypatch.setattr("solver.optimise.only_best", asked)
    yield found


def _problems() -> Iterator[tuple[list[Expert], Request, Policy]]:
    for seed in range(150):
        experts, request = a_case(seed)
        yield experts, request, a_policy(seed)
    for seed in range(10):
        yield a_pool(150, seed), a_national_request(seed), Policy()


def test_one_by_one_is_as_good_as_cp_sat_in_every_goal(said: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    tried = [solve(experts, [request], policy, explained=()) for experts, request, policy in _problems()]
    assert sum(said) > 60
    monkeypatch.setattr("solver.few.MOST_OF_ALL", 0)
    monkeypatch.setattr("solver.optimise.MOST_UNPRICED", 0)  # as if there were too many to try without prices
    said.clear()
    priced = [solve(experts, [request], policy, explained=()) for experts, request, policy in _problems()]
    assert sum(said) > 60
    monkeypatch.setattr("solver.optimise.MOST_TRIED", 0)  # and with them
    said.clear()
    solved = [solve(experts, [request], policy, explained=()) for experts, request, policy in _problems()]
    assert not any(said)
    told = [[(one.status, one.goals, one.shortages) for one in rosters] for rosters in (tried, priced, solved)]
    assert told[0] == told[1] == told[2]


def test_of_two_who_are_as_good_a_lot_decides_and_not_their_place_in_the_pool(said: list[bool]) -> None:
    request, chosen = a_request(a_position(1)), []
    for day in range(40):
        stay = Span(request.stay.start + day * DAY, request.stay.end + day * DAY)
        asked = replace(request, stay=stay, arrive_by=stay.start)
        people = [an_expert(1), an_expert(2)]
        roster, same = solve(people, [asked]), solve(people[::-1], [asked])
        assert roster.status == "optimal"
        assert roster.seats[0].expert_id == same.seats[0].expert_id
        chosen.append(roster.seats[0].expert_id)
    assert 10 < chosen.count(1) < 30
    assert all(said)


def test_load_decides_between_equals(said: list[bool]) -> None:
    roster = solve([an_expert(1, exposure=60.0), an_expert(2)], [a_request(a_position(1))])
    assert roster.seats[0].expert_id == 2
    assert said == [True]


def test_where_two_seats_have_but_one_person_she_takes_the_one_that_counts_more() -> None:
    both = an_expert(1, disciplines=frozenset({"VA", "MH"}))
    seats = a_position(1, priority=2), a_position(2, disciplines=frozenset({"MH"}), priority=1)
    roster = solve([both], [a_request(*seats)])
    assert [seat.expert_id for seat in roster.seats] == [None, 1]
    assert (roster.status, roster.gap) == ("optimal", 0)


def test_where_nobody_can_join_those_who_stay_the_seat_is_empty_and_that_is_proven() -> None:
    pool = Pool([an_expert(1, employer="One"), an_expert(2, employer="one")])
    roster = solve(pool, [a_request(a_position(1, pinned=1), a_position(2))])
    assert [seat.expert_id for seat in roster.seats] == [1, None]
    assert (roster.status, roster.gap) == ("optimal", 0)


def test_of_a_settled_seat_is_told_who_sits_there_and_no_more() -> None:
    pool, request = Pool(a_pool(150)), a_national_request(3)
    whole = solve(pool, [request], in_words=False)
    where = request.positions[0].id
    part = solve(pool, [request], in_words=False, settled=[where])
    told = {seat.position_id: seat for seat in whole.seats}
    assert told[where].alternates
    assert {seat.position_id: seat for seat in part.seats} == told | {where: replace(told[where], alternates=())}
