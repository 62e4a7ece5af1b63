"""Many requests at once: ours, HiGHS on the pruned integer program, CP-SAT on the pruned model, and best fit first.

Run from the checkout: `python -m bench.solver.many [--sizes 2000x10 10000x50 20000x200] [--limit 300] [--others]`.
Every size runs in a process of its own, so that its peak memory is its own. "ours" is survey, prices and search to the
proven roster; "pruned" keeps the best 40 of each seat and the best 8 for each need, as solver.md measured it, and is
timed with its survey as well. "lacks" counts teams without a leader or a language that they should have. The last line
of a size takes one person of the roster away and solves the whole state again, everybody else staying.
"""

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.solver.pool import a_pool, a_request
from solver.candidates import pins
from solver.exact import best_of
from solver.goals import lacks, tally
from solver.greedy import greedy
from solver.optimise import Optimum, optimise
from solver.pool import Ints, Pool
from solver.prices import whole
from solver.problem import Policy, Request
from solver.relaxation import Relaxation
from solver.survey import Seats, survey
from solver.teams import teams
from solver.worth import FIRST_NEED

POLICY = Policy()
PRUNED_SEAT, PRUNED_NEED = 40, 8
"""Candidates of the pruned model: of each seat, and of each seat for each need (solver.md)."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Line:
    """One way to solve one size."""

    way: str
    seconds: float
    pairs: int
    status: str
    fit: int
    travel: int
    filled: int
    lacks: int


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """The answer and the seconds it took."""
    began = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - began


def line(
    way: str, seconds: float, pool: Pool, seats: list[Seats], seating: Mapping[int, int], *, status: str, pairs: int
) -> Line:
    """A seating as a line of the table."""
    missing = lacks(pool, seats, seating, POLICY)
    told = {goal.name: goal.value for goal in tally(seats, seating, missing, POLICY)}
    short = {request for (request, need), count in missing.items() if count and need.startswith(("leader", "language"))}
    return Line(way, seconds, pairs, status, told["fit"], -told["travel_minutes"], len(seating), len(short))


def few(seats: list[Seats]) -> dict[int, Ints]:
    """Places of the pruned model's candidates in the ranking of each seat."""
    found = {}
    for seat in seats:
        gives = seat.best.gives
        kinds = [np.flatnonzero((gives >> bit) & 1)[:PRUNED_NEED] for bit in range(FIRST_NEED + len(seat.ground.needs))]
        found[seat.number] = np.unique(np.concatenate([np.arange(min(PRUNED_SEAT, len(gives))), *kinds]))
    return found


def ours(pool: Pool, requests: list[Request], limit_s: float) -> tuple[Line, Optimum]:
    """Our way."""

    def work() -> tuple[list[Seats], Optimum]:
        seats = survey(pool, requests, POLICY)
        return seats, optimise(pool, seats, POLICY, seed=0, time_limit_s=limit_s)

    (seats, best), seconds = timed(work)
    status = best.status if not best.gap else f"gap {best.gap:.3%}"
    pairs = sum(seat.passed for seat in seats)
    return line("ours", seconds, pool, seats, best.seating, status=status, pairs=pairs), best


def highs(pool: Pool, requests: list[Request], limit_s: float) -> Line:
    """HiGHS on the pruned integer program, the same rows and the same goals."""

    def work() -> tuple[list[Seats], Mapping[int, Ints], dict[int, int] | None, bool]:
        seats = survey(pool, requests, POLICY)
        relaxation = Relaxation(pool, teams(pool, seats, pins(pool, seats), POLICY, all_filled=True), POLICY)
        near = few(relaxation.seats)
        return seats, near, *whole(relaxation, near, [], seed=0, deadline=time.perf_counter() + limit_s)

    (seats, near, seating, proven), seconds = timed(work)
    pairs = sum(len(places) for places in near.values())
    return line(
        "HiGHS, pruned", seconds, pool, seats, seating or {}, pairs=pairs,
        status="its optimum" if proven else "time" if seating else "nothing found",
    )  # fmt: skip


