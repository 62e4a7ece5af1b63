"""A replay through the whole service against the same in memory, in one run: how much faster, and do they agree?

Run from the checkout: `python -m bench.replay FILE.csv [--count 12] [--experts 500] [--seed 1] [--years 0]`.
Both play the same incidents against the same invented pool with the same seed, one after the other; the ratio is of
processor seconds for one incident (Python of both; PostgreSQL of the replay is not counted, which favours it) and of
the clock. Of both the first incident is taken off, with which they start: migrations, entering the pool, making the
solver's. With --years so many whole years are played in processes beside each other, and every figure is printed with
its 95 % interval.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from app.replay import stretch, year
from app.seed.people import people
from app.trials import fast, measures, words, years
from app.trials.incidents import Incident, read
from app.trials.members import Member, invented
from app.trials.outcomes import IncidentOutcome, Outcomes
from app.trials.years import Year

console = Console(highlight=False)
Made = TypeVar("Made")


def timed(work: Callable[[], Made]) -> tuple[Made, float, float]:
    """What it made, seconds of the processor, seconds of the clock."""
    cpu, clock = time.process_time(), time.monotonic()
    made = work()
    return made, time.process_time() - cpu, time.monotonic() - clock


def same(one: IncidentOutcome, other: IncidentOutcome) -> bool:
    """Whether both asked the same people in the same way and seated the same people at the same moments."""
    seats = [(s.expert_id, s.filled_at, s.leaves_at, s.rested_at) for s in one.seats]
    return (one.offers, one.full_at) == (other.offers, other.full_at) and seats == [
        (s.expert_id, s.filled_at, s.leaves_at, s.rested_at) for s in other.seats
    ]


def compared(members: list[Member], incidents: list[Incident], seed: int) -> None:
    """Print the ratio and the agreement."""
    console.print(f"{len(incidents)} incidents, {len(members)} experts, seed {seed}: the whole service first.")
    with tempfile.TemporaryDirectory() as folder:
        _, start_cpu, start_clock = _apart(Path(folder) / "first", members, incidents[:1], seed)
        full, full_cpu, full_clock = _apart(Path(folder) / "all", members, incidents, seed)
    fast.simulate(members, incidents[:1], seed=seed)
    _, first_cpu, first_clock = timed(lambda: fast.simulate(members, incidents[:1], seed=seed))
    trial, cpu, clock = timed(lambda: fast.simulate(members, incidents, seed=seed))
    rest = len(incidents) - 1
    full_ms, full_wall = 1000 * (full_cpu - start_cpu) / rest, 1000 * (full_clock - start_clock) / rest
    ms, wall = 1000 * (cpu - first_cpu) / rest, 1000 * (clock - first_clock) / rest
    agree = sum(same(one, other) for one, other in zip(full.incidents, trial.incidents, strict=True))
    table = Table(title="One incident")
    for head in ("", "processor, ms", "clock, ms"):
        table.add_column(head, justify="right" if head else "left")
    table.add_row("whole service", f"{full_ms:,.0f}", f"{full_wall:,.0f}")
    table.add_row("in memory", f"{ms:,.1f}", f"{wall:,.1f}")
    table.add_row("ratio", f"{full_ms / ms:,.0f}", f"{full_wall / wall:,.0f}")
    console.print(table)
    console.print(f"The same questions, answers and seats: {agree} of {len(incidents)} incidents.")


def _apart(folder: Path, members: list[Member], incidents: list[Incident], seed: int) -> tuple[Outcomes, float, float]:
    """A replay in a process of its own: one process has one database in its life."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_full, folder, members, incidents, seed).result()


def _full(folder: Path, members: list[Member], incidents: list[Incident], seed: int) -> tuple[Outcomes, float, float]:
    folder.mkdir()
    return timed(lambda: year.played(incidents, members, folder, stretch.Way(seed)))


def many(members: list[Member], incidents: list[Incident], count: int, processes: int) -> None:
    """Play whole years and print every figure with its interval."""
    asked = [Year(members, incidents, fast.Terms(), seed) for seed in range(1, count + 1)]
    found, _, clock = timed(lambda: years.figures(asked, processes=processes))
    table = Table(title=f"{count} years of {len(incidents)} incidents in {clock:.0f} s")
    for head in ("", "mean", "95 %"):
        table.add_column(head, justify="right" if head else "left")
    for name, one in measures.intervals(found).items():
        measure = measures.BY_NAME[name]
        table.add_row(measure.title, words.said(measure, one.mean if one else None), words.range_of(measure, one))
    console.print(table)
    console.print(f"{3600 * count / clock:.0f} years in an hour with {processes or 'all'} processes.")


def main() -> None:
    """Read what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--experts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--years", type=int, default=0)
    parser.add_argument("--processes", type=int, default=0)
    given = parser.parse_args()
    incidents = read(given.file, seed=given.seed)
    members = invented(people(given.experts, given.seed + 1, incidents[0].filed_at - stretch.STARTS_BEFORE))
    if given.count > 1:
        compared(members, incidents[: given.count], given.seed)
    if given.years:
        many(members, incidents, given.years, given.processes)


if __name__ == "__main__":
    main()
