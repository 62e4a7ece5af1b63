"""Ask for a comparison, play it draw by draw, read what it came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Invalid, NotFound
from app.foresight import demand, past
from app.rosters import rules
from app.trials import measures, reading
from app.trials.intervals import Interval
from app.whatif.models import Comparison, ComparisonRun
from app.whatif.scenarios import ASKABLE, Draw, Scenario

DRAWS, DAYS, FLOOR_PERCENT, SEED = 8, 30, 25, 1
"""What a form begins with."""
MOST_DRAWS, MOST_DAYS, MOST_FLOOR = 60, 365, 90
DRAW = "whatif.draw"
PRIORITY = -2
"""Behind everything real."""
Figures = dict[str, float | None]


class NothingToPlay(Exception):  # noqa: N818 - a sentence for the page
    """There is nobody, or nothing, to play with."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared, as it was given."""

    scenarios: Sequence[str]
    draws: int = DRAWS
    days: int = DAYS
    floor_percent: int = FLOOR_PERCENT
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Column:
    """One scenario over all draws that were played: each measure, and what it differs from today."""

    scenario: Scenario
    figures: dict[str, Interval | None]
    differs: dict[str, Interval | None]


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison with what it came to so far."""

    comparison: Comparison
    done: int
    columns: tuple[Column, ...]


def _check(asked: Asked) -> list[Scenario]:
    errors = {}
    known: list[Scenario] = [one for one in ASKABLE if one.value in asked.scenarios]
    if not known or len(known) < len(set(asked.scenarios)):
        errors["scenarios"] = "Choose at least one of these to hold against today."
    if not 2 <= asked.draws <= MOST_DRAWS:
        errors["draws"] = f"From 2 to {MOST_DRAWS}: one draw alone says nothing about chance."
    if not 7 <= asked.days <= MOST_DAYS:
        errors["days"] = f"From 7 to {MOST_DAYS} days."
    if not 1 <= asked.floor_percent <= MOST_FLOOR:
        errors["floor_percent"] = f"From 1 to {MOST_FLOOR} per cent."
    if not 0 <= asked.seed < 2**31:
        errors["seed"] = "A whole number from 0 to 2,147,483,647."
    if errors:
        raise Invalid(errors=errors)
    return known


async def ask(session: AsyncSession, asked: Asked, *, by: Actor) -> Comparison:
    """Ask for a comparison ("comparison.asked"): its draws are played by a job, one after the other.

    Raises:
        Invalid: something cannot be played, or no past incidents are loaded to draw from.
    """
    known = _check(asked)
    if await past.expected(session) is None:
        why = "Load past incidents under Demand first: the coming weeks are drawn from them."
        raise Invalid(errors={"scenarios": why})
    comparison = Comparison(
        scenarios=[one.value for one in known], draws=asked.draws, days=asked.days, floor_percent=asked.floor_percent,
        seed=asked.seed, asked_at=clock.now(), asked_by=by.name or by.kind,
    )  # fmt: skip
    session.add(comparison)
    await session.flush()
    await record(session, "comparison.asked", comparison.id, topic=topic(comparison.id), by=by)
    return comparison


def topic(comparison_id: int) -> str:
    """What its page listens to."""
    return f"comparison:{comparison_id}"


async def find(session: AsyncSession, comparison_id: int) -> Comparison:
    """One comparison.

    Raises:
        NotFound: no such comparison.
    """
    found = await session.get(Comparison, comparison_id)
    if found is None:
        raise NotFound
    return found


async def latest(session: AsyncSession, limit: int = 20) -> Sequence[Comparison]:
    """The latest, the newest first."""
    return (await session.scalars(select(Comparison).order_by(Comparison.id.desc()).limit(limit))).all()


async def done(session: AsyncSession, comparison_id: int) -> int:
    """How many draws have been played in every way."""
    today = select(func.count()).where(
        ComparisonRun.comparison_id == comparison_id, ComparisonRun.scenario == Scenario.TODAY.value
    )
    return await session.scalar(today) or 0


async def draw_of(session: AsyncSession, comparison: Comparison, number: int) -> Draw:
    """The pool, the rules and the coming weeks of one draw.

    Raises:
        NothingToPlay: nobody is in the pool, or no incidents are loaded.
    """
    members, known = await reading.pool(session), await past.expected(session)
    if not members:
        raise NothingToPlay("Nobody is in the pool yet.")
    if known is None:
        raise NothingToPlay("The past incidents were taken out.")
    start, seed = clock.now(), comparison.seed * 1009 + number
    length = timedelta(days=comparison.days)
    end = start + length
    years = range(start.year, end.year + 1)
    drawn = [one for year in years for one in demand.a_year(known, seed, year)]
    incidents = [one for one in drawn if start <= one.filed_at < end]
    # Weeks without an incident are a draw like any other: left out, the rest would be busier than the weeks are.
    return Draw(
        members, incidents, await rules.current(session), seed, comparison.floor_percent, start + length / 2,
        incidents or known.incidents,
    )  # fmt: skip


async def keep(session: AsyncSession, comparison: Comparison, number: int, found: dict[Scenario, Figures]) -> None:
    """Keep what a draw came to; twice is once. With the last one the comparison has ended ("comparison.ended")."""
    rows = [
        {"comparison_id": comparison.id, "scenario": scenario.value, "number": number, "figures": figures}
        for scenario, figures in found.items()
    ]
    await session.execute(insert(ComparisonRun).values(rows).on_conflict_do_nothing())
    if comparison.ended_at is None and await done(session, comparison.id) >= comparison.draws:
        comparison.ended_at = clock.now()
        await record(session, "comparison.ended", comparison.id, topic=topic(comparison.id))
    else:
        await record(session, "comparison.drawn", comparison.id, topic=topic(comparison.id), number=number)


async def fail(session: AsyncSession, comparison: Comparison, why: str) -> None:
    """It cannot be played ("comparison.failed")."""
    comparison.failed_because = why
    await record(session, "comparison.failed", comparison.id, topic=topic(comparison.id))


async def told(session: AsyncSession, comparison: Comparison) -> Told:
    """What a comparison came to: every measure of every scenario, and how it differs from today draw by draw."""
    rows = await session.scalars(
        select(ComparisonRun).where(ComparisonRun.comparison_id == comparison.id).order_by(ComparisonRun.number)
    )
    runs: dict[str, list[Figures]] = {}
    for row in rows:
        runs.setdefault(row.scenario, []).append(row.figures)
    today = runs.get(Scenario.TODAY.value, [])
    columns = [
        Column(
            scenario, measures.intervals(runs[scenario.value]),
            {} if scenario is Scenario.TODAY else measures.differences(runs[scenario.value], today),
        )
        for scenario in (Scenario.TODAY, *map(Scenario, comparison.scenarios))
        if runs.get(scenario.value)
    ]  # fmt: skip
    return Told(comparison, len(today), tuple(columns))
