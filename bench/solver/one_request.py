"""One T2 request of seven seats: ours against the model of every eligible pair, and against best fit first.

Run from the checkout: `python -m bench.solver.one_request [--sizes 500 2000 20000] [--instances 3] [--limit 60]`.
The same instances for all three. Milliseconds are wall time with the pool's arrays built before ("arrays" says what
that takes); "ours" is the whole `solve`: filter, prune, optimise, judge, reasons and alternates, while "every pair" is
the optimiser alone. "Fit lost" is what greedy gives away in points, "needs" what its team lacks (policy weights).
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bench.solver.pool import a_pool, a_request
from solver.goals import lacks, tally
from solver.greedy import greedy
from solver.optimise import optimise
from solver.pool import Pool
from solver.problem import Policy, Request
from solver.roster import Roster
from solver.search import solve
from solver.survey import Seats, survey

POLICY = Policy()
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Run:
    """One instance, milliseconds and goals."""

    ours_ms: float
    resolve_ms: float
    every_ms: float
    greedy_ms: float
    is_same: bool
    is_proven: bool
    greedy_lacks: int
    fit_lost: int


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """The answer and how long it took, in milliseconds."""
    began = time.perf_counter()
    answer = work()
    return answer, (time.perf_counter() - began) * 1000


def goals_of(pool: Pool, seats: list[Seats], seating: dict[int, int]) -> dict[str, int]:
    """A seating by the goals of the model."""
    told = tally(seats, seating, lacks(pool, seats, seating, POLICY), POLICY)
    return {goal.name: goal.value for goal in told}


def _declined(request: Request, roster: Roster) -> Request:
    """The leader declines: that seat is open again, the six others are pinned."""
    first, *others = zip(request.positions, roster.seats, strict=True)
    positions = (first[0], *(replace(position, pinned=seat.expert_id) for position, seat in others))
    return replace(request, positions=positions, excluded=frozenset({first[1].expert_id or 0}))


def one(pool: Pool, seed: int, limit_s: float) -> Run:
    """One instance solved in every way."""
    request = a_request(seed)
    ours, ours_ms = timed(lambda: solve(pool, [request], POLICY))
    gone = _declined(request, ours)
    _, resolve_ms = timed(lambda: solve(pool, [gone], POLICY))
    seats = survey(pool, [request], POLICY)
    every, every_ms = timed(lambda: optimise(pool, seats, POLICY, seed=0, time_limit_s=limit_s, prunes=False))
    first, greedy_ms = timed(lambda: greedy(pool, survey(pool, [request], POLICY), POLICY))
    told, theirs = {goal.name: goal.value for goal in ours.goals}, goals_of(pool, seats, first)
    return Run(
        ours_ms, resolve_ms, every_ms, greedy_ms, ours.goals == every.goals, every.status == "optimal",
        -theirs["needs_met_2"], told["fit"] - theirs["fit"],
    )  # fmt: skip


def row(size: int, instances: int, limit_s: float) -> tuple[str, ...]:
    """One line of the table: medians over the instances."""
    experts = a_pool(size)
    pool, arrays_ms = timed(lambda: Pool(experts))
    runs = [one(pool, seed, limit_s) for seed in range(1, instances + 1)]
    ours, resolve, every, first = (
        statistics.median(getattr(run, name) for run in runs)
        for name in ("ours_ms", "resolve_ms", "every_ms", "greedy_ms")
    )
    proven = [run for run in runs if run.is_proven]
    return (
        f"{size:,}", f"{arrays_ms:.0f}", f"{ours:.0f}", f"{resolve:.0f}", f"{every:.0f}", f"{every / ours:.1f}",
        f"{sum(run.is_same for run in proven)} of {len(proven)}", f"{first:.1f}",
        f"{sum(run.greedy_lacks > 0 for run in runs)} of {len(runs)}",
        f"{statistics.mean(run.fit_lost for run in runs):.1f}",
    )  # fmt: skip


HEADINGS = (
    "experts", "arrays ms", "ours ms", "re-solve ms", "every pair ms", "ratio", "same goals",
    "greedy ms", "greedy lacks a need", "greedy fit lost",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 2000, 20000])
    parser.add_argument("--instances", type=int, default=3)
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for the model of every pair")
    given = parser.parse_args()
    table = Table(title="One T2 request, seven seats; medians")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    solve(a_pool(50), [a_request(1)])  # The first solve of a process loads OR-Tools.
    for size in given.sizes:
        table.add_row(*row(size, given.instances, given.limit))
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
