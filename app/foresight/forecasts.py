"""Forecasts: asked for once at a time, worked out beside the event loop, kept with their time and seed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.foresight.models import Forecast, ForecastKind
from app.foresight.standard import HOURS
from app.rosters.rules import Rules
from app.watch import alarms

SEED = 1
ALARM = "readiness.floor"
"""Kind and key of the alarm: there is one of it, whatever the states."""
FRESH = timedelta(hours=6)
"""So often readiness is worked out by itself."""
LONGEST, LONGEST_S = timedelta(hours=1), 900.0
"""After so much time, and so many seconds of the wall, one that was asked for is given up."""
NAMED = 6
"""States that an alarm names; the others are counted."""


async def newest(session: AsyncSession, kind: ForecastKind) -> Forecast | None:
    """The last one that was made."""
    query = select(Forecast).where(Forecast.kind == kind, Forecast.made_at.is_not(None))
    return await session.scalar(query.order_by(Forecast.id.desc()).limit(1))


async def last_asked(session: AsyncSession, kind: ForecastKind) -> Forecast | None:
    """The last one that was asked for, made or not."""
    return await session.scalar(select(Forecast).where(Forecast.kind == kind).order_by(Forecast.id.desc()).limit(1))


async def ask(
    session: AsyncSession, kind: ForecastKind, *, seed: int = SEED, asks: Mapping[str, Any] | None = None, by: Actor
) -> int:
    """Ask for a forecast ("forecast.asked"). While one of its kind is being worked out, this changes nothing.

    Returns:
        The one that is worked out.
    """
    await _give_up(session, kind)
    made = insert(Forecast).values(
        kind=kind, seed=seed, asks=dict(asks or {}), asked_at=clock.now(), asked_by=by.name or by.kind
    )
    new = await session.scalar(
        made.on_conflict_do_nothing(
            index_elements=["kind"], index_where=Forecast.made_at.is_(None) & Forecast.failed_because.is_(None)
        ).returning(Forecast.id)
    )
    if new is not None:
        await record(session, "forecast.asked", new, by=by, forecast=kind.value)
        return int(new)
    waiting = select(Forecast.id).where(
        Forecast.kind == kind, Forecast.made_at.is_(None), Forecast.failed_because.is_(None)
    )
    return int(await session.scalar(waiting) or 0)


async def _give_up(session: AsyncSession, kind: ForecastKind) -> None:
    """One that has been open for so long is not being worked out any more: another may be asked for."""
    late = clock.now() - max(LONGEST, timedelta(seconds=LONGEST_S * clock.rate))
    open_still = (Forecast.kind == kind, Forecast.made_at.is_(None), Forecast.failed_because.is_(None))
    await session.execute(
        update(Forecast).where(*open_still, Forecast.asked_at < late).values(failed_because="It took too long.")
    )


async def keep(session: AsyncSession, forecast: Forecast, values: dict[str, Any], took_ms: int) -> None:
    """The result is there ("forecast.made"). Kept once: a second run finds it."""
    forecast.made_at, forecast.took_ms, forecast.values = clock.now(), took_ms, values
    await session.flush()
    await record(session, "forecast.made", forecast.id, forecast=forecast.kind.value)


async def fail(session: AsyncSession, forecast: Forecast, because: str) -> None:
    """It cannot be worked out, for a reason that people can do something about ("forecast.failed")."""
    forecast.failed_because = because
    await session.flush()
    await record(session, "forecast.failed", forecast.id, forecast=forecast.kind.value)


def under_floor(values: Mapping[str, Any], floor: int, hours: int) -> tuple[str, ...]:
    """States of a kept outlook whose chance of a team within `hours` is under so many in 100, the lowest first."""
    column = HOURS.index(hours)
    found = {state: one["views"]["team"][column]["p"] for state, one in values["states"].items()}
    return tuple(sorted((s for s, p in found.items() if p * 100 < floor), key=lambda s: (found[s], s)))


async def watch(session: AsyncSession, now: Forecast, before: Forecast | None, held: Rules) -> None:
    """Raise the alarm where readiness has come under the floor; settle it when none is under it any more.

    One alarm for all states. Whoever settles it by hand is left in peace until another state comes under the floor.
    """
    below = under_floor(now.values or {}, held.readiness_floor, held.readiness_hours)
    now.values = (now.values or {}) | {"under": list(below)}
    if not below:
        await alarms.settle_key(session, ALARM)
        return
    known = set((before.values or {}).get("under", ())) if before else set()
    if await alarms.is_open(session, ALARM) or set(below) - known:
        await alarms.sound(session, ALARM, ALARM, says=_says(below, held), action=ACTION)


ACTION = "Open Readiness: it says which seats nobody could fill in time. Renew papers, or recruit."


def _says(below: Sequence[str], held: Rules) -> str:
    """The alarm in a sentence."""
    named = ", ".join(below[:NAMED])
    more = f" and {len(below) - NAMED} more" if len(below) > NAMED else ""
    return (
        f"A standard team would be on site within {held.readiness_hours} h with less than"
        f" {held.readiness_floor} in 100 in {named}{more}."
    )
