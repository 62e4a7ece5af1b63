"""The solver against the truth, its own judge, and the edges of its rules."""

from collections import Counter
from dataclasses import replace

import pytest

from bench.solver.pool import a_pool
from bench.solver.pool import a_request as a_national_request
from solver.check import faults
from solver.optimise import optimise
from solver.pool import Pool
from solver.problem import Place, Policy, Span
from solver.rules import PERSON_RULES, Rule
from solver.search import solve, why_not
from solver.survey import survey
from solver.validate import BadProblem
from tests.solver import brute
from tests.solver.cases import (
    BROKEN,
    DAY,
    NOW,
    TEAMS,
    a_case,
    a_policy,
    a_position,
    a_request,
    an_expert,
    several_requests,
)

POLICY = Policy()
LEVELS = ("seats_filled", "needs_met", "people_kept", "fit", "travel_minutes", "fair_load")


@pytest.mark.parametrize("block", range(6))
def test_no_seating_is_better_than_the_solvers(block: int) -> None:
    for seed in range(block * 60, block * 60 + 60):
        experts, request = a_case(seed)
        policy = a_policy(seed)
        roster = solve(experts, [request], policy, explained=())
        assert tuple(goal.value for goal in roster.goals) == brute.best(experts, [request], policy), f"seed {seed}"


@pytest.mark.parametrize("block", range(4))
def test_no_seating_of_several_requests_is_better_than_the_solvers(block: int) -> None:
    refused = 0
    for seed in range(block * 60, block * 60 + 60):
        experts, requests = several_requests(seed)
        policy = a_policy(seed)
        try:
            roster = solve(experts, requests, policy, explained=())
        except BadProblem:
            refused += 1  # pinned to two places at once
            continue
        assert tuple(goal.value for goal in roster.goals) == brute.best(experts, requests, policy), f"seed {seed}"
    assert refused < 10


@pytest.mark.slow
@pytest.mark.parametrize("block", range(20))
def test_no_seating_is_better_in_thousands_of_problems(block: int) -> None:
    for seed in range(10_000 + block * 150, 10_000 + block * 150 + 150):
        experts, request = a_case(seed)
        policy = a_policy(seed)
        roster = solve(experts, [request], policy)
        assert tuple(goal.value for goal in roster.goals) == brute.best(experts, [request], policy), f"seed {seed}"


@pytest.mark.parametrize("block", range(3))
def test_whole_numbers_over_the_relaxation_come_to_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.optimise.MOST_UNPRICED", 0)  # as if there were too many to try
    monkeypatch.setattr("solver.optimise.MOST_TRIED", 0)
    monkeypatch.setattr("solver.few.MOST_OF_ALL", 0)
    monkeypatch.setattr("solver.optimise.MOST_EXACT", 0)  # and too many candidates for CP-SAT
    for seed in range(block * 60, block * 60 + 60):
        experts, request = a_case(seed)
        policy = a_policy(seed)
        roster = solve(experts, [request], policy, explained=())
        assert tuple(goal.value for goal in roster.goals) == brute.best(experts, [request], policy), f"seed {seed}"


def test_cp_sat_alone_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.optimise.MOST_UNPRICED", 0)
    monkeypatch.setattr("solver.optimise.MOST_TRIED", 0)
    monkeypatch.setattr("solver.few.MOST_OF_ALL", 0)
    for seed in range(500, 580):
        experts, request = a_case(seed)
        policy = a_policy(seed)
        roster = solve(experts, [request], policy, explained=())
        assert tuple(goal.value for goal in roster.goals) == brute.best(experts, [request], policy), f"seed {seed}"


def test_the_random_problems_are_worth_trying() -> None:
    decided: Counter[str] = Counter()
    for seed in range(600):
        experts, request = a_case(seed)
        policy = replace(a_policy(seed), reserves=())
        right = sorted(set(brute.right(experts, [request], policy)), reverse=True)
        if len(right) > 1:
            parts = [best != next_best for best, next_best in zip(*right[:2], strict=True)]
            decided[LEVELS[max(parts.index(True) - len(parts), -len(LEVELS))]] += 1
    assert decided.total() > 400
    assert min(decided[level] for level in LEVELS) >= 3, decided


def test_one_level_at_a_time_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [several_requests(seed) for seed in (3, 5, 8, 13)]
    together = [solve(*problem).goals for problem in problems]
    monkeypatch.setattr("solver.goals.WIDEST_STAGE", 2)
    assert [solve(*problem).goals for problem in problems] == together


