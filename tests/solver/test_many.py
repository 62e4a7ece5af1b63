"""Prices, reserves, budgets and other rosters: what many requests at once and long explanations rest on."""

from collections import Counter
from dataclasses import replace

import pytest

from bench.solver.pool import a_pool
from bench.solver.pool import a_request as a_national_request
from solver.candidates import clashes
from solver.check import faults
from solver.optimise import optimise
from solver.pool import Pool
from solver.problem import Policy, Reserve
from solver.search import price_of, solve, why_not
from solver.survey import survey
from solver.validate import BadProblem
from tests.solver.cases import DAY, NOW, a_position, a_request, an_expert

POLICY = Policy()


def test_thirty_requests_at_once_are_proven_and_take_nobody_twice() -> None:
    pool = Pool(a_pool(2000))
    requests = [a_national_request(seed, number=seed) for seed in range(1, 31)]
    roster = solve(pool, requests, POLICY, time_limit_s=60)
    assert roster.status == "optimal"
    assert roster.gap == 0
    people = [seat.expert_id for seat in roster.seats]
    assert len(people) == len(set(people)) == 210
    assert not roster.shortages
    assert not faults(pool.experts, requests, POLICY, roster)


def test_a_small_budget_loses_nothing_unseen() -> None:
    pool = Pool(a_pool(3000))
    requests = [a_national_request(seed, number=seed) for seed in range(1, 6)]
    whole = solve(pool, requests, POLICY)
    few = solve(pool, requests, replace(POLICY, candidate_budget=1))
    assert few.status == "optimal" or few.gap is None or few.gap > 0
    if few.status == "optimal":
        assert few.goals == whole.goals


def test_time_that_ends_at_once_still_gives_a_right_roster() -> None:
    pool = Pool(a_pool(2000))
    requests = [a_national_request(seed, number=seed) for seed in range(1, 11)]
    roster = solve(pool, requests, POLICY, time_limit_s=0.001)
    assert roster.status == "feasible"
    assert sum(seat.expert_id is not None for seat in roster.seats) > 60


def test_everybody_else_stays_when_one_of_many_teams_loses_somebody() -> None:
    pool = Pool(a_pool(2000))
    requests = [a_national_request(seed, number=seed) for seed in range(1, 11)]
    first = solve(pool, requests, POLICY)
    sitting = {(seat.request_id, seat.position_id): seat.expert_id for seat in first.seats}
    held = [
        replace(one, positions=tuple(replace(p, held=sitting[one.id, p.id]) for p in one.positions)) for one in requests
    ]
    gone = first.seats[0].expert_id or 0
    held[0] = replace(held[0], excluded=frozenset({gone}))
    second = solve(pool, held, POLICY, explained=[1])
    moved = [one for one in second.seats if one.expert_id != sitting[one.request_id, one.position_id]]
    assert second.status == "optimal"
    assert [(one.request_id, one.position_id) for one in moved] == [(1, first.seats[0].position_id)]
    kinds = Counter(change.kind for change in second.changes)
    assert kinds == {"came": 1, "left": 1, "stays": 69}
    assert all(bool(one.reasons) == (one.request_id == 1) for one in second.seats)


def test_a_reserve_is_kept_unless_a_seat_or_a_need_would_suffer() -> None:
    near = an_expert(1, disciplines=frozenset({"MH"}))
    far = replace(an_expert(2, disciplines=frozenset({"MH"})), place=replace(near.place, latitude=45.0, state="OR"))
    request = a_request(a_position(1, disciplines=frozenset({"MH"})))
    here = Reserve("MH", frozenset({near.place.state}), floor=1)
    assert solve([near, far], [request], POLICY).seats[0].expert_id == 1
    kept = solve([near, far], [request], replace(POLICY, reserves=(here,)))
    assert kept.seats[0].expert_id == 2
    alone = solve([near], [request], replace(POLICY, reserves=(here,)))
    assert alone.seats[0].expert_id == 1
    assert [one.text for one in alone.shortages] == [f"The reserve MH in {near.place.state} falls under its floor."]


def test_one_reserve_named_twice_is_refused() -> None:
    twice = (Reserve("MH", frozenset(), 1), Reserve("MH", frozenset(), 2))
    with pytest.raises(BadProblem, match="twice"):
        solve([an_expert(1)], [a_request(a_position(1))], replace(POLICY, reserves=twice))


def test_the_runner_up_is_the_best_of_all_other_rosters() -> None:
    pool = Pool(a_pool(400))
    request = a_national_request(3)
    roster = solve(pool, [request], POLICY, with_runner_up=True)
    assert roster.runner_up is not None
    best = [goal.value for goal in roster.goals]
    worse = {cost.level: cost.worse for cost in roster.runner_up.costs}
    second = [value - worse.get(goal.name, 0) for value, goal in zip(best, roster.goals, strict=True)]
    assert second <= best
    seats = survey(pool, [request], POLICY)
    for seat in roster.seats:
        kept_out = replace(request, excluded=frozenset({seat.expert_id or 0}))
        without = optimise(pool, survey(pool, [kept_out], POLICY), POLICY, seed=0, time_limit_s=10)
        assert [goal.value for goal in without.goals] <= second
    assert not clashes(pool, seats, {}, POLICY)


def test_the_price_of_her_is_that_of_the_best_team_with_her() -> None:
    pool = Pool(a_pool(400))
    request = a_national_request(3)
    roster = solve(pool, [request], POLICY)
    seat = roster.seats[2]
    other = seat.alternates[-1].expert_id
    price = price_of(pool, [request], (request.id, seat.position_id), other, POLICY)
    assert price is not None
    assert (request.id, seat.position_id, other) in price.seating
    pinned = [replace(p, pinned=other if p.id == seat.position_id else None) for p in request.positions]
    forced = solve(pool, [replace(request, positions=tuple(pinned))], POLICY)
    lost = {one.name: one.value for one in roster.goals}
    assert {cost.level: cost.worse for cost in price.costs} == {
        goal.name: lost[goal.name] - goal.value for goal in forced.goals if lost[goal.name] != goal.value
    }


def test_why_not_speaks_of_her_own_numbers() -> None:
    late = an_expert(1, papers_until=NOW + 5 * DAY, eligible_from=NOW + 9 * DAY, exposure=120.0)
    request = a_request(a_position(1))
    told = {reason.code: reason.text for reason in why_not([late], request, 1, 1, POLICY)}
    assert told.keys() == {"eligible", "papers", "exposure"}
    assert "120" in told["exposure"]
    assert "100" in told["exposure"]
