"""Optimise level by level: each goal is solved, fixed, and the next one laid over it.

One weighted sum of six levels would need coefficients near 10^17, which CP-SAT's arithmetic and cuts do not bear well;
one after the other, the later levels mostly finish in presolve.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ortools.sat.python import cp_model

from solver.candidates import Seats, prune
from solver.goals import levels
from solver.model import Model, build
from solver.pool import Pool
from solver.problem import Policy
from solver.roster import GoalValue


class NoRoster(RuntimeError):  # noqa: N818 - named like the house's Problem
    """Not even an empty roster was found in the time given."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """What was found: seat number to row, the goals, and the needs that are missing."""

    status: Literal["optimal", "feasible"]
    seating: dict[int, int]
    goals: tuple[GoalValue, ...]
    missing: dict[tuple[int, str], int]


def candidates(pool: Pool, seats: Sequence[Seats], policy: Policy) -> dict[int, list[int]]:
    """Rows for each seat: the pinned one alone, or the few that a best roster can need."""
    depth = max(policy.candidates_per_seat, len(seats))
    return {seat.number: _rows(pool, seat, depth, policy) for seat in seats}


def _rows(pool: Pool, seat: Seats, depth: int, policy: Policy) -> list[int]:
    if seat.position.pinned is not None:
        return [pool.row[seat.position.pinned]]
    pinned = {pool.row[p.pinned] for p in seat.request.positions if p.pinned is not None}
    return [row for row in prune(pool, seat, seat.order, depth, policy).tolist() if row not in pinned]


def optimise(pool: Pool, seats: Sequence[Seats], policy: Policy, *, seed: int, time_limit_s: float) -> Optimum:
    """The best seating by the goals in their order.

    Raises:
        NoRoster: nothing was found in the time given.
    """
    m = build(pool, seats, candidates(pool, seats, policy), policy)
    deadline = time.perf_counter() + time_limit_s
    solver = _new_solver(seed)
    best = Optimum("optimal", {}, (), {})
    for goal in levels(m):
        m.cp.maximize(goal.expression(m))
        solver.parameters.max_time_in_seconds = max(deadline - time.perf_counter(), 0.05)
        found = solver.solve(m.cp)
        if found not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            if not best.goals:
                raise NoRoster(solver.status_name(found))
            return Optimum("feasible", best.seating, best.goals, best.missing)
        value = goal.value(m, solver)
        is_proven = found == cp_model.OPTIMAL and best.status == "optimal"
        best = _read(m, solver, "optimal" if is_proven else "feasible", (*best.goals, GoalValue(goal.name, value)))
        m.cp.add(goal.expression(m) >= value)
        _start_from(m, best)
    return best


def _new_solver(seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    # One worker: the same problem gives the same roster, and these models are too small for more to pay.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    return solver


def _read(
    m: Model, solver: cp_model.CpSolver, status: Literal["optimal", "feasible"], goals: tuple[GoalValue, ...]
) -> Optimum:
    seating = {n: row for (n, row), sits in m.sits.items() if solver.boolean_value(sits)}
    return Optimum(status, seating, goals, {need: solver.value(gap) for need, gap in m.missing.items()})


def _start_from(m: Model, best: Optimum) -> None:
    """The answer of this level is where the next one starts."""
    m.cp.clear_hints()  # type: ignore[no-untyped-call]
    for (n, row), sits in m.sits.items():
        m.cp.add_hint(sits, best.seating.get(n) == row)
