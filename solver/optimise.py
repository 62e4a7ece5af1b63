"""Optimise stage by stage: a few levels in one weighted sum with proven gaps, fixed, then the next levels over it.

Level after level costs six solves, and the later ones prove optimality without the relaxation that the whole sum
gives: on one request of seven seats one sum took 12 to 30 ms where six solves took 130 to 700 ms, with the same
answer. The sum is cut where its width would pass 2^45 (`goals.WIDEST_STAGE`): nothing overflows, doubles are exact.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ortools.sat.python import cp_model

from solver.candidates import Seats, pins, prune
from solver.goals import Goal, levels, stages, summed
from solver.greedy import greedy
from solver.model import Model, Need, build, lacks
from solver.pool import Pool
from solver.problem import Policy
from solver.roster import GoalValue


@dataclass(frozen=True, slots=True)
class Optimum:
    """What was found: seat number to row, the goals, and the needs that are missing."""

    status: Literal["optimal", "feasible"]
    seating: dict[int, int]
    goals: tuple[GoalValue, ...]
    missing: dict[Need, int]


def candidates(pool: Pool, seats: Sequence[Seats], policy: Policy, *, prunes: bool = True) -> dict[int, list[int]]:
    """Rows for each seat: the pinned one alone, or the few that a best roster can need (all, unless it prunes)."""
    pinned = pins(pool, seats)
    # As many as there are seats lose nothing (see `prune`); the policy may ask for more, never for fewer.
    depth = max(policy.candidates_per_seat, len(seats))
    found: dict[int, list[int]] = {}
    for seat in seats:
        if seat.number in pinned:
            found[seat.number] = [pinned[seat.number]]
            continue
        few = prune(pool, seat, seat.order, depth, policy) if prunes else seat.order
        mates = {pool.row[p.pinned] for p in seat.request.positions if p.pinned is not None}
        found[seat.number] = [row for row in few.tolist() if row not in mates]
    return found


def optimise(
    pool: Pool, seats: Sequence[Seats], policy: Policy, *, seed: int, time_limit_s: float, prunes: bool = True
) -> Optimum:
    """The best seating by the goals in their order; the greedy one when time ends before anything better is found."""
    m = build(pool, seats, candidates(pool, seats, policy, prunes=prunes), policy)
    deadline = time.perf_counter() + time_limit_s
    goals = levels(m)
    seating, is_proven = greedy(pool, seats, policy), True
    for stage in stages(m, goals):
        goal = summed(m, stage)
        found, is_optimal = _solve(m, goal, seating, seed, max(deadline - time.perf_counter(), 0.05))
        is_proven &= is_optimal
        if found is None:
            break
        seating = found
        m.cp.add(_expression(m, goal) >= goal.value(seating, lacks(m, seating)))
    missing = lacks(m, seating)
    values = tuple(GoalValue(goal.name, goal.value(seating, missing)) for goal in goals)
    return Optimum("optimal" if is_proven else "feasible", seating, values, missing)


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
