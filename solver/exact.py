"""The exact model over some candidates, stage by stage: a few levels in one sum with proven gaps, fixed, then the next.

Level after level costs six solves, and the later ones prove optimality without the relaxation that the whole sum
gives: on one request of seven seats one sum took 12 to 30 ms where six solves took 130 to 700 ms, with the same
answer. The sum is cut where its width would pass 2^45 (`goals.WIDEST_STAGE`): nothing overflows, doubles are exact.
"""

import time
from collections.abc import Mapping, Sequence

from ortools.sat.python import cp_model

from solver.goals import Goal, lacks, levels, stages, summed
from solver.model import Model, build
from solver.pool import Pool
from solver.problem import Policy
from solver.survey import Seats


def best_of(
    pool: Pool,
    seats: Sequence[Seats],
    candidates: Mapping[int, Sequence[int]],
    policy: Policy,
    *,
    start: Mapping[int, int],
    seed: int,
    deadline: float,
) -> tuple[dict[int, int] | None, bool]:
    """The best seating of some whole requests among these candidates, and whether it is proven.

    Args:
        pool: everybody.
        seats: every seat of the requests.
        candidates: number of the seat to the rows that may sit there; a pinned seat has its one.
        policy: limits and weights.
        start: a seating to begin with; it need not be allowed.
        seed: of the search.
        deadline: reading of `time.perf_counter` at which to stop; None is given when nothing was found by then.
    """
    m = build(pool, seats, candidates, policy)
    seating, is_proven = dict(start), True
    found_any = False
    for stage in stages(m, levels(m)):
        goal = summed(m, stage)
        found, is_optimal = _solve(m, goal, seating, seed, max(deadline - time.perf_counter(), 0.05))
        is_proven &= is_optimal
        if found is None:
            break
        seating, found_any = found, True
        m.cp.add(_expression(m, goal) >= goal.value(seating, lacks(pool, seats, seating, policy)))
    return (seating if found_any else None), is_proven


def _expression(m: Model, goal: Goal) -> cp_model.LinearExprT:
    variables = [m.sits[sit] for sit in goal.sitting] + [m.missing[need] for need in goal.missing]
    return cp_model.LinearExpr.weighted_sum(variables, [*goal.sitting.values(), *(-p for p in goal.missing.values())])


def _solve(
    m: Model, goal: Goal, start: Mapping[int, int], seed: int, time_limit_s: float
) -> tuple[dict[int, int] | None, bool]:
    """The best seating for one sum, and whether it is proven; None when time ended first."""
    m.cp.maximize(_expression(m, goal))
    m.cp.clear_hints()  # type: ignore[no-untyped-call]
    for (number, row), sits in m.sits.items():
        m.cp.add_hint(sits, start.get(number) == row)
    solver = _new_solver(seed, time_limit_s)
    status = solver.solve(m.cp)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, False
    found = {number: row for (number, row), sits in m.sits.items() if solver.boolean_value(sits)}
    return found, status == cp_model.OPTIMAL


def _new_solver(seed: int, time_limit_s: float) -> cp_model.CpSolver:
    """CP-SAT as measured best for these nearly integral models: relaxation and cores, no probing, no symmetry."""
    solver = cp_model.CpSolver()
    # One worker: the same problem gives the same roster, and these models are too small for more to pay.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = time_limit_s
    solver.parameters.linearization_level = 2
    solver.parameters.symmetry_level = 0
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.optimize_with_core = True
    return solver
