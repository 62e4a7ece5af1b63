"""An empty seat: its funnel, and three verified ways to fill it, timed over the whole pool.

Run from the checkout: `python -m bench.solver.helps [--sizes 2000 20000 100000] [--instances 5]`.
Whoever could take the licensed seat of a T2 request is sent resting until 1 to 48 h after departure, so that the seat
is empty in the best roster, and rest, papers, licences of other states and the like are what could fill it. "solve"
is the whole answer with its funnel and helps; "funnel" and "helps" are the parts of it; each help is a solve of the
request anew and a judgement by the checker.
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
from solver.candidates import funnel, team_fails
from solver.helps import helps
from solver.optimise import optimise
from solver.pool import Pool
from solver.problem import Expert, Policy, Request
from solver.search import solve
from solver.survey import survey

POLICY = Policy()
EMPTY = 3
"""Place of the seat that nobody can fill: the clinician."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Run:
    """One instance, milliseconds."""

    solve_ms: float
    funnel_ms: float
    helps_ms: float
    told: tuple[str, ...]


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """The answer and how long it took, in milliseconds."""
    began = time.perf_counter()
    answer = work()
    return answer, (time.perf_counter() - began) * 1000


def nobody_for(experts: list[Expert], request: Request) -> list[Expert]:
    """The same pool in which whoever could take the seat rests until an hour after departure at least."""
    pool = Pool(experts)
    seat = survey(pool, [request], POLICY)[EMPTY]
    able = {int(pool.ids[row]): seat.travel(row).depart for row in seat.order.tolist()}
    return [
        replace(one, eligible_from=able[one.id] + 60 * (1 + one.id % 48)) if one.id in able else one for one in experts
    ]


def one(size: int, seed: int) -> Run:
    """One instance."""
    request = a_request(seed)
    pool = Pool(nobody_for(a_pool(size), request))
    roster, solve_ms = timed(lambda: solve(pool, [request], POLICY))
    seats = survey(pool, [request], POLICY)
    best = optimise(pool, seats, POLICY, seed=0, time_limit_s=10)
    seat = seats[EMPTY]
    _, funnel_ms = timed(lambda: funnel(seat.fails | team_fails(pool, seats, seat, best.seating, POLICY)))
    found, helps_ms = timed(lambda: helps(pool, seats, seat, seating=best.seating, policy=POLICY))
    told = tuple(help_.text for help_ in found)
    if roster.seats[EMPTY].expert_id is not None or tuple(h.text for h in roster.seats[EMPTY].helps) != told:
        raise RuntimeError("the seat is not empty, or two answers differ")
    return Run(solve_ms, funnel_ms, helps_ms, told)


def main() -> None:
    """Print the table, and the sentences of the last instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2000, 20000])
    parser.add_argument("--instances", type=int, default=5)
    given = parser.parse_args()
    solve(a_pool(50), [a_request(1)])  # The first solve of a process loads OR-Tools.
    table = Table(title="An empty seat: funnel and verified helps; medians, and the slowest in brackets")
    for heading in ("experts", "solve ms", "funnel ms", "helps ms", "helps"):
        table.add_column(heading, justify="right")
    told: tuple[str, ...] = ()
    for size in given.sizes:
        runs = [one(size, seed) for seed in range(1, given.instances + 1)]
        told = runs[-1].told
        shown = [
            f"{statistics.median(values):.0f} ({max(values):.0f})"
            for values in ([getattr(run, name) for run in runs] for name in ("solve_ms", "funnel_ms", "helps_ms"))
        ]
        counts = [len(run.told) for run in runs]
        table.add_row(f"{size:,}", *shown, f"{min(counts)} to {max(counts)}")
    Console(width=120).print(table)
    Console(width=120).print("\n".join(told))


if __name__ == "__main__":
    main()
