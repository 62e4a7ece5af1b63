"""Prices from the linear relaxation: what every person and every need is worth to all requests together.

The relaxation is solved over few candidates; the prices it gives are then held against everybody in the pool, those
who would still improve it are brought in, and it is solved again until nobody is left. Any prices give a bound that no
roster can pass (Lagrangian duality; M. L. Fisher, The Lagrangian relaxation method for solving integer programming
problems, Management Science 27, 1981), computed here in whole numbers over the whole pool, so that nothing rests on
the exactness of a linear solver. How far a candidate falls short of the best of her seat at these prices is what any
roster with her loses at least: who falls short by more than the gap between roster and bound is in no better one.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.layout import DEAR, SCALE, TINY, Cut, Layout
from solver.linear import Basis, Solution
from solver.pool import Ints
from solver.relaxation import Level, Relaxation

BROUGHT_IN = 10
"""Most candidates that one look over the pool brings in for a seat."""
UNUSABLE = -(1 << 62)
"""Worth of somebody who cannot sit there at all."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the prices prove."""

    bound: int
    """No roster that lacks no more than `least` is worth more; in 1/SCALE."""
    least: dict[Level, int]
    """The least that is lacking in any roster, level by level."""
    losses: dict[int, Ints]
    """Number of an open seat: what a roster loses at least with each of its candidates (as in `Seats.best`)."""
    left_out: int
    """What a roster loses at least with anybody whom the budget left out of the rankings."""
    likely: dict[int, int]
    """Number of an open seat: the row that the relaxation prefers."""
    firm: dict[int, int]
    """Of these, the seats where it prefers nobody else even in part."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the prices of one solution say of the whole pool."""

    bound: int
    lacks_more: bool
    """The candidates of now cannot help lacking more than allowed."""
    enter: list[Ints]
    """For each seat: places in its ranking of those who would improve the sum."""
    losses: dict[int, Ints]
    left_out: int
    likely: dict[int, int]
    firm: dict[int, int]


def relax(relaxation: Relaxation, deadline: float) -> Relaxed | None:
    """The least that must be lacking, and what the best is worth then; None when time ends first.

    Args:
        relaxation: the open seats; what is found to be the least is noted there.
        deadline: reading of `time.perf_counter` at which to give up.
    """
    growing = _Growing(relaxation, deadline)
    found = growing.settle(None, DEAR)
    if found is not None and found.lacks_more:
        for level in relaxation.levels:
            settled = growing.settle(level, DEAR)
            if settled is None:
                return None
            relaxation.least[level] = max(-(settled.bound // SCALE), 0)
        found = growing.settle(None, DEAR * 1000)
    if found is None or found.lacks_more:
        return None
    return Relaxed(found.bound, relaxation.least, found.losses, found.left_out, found.likely, found.firm)


class _Growing:
    """The candidates brought in so far, and where the last program ended."""

    def __init__(self, relaxation: Relaxation, deadline: float) -> None:
        self.relaxation, self.deadline = relaxation, deadline
        self.brought = relaxation.first()
        self.basis: Basis | None = None

    def settle(self, aim: Level | None, dear: float) -> Look | None:
        """Solve and look over the pool until nobody is left who would improve the worth, or lack less of one level."""
        while time.perf_counter() < self.deadline:
            layout = Layout(self.relaxation, self.brought, aim, dear)
            left_s = max(self.deadline - time.perf_counter(), 0.05)
            solution = layout.program.solve(time_limit_s=left_s, start=self.basis)
            if solution is None:
                return None
            self.basis = solution.basis
            found = look(layout, solution)
            if not any(len(places) for places in found.enter):
                return found
            self.brought = [np.union1d(old, new) for old, new in zip(self.brought, found.enter, strict=True)]
        return None


def whole(
    relaxation: Relaxation, near: Mapping[int, Ints], cuts: Sequence[Cut], *, seed: int, deadline: float
) -> tuple[dict[int, int] | None, bool]:
    """The best roster of whole people that lacks no more than the least, and whether it is proven; load included.

    Args:
        relaxation: the open seats, with the least that is lacking.
        near: number of a seat to the places in its ranking of those who may sit there.
        cuts: sets of (number of the seat, row) that cannot all be together.
        seed: of the search.
        deadline: reading of `time.perf_counter` at which to stop.
    """
    layout = Layout(relaxation, [near[seat.number] for seat in relaxation.seats])
    layout.count_load()
    for cut in cuts:
        layout.cut(cut)
    found = layout.program.solve_whole(time_limit_s=max(deadline - time.perf_counter(), 0.05), seed=seed)
    return (None, False) if found is None else (layout.chosen(found.used), found.is_proven)


def look(layout: Layout, solution: Solution) -> Look:
    """Hold the prices of a solution against everybody."""
    relaxation, prices = layout.r, layout.prices(solution)
    bound = layout.fixed(prices)
    enter, losses, left_out = [], {}, -UNUSABLE
    costs, cheapest, of_team = np.zeros(0, dtype=np.int64), 0, -1
    for n, seat in enumerate(relaxation.seats):
        if relaxation.team_of[n] != of_team:
            of_team = int(relaxation.team_of[n])
            costs = layout.costs(prices, of_team)
            # Nobody who was left out costs less: the cheapest of everybody.
            cheapest = int(costs.min(initial=0))
        left = layout.worth(n) * SCALE - costs[seat.best.rows]
        left[~relaxation.usable[n]] = UNUSABLE
        known = max(int(left[layout.brought[n]].max(initial=UNUSABLE)), layout.emptiness(n, prices))
        better = np.flatnonzero(left > known)
        if len(better) > BROUGHT_IN:
            better = better[np.argpartition(left[better], -BROUGHT_IN)[-BROUGHT_IN:]]
        best = max(int(left[better].max(initial=UNUSABLE)), known)
        if seat.best.left_out:
            behind = int(layout.worth(n)[-1]) * SCALE - cheapest
            best = max(best, behind)
            left_out = min(left_out, best - behind)
        bound += best
        enter.append(better)
        losses[seat.number] = best - left
    likely, firm = layout.chosen(solution.values > 0.5), layout.chosen(solution.values > 1 - TINY)
    return Look(bound, layout.lacks_more(solution), enter, losses, left_out, likely, firm)