def cp_sat(pool: Pool, requests: list[Request], limit_s: float) -> Line:
    """CP-SAT on the pruned model."""

    def work() -> tuple[list[Seats], int, dict[int, int] | None, bool]:
        seats = survey(pool, requests, POLICY)
        rows = {
            seat.number: seat.best.rows[places].tolist()
            for seat, places in zip(seats, few(seats).values(), strict=True)
        }
        start = greedy(pool, seats, POLICY)
        deadline = time.perf_counter() + limit_s
        found = best_of(pool, seats, rows, POLICY, start=start, seed=0, deadline=deadline)
        return seats, sum(map(len, rows.values())), *found

    (seats, pairs, seating, proven), seconds = timed(work)
    return line(
        "CP-SAT, pruned", seconds, pool, seats, seating or {}, pairs=pairs,
        status="its optimum" if proven else "time" if seating else "nothing found",
    )  # fmt: skip


def best_first(pool: Pool, requests: list[Request]) -> Line:
    """Best fit first."""

    def work() -> tuple[list[Seats], dict[int, int]]:
        seats = survey(pool, requests, POLICY)
        return seats, greedy(pool, seats, POLICY)

    (seats, seating), seconds = timed(work)
    return line("best fit first", seconds, pool, seats, seating, status="", pairs=sum(seat.passed for seat in seats))


def after_a_no(pool: Pool, requests: list[Request], best: Optimum) -> Line:
    """The first person of the roster declines; everybody else has said yes and stays."""
    numbers = iter(range(len(best.seating)))
    state = []
    for request in requests:
        sitting = [int(pool.ids[best.seating[next(numbers)]]) for _ in request.positions]
        places = zip(request.positions, sitting, strict=True)
        state.append(replace(request, positions=tuple(replace(p, pinned=who) for p, who in places)))
    first, gone = state[0], state[0].positions[0].pinned or 0
    again = (replace(first.positions[0], pinned=None), *first.positions[1:])
    state[0] = replace(first, positions=again, excluded=frozenset({gone}))

    def work() -> tuple[list[Seats], Optimum]:
        seats = survey(pool, state, POLICY)
        return seats, optimise(pool, seats, POLICY, seed=0, time_limit_s=60)

    timed(work)
    (seats, found), seconds = timed(work)
    pairs = sum(seat.passed for seat in seats)
    return line("ours, after one no", seconds, pool, seats, found.seating, status=found.status, pairs=pairs)


def size(experts: int, count: int, limit_s: float, *, others: bool) -> tuple[list[Line], float]:
    """Every way on one size, and the peak memory of ours in MB."""
    pool = Pool(a_pool(experts))
    requests = [a_request(seed, number=seed) for seed in range(1, count + 1)]
    mine, best = ours(pool, requests, limit_s)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [mine]
    if best.status == "optimal" and mine.filled == 7 * count:
        lines.append(after_a_no(pool, requests, best))
    if others:
        lines += [highs(pool, requests, limit_s), cp_sat(pool, requests, limit_s), best_first(pool, requests)]
    return lines, peak


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["500x1", "2000x10", "10000x50", "20000x200"])
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each way")
    parser.add_argument("--only-ours", action="store_true")
    given = parser.parse_args()
    table = Table(title="Many requests at once, seven seats each")
    for heading in ("experts x requests", "way", "seconds", "times ours", "pairs", "status", "seats filled", "fit",
                    "travel minutes", "teams lacking", "peak MB"):  # fmt: skip
        table.add_column(heading, justify="right")
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as apart:
        for one in given.sizes:
            experts, count = map(int, one.split("x"))
            lines, peak = apart.apply(size, (experts, count, given.limit), {"others": not given.only_ours})
            for n, told in enumerate(lines):
                table.add_row(
                    one if not n else "", told.way, f"{told.seconds:.2f}", f"{told.seconds / lines[0].seconds:.2f}",
                    f"{told.pairs:,}", told.status, f"{told.filled:,}", f"{told.fit:,}", f"{told.travel:,}",
                    str(told.lacks), f"{peak:.0f}" if not n else "",
                )  # fmt: skip
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