def test_the_same_problem_gives_the_same_roster() -> None:
    experts, request = a_case(17)
    first, second = (replace(solve(experts, [request]), solve_ms=0) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("seed", range(12))
def test_the_few_candidates_of_pruning_lose_nothing_against_all(seed: int) -> None:
    policy = replace(POLICY, candidates_per_seat=1)
    pool = Pool(a_pool(120, seed))
    requests = [a_national_request(seed), replace(a_national_request(seed + 50, number=2), priority=1)][: 1 + seed % 2]
    seats = survey(pool, requests, policy)
    few, every = (optimise(pool, seats, policy, seed=0, time_limit_s=20, prunes=prunes) for prunes in (True, False))
    assert few.goals == every.goals
    assert few.status == every.status == "optimal"


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_keeps_its_person_out_and_the_judge_would_see_it(rule: Rule) -> None:
    who, position, facts = BROKEN[rule]
    request = a_request(position, **facts)
    roster = solve([who], [request])
    assert roster.seats[0].expert_id is None
    assert roster.seats[0].funnel[-1].rule == rule
    assert len(why_not([who], request, 1, 1)) == 1
    forced = brute.roster_of([who], [request], [1], POLICY)
    assert rule in [fault.rule for fault in faults([who], [request], POLICY, forced)]


def test_every_rule_of_one_person_has_its_case() -> None:
    assert set(BROKEN) == set(PERSON_RULES)


@pytest.mark.parametrize("rule", TEAMS)
def test_a_rule_of_the_team_is_kept_and_the_judge_would_see_it(rule: Rule) -> None:
    experts = TEAMS[rule]
    request = a_request(*(a_position(number) for number in range(1, len(experts) + 1)))
    seated = [seat.expert_id for seat in solve(experts, [request]).seats if seat.expert_id]
    assert len(seated) == len(experts) - 1
    forced = brute.roster_of(experts, [request], [expert.id for expert in experts], POLICY)
    assert rule in {fault.rule for fault in faults(experts, [request], POLICY, forced)}


def test_one_person_takes_one_seat() -> None:
    request = a_request(a_position(1), a_position(2))
    assert [seat.expert_id for seat in solve([an_expert(1)], [request]).seats].count(1) == 1
    forced = brute.roster_of([an_expert(1)], [request], [1, 1], POLICY)
    assert Rule.ONE_SEAT in {fault.rule for fault in faults([an_expert(1)], [request], POLICY, forced)}


def test_nobody_is_in_two_places() -> None:
    requests = [a_request(a_position(1)), replace(a_request(a_position(2)), id=2)]
    roster = solve([an_expert(1)], requests)
    assert [seat.expert_id for seat in roster.seats].count(1) == 1


EDGES = {
    "rest ends at departure": an_expert(1, eligible_from=NOW + 2 * DAY),
    "busy ends at departure": an_expert(1, busy=(Span(NOW, NOW + 2 * DAY),)),
    "busy begins when the rest has ended": an_expert(1, busy=(Span(NOW + 7 * DAY, NOW + 9 * DAY),)),
    "one deployment under the cap": an_expert(1, served=(NOW - DAY,)),
    "papers end with the margin": an_expert(1, papers_until=NOW + 12 * DAY - 1),
    "a deployment exactly 90 days before": an_expert(1, served=(NOW + 2 * DAY - 90 * DAY, NOW - DAY)),
    "exposure just under the cap": an_expert(1, exposure=99.9),
}


@pytest.mark.parametrize("edge", EDGES)
def test_exactly_on_the_edge_is_allowed(edge: str) -> None:
    assert solve([EDGES[edge]], [a_request(a_position(1))]).seats[0].expert_id == 1


def test_arriving_exactly_at_the_deadline_is_in_time_and_a_minute_later_is_not() -> None:
    who = an_expert(1, place=Place(39.7, -108.0, "CO"))
    request = a_request(a_position(1))
    travel = solve([who], [request]).seats[0].travel
    assert travel is not None
    at = replace(request, earliest_departure=request.arrive_by - travel.minutes)
    after = replace(request, earliest_departure=request.arrive_by - travel.minutes + 1)
    assert solve([who], [at]).seats[0].expert_id == 1
    assert solve([who], [after]).seats[0].expert_id is None


def test_caps_are_kept_by_three_requests_together() -> None:
    requests = [
        a_request(a_position(1), id=n, stay=Span(NOW + day * DAY, NOW + (day + 1) * DAY), arrive_by=NOW + day * DAY)
        for n, day in enumerate((2, 22, 42), 1)
    ]
    assert [seat.expert_id for seat in solve([an_expert(1)], requests).seats].count(1) == 2


def test_an_immediate_request_comes_before_any_number_of_planned_ones() -> None:
    here, there = Place(39.7, -105.0, "CO"), Place(25.8, -80.2, "FL")
    near, far = an_expert(1, place=here), an_expert(2, place=there)
    soon = replace(a_request(a_position(1)), priority=1, arrive_by=NOW + 60, earliest_departure=NOW)
    later = replace(a_request(a_position(1), a_position(2)), id=2, priority=3)
    roster = solve([near, far], [later, soon])
    assert {(seat.request_id, seat.position_id): seat.expert_id for seat in roster.seats}[1, 1] == 1


def test_who_is_pinned_to_two_places_at_once_is_refused() -> None:
    requests = [replace(a_request(a_position(1, pinned=1)), id=n) for n in (1, 2)]
    with pytest.raises(BadProblem) as refused:
        solve([an_expert(1)], requests)
    assert refused.value.field == "requests[2].positions[1].pinned"


def test_a_leader_is_found_for_another_seat_when_nobody_can_fill_the_leaders() -> None:
    better = [an_expert(n, chance=0.9) for n in range(1, 30)]
    request = a_request(a_position(1, is_leader=True, required={"child_trauma": 3}), a_position(2))
    roster = solve([*better, an_expert(30, is_leader=True, chance=0.1)], [request])
    assert [seat.expert_id for seat in roster.seats] == [None, 30]


def test_without_time_there_is_still_a_roster() -> None:
    experts = a_pool(400)
    roster = solve(experts, [a_national_request(1)], time_limit_s=0.0)
    assert all(seat.expert_id for seat in roster.seats)


def test_a_decline_that_only_a_swap_can_repair() -> None:
    broad = an_expert(1, disciplines=frozenset({"VA", "MH"}))
    narrow = an_expert(2)
    advocate = a_position(1, held=1)
    clinician = a_position(2, disciplines=frozenset({"MH"}))
    roster = solve([broad, narrow], [a_request(advocate, clinician)])
    assert {seat.position_id: seat.expert_id for seat in roster.seats} == {1: 2, 2: 1}


def test_the_pinned_stay_even_where_a_rule_speaks_against_them_and_that_is_said() -> None:
    late = an_expert(1, exposure=100.0)
    roster = solve([late, an_expert(2)], [a_request(a_position(1, pinned=1))])
    assert roster.seats[0].expert_id == 1
    assert any(reason.code == "pinned" and reason.is_warning for reason in roster.seats[0].reasons)


def test_a_language_nobody_speaks_is_named_and_the_seat_still_filled() -> None:
    roster = solve([an_expert(1)], [a_request(a_position(1), languages=("so",))])
    assert roster.seats[0].expert_id == 1
    assert [shortage.need for shortage in roster.shortages] == ["language so"]


def test_alternates_come_best_first_and_could_really_take_the_seat() -> None:
    experts = [an_expert(n, chance=n / 5) for n in range(1, 6)]
    seat = solve(experts, [a_request(a_position(1))]).seats[0]
    assert seat.expert_id == 5
    assert [alternate.expert_id for alternate in seat.alternates] == [4, 3, 2]
    assert all(alternate.costs for alternate in seat.alternates)


def test_an_empty_pool_leaves_every_seat_empty() -> None:
    assert solve([], [a_request(a_position(1))]).seats[0].expert_id is None


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (a_request(a_position(1, pinned=9)), "pinned"),
        (a_request(a_position(1, pinned=1), excluded=frozenset({1})), "pinned"),
        (a_request(a_position(1, pinned=1), a_position(2, pinned=1)), "pinned"),
        (a_request(a_position(1), stay=Span(NOW + 9, NOW)), "stay"),
        (a_request(a_position(1), place=Place(float("nan"), 0.0, "CO")), "latitude"),
        (a_request(a_position(1), a_position(1)), "id"),
        (a_request(a_position(1), arrive_by=NOW + 9 * DAY), "arrive_by"),
        (a_request(a_position(1), zone="Mars/Olympus"), "zone"),
        (a_request(a_position(1), zone="../etc"), "zone"),
        (a_request(a_position(1, desired={"child_trauma": float("nan")})), "desired[child_trauma]"),
    ],
)
def test_a_contradiction_is_refused_with_its_field(request_: object, field: str) -> None:
    with pytest.raises(BadProblem) as refused:
        solve([an_expert(1)], [request_])  # type: ignore[list-item]
    assert refused.value.field.endswith(field)


def test_an_expertise_outside_the_taxonomy_is_refused_where_one_is_given() -> None:
    request = a_request(a_position(1, desired={"child_truama": 1.0}))
    assert solve([an_expert(1)], [request]).seats[0].expert_id == 1
    with pytest.raises(BadProblem, match=r"positions\[1\].desired\[child_truama\]: is no known expertise"):
        solve([an_expert(1)], [request], Policy(taxonomy=frozenset({"child_trauma"})))


def test_a_higher_priority_seat_is_filled_first() -> None:
    roster = solve([an_expert(1)], [a_request(a_position(1, priority=2), a_position(2, priority=1))])
    assert [seat.expert_id for seat in roster.seats] == [None, 1]


def test_many_good_people_of_one_employer_do_not_hide_the_one_who_may_sit_beside_them() -> None:
    experts = [an_expert(n, employer="One", chance=0.9) for n in range(1, 40)] + [an_expert(40, chance=0.1)]
    roster = solve(experts, [a_request(a_position(1), a_position(2))])
    assert 40 in {seat.expert_id for seat in roster.seats}
    assert all(seat.expert_id for seat in roster.seats)
