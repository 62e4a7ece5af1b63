"""A public instance with a published optimum: OR-Library assign100 (J. E. Beasley), 100 jobs, optimum 305."""

from pathlib import Path

from solver.problem import DEFAULT_WEIGHTS, Policy
from solver.search import solve
from tests.solver.cases import a_position, a_request, an_expert

BITS = 7
"""Costs are 1..100; a person's worth in a job is 100 - cost, spelled in powers of two, a wish for each bit."""


def _costs() -> list[list[int]]:
    first, *numbers = (Path(__file__).parent / "data" / "assign100.txt").read_text(encoding="ascii").split()
    size = int(first)
    return [[int(cost) for cost in numbers[row * size : (row + 1) * size]] for row in range(size)]


def _skills(costs: list[int]) -> dict[str, int]:
    return {f"{job}.{n}": 3 for job, cost in enumerate(costs) for n in range(BITS) if 100 - cost >> n & 1}


def test_the_published_optimum_is_found_and_proven() -> None:
    costs = _costs()
    experts = [an_expert(who, expertise=_skills(row)) for who, row in enumerate(costs)]
    jobs = [a_position(job, desired={f"{job}.{n}": 2**n / 2**BITS for n in range(BITS)}) for job in range(len(costs))]
    weights = dict.fromkeys(DEFAULT_WEIGHTS, 0) | {"desired": 2**BITS}
    roster = solve(experts, [a_request(*jobs)], Policy(weights=weights), time_limit_s=60)
    assert roster.status == "optimal"
    seated = [(seat.expert_id, seat.position_id) for seat in roster.seats]
    assert sum(costs[who][job] for who, job in seated if who is not None) == 305
    assert len({who for who, _ in seated}) == 100
