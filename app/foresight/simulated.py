"""Many simulated years in fast mode: each a year of incidents and of answers, every figure over all of them. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from app.foresight import demand, loading, pools
from app.trials import measures, words, years
from app.trials.fast import Terms
from app.trials.incidents import Incident
from app.trials.intervals import Interval
from app.trials.members import Member
from app.trials.years import Year

TERMS = Terms()
YEAR = 2027
"""In which invented incidents happen."""
TOLD = 20
"""Progress is told so many times."""
SEEDS = 100_003
"""Numbers of years of one seed are below the next one's."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be played; the same has the same figures to the last bit.

    Args:
        incidents: CSV of past ones.
        pool: CSV of experts; None: `experts` invented people.
        experts: see `pool`.
        count: of years.
        is_recorded: the file's own incidents every year, only the answers differ; else incidents are invented, too.
        seed: of everything that is drawn.
        skip_unknown: leave out incidents whose place is not known.
    """

    incidents: Path
    pool: Path | None = None
    experts: int = 2000
    count: int = 20
    is_recorded: bool = False
    seed: int = 1
    skip_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the years came to: every figure with its interval, and year by year."""

    people: int
    seed: int
    is_recorded: bool
    from_synthetic: bool
    figures: dict[str, Interval | None]
    years: tuple[dict[str, float | None], ...]

    def as_json(self) -> dict[str, Any]:
        """For machines; answers are simulated, so it says that it is synthetic."""
        return {"is_synthetic": True} | asdict(self)


def played(asked: Asked, processes: int = 0, told: Callable[[str], None] = lambda _: None) -> Simulated:
    """Play the years, in processes beside each other; how many changes nothing.

    Raises:
        BadFile, BadPool: nothing was read; says every line that cannot be used.
    """
    recorded = loading.read_file(asked.incidents, skip_unknown=asked.skip_unknown)
    members = _members(asked, recorded)
    told(f"Synthetic: {asked.count} years, {len(members):,} people ...")
    found: list[dict[str, float | None]] = []
    for figures in years.play(_years(asked, recorded, members), measures.figures, processes=processes):
        found.append(figures)
        if len(found) % max(asked.count // TOLD, 1) == 0:
            told(f"{len(found)} of {asked.count} years are played")
    invented = demand.some_invented(recorded)
    return Simulated(len(members), asked.seed, asked.is_recorded, invented, measures.intervals(found), tuple(found))


def _members(asked: Asked, recorded: list[Incident]) -> list[Member]:
    if asked.pool:
        return pools.from_csv(asked.pool)
    begins = recorded[0].filed_at if asked.is_recorded else datetime(YEAR, 1, 1, tzinfo=UTC)
    return pools.of_nobody(asked.experts, asked.seed + 1, begins)


def _years(asked: Asked, recorded: list[Incident], members: list[Member]) -> Iterator[Year]:
    known = demand.estimate(recorded)
    for seed in range(asked.seed * SEEDS, asked.seed * SEEDS + asked.count):
        yield Year(members, recorded if asked.is_recorded else demand.a_year(known, seed, YEAR), TERMS, seed)


def show(console: Console, found: Simulated) -> None:
    """Print every figure with its interval."""
    drawn = "answers are simulated" if found.is_recorded else "incidents and answers are simulated"
    played = "One year" if len(found.years) == 1 else f"{len(found.years):,} years"
    table = Table("Figure of a year", "Mean", "95 %", title=f"{played}, {found.people:,} people")
    for name, one in found.figures.items():
        measure = measures.BY_NAME[name]
        table.add_row(measure.title, words.said(measure, one.mean if one else None), words.range_of(measure, one))
    console.print(table)
    console.print(f"Synthetic: {drawn}. Seed {found.seed}. 95 %: where the mean of all such years lies.")
    if found.from_synthetic:
        console.print("Some of the past incidents were invented themselves.")
