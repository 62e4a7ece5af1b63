"""Standby weeks: weeks in which an expert is ready to go and may be woken; one in four unless they choose others."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, Date, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.events import Actor, record
from app.core.problems import Invalid
from app.experts.models import Expert, StandbyWeek

WEEK = timedelta(days=7)
ON, OFF = 1, 3
"""One week on, three off."""
AHEAD = 26
"""Weeks that are shown and may be chosen: half a year."""


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def this_week(expert: Expert) -> date:
    """The Monday of the week that it is where the expert lives."""
    return monday_of(in_zone(clock.now(), expert.time_zone).date())


def turns(first: date, until: date) -> list[date]:
    """Mondays of one week on and three off, from `first` to `until`."""
    count = (until - first).days // 7 + 1
    return [first + number * WEEK for number in range(max(count, 0)) if number % (ON + OFF) < ON]


async def weeks_of(session: AsyncSession, expert_id: int, since: date) -> list[date]:
    """Mondays of an expert's standby weeks from a day on."""
    rows = await session.scalars(
        select(StandbyWeek.monday).where(StandbyWeek.expert_id == expert_id, StandbyWeek.monday >= since)
    )
    return sorted(rows)


async def take_turns(session: AsyncSession, expert: Expert, first: date, *, by: Actor) -> list[date]:
    """One week on and three off from `first` on, for half a year; what was chosen for that time before is replaced.

    Raises:
        Invalid: not a Monday, or not within the half year.
    """
    _check(expert, first)
    chosen = turns(first, this_week(expert) + AHEAD * WEEK)
    await session.execute(
        delete(StandbyWeek).where(StandbyWeek.expert_id == expert.id, StandbyWeek.monday >= this_week(expert))
    )
    await session.execute(insert(StandbyWeek), [{"expert_id": expert.id, "monday": monday} for monday in chosen])
    await record(session, "expert.standby_changed", expert.id, by=by)
    return chosen


async def set_week(session: AsyncSession, expert: Expert, monday: date, *, is_on: bool, by: Actor) -> None:
    """Take a week on, or off.

    Raises:
        Invalid: not a Monday, or not within the half year.
    """
    _check(expert, monday)
    if is_on:
        await session.execute(insert(StandbyWeek).values(expert_id=expert.id, monday=monday).on_conflict_do_nothing())
    else:
        await session.execute(
            delete(StandbyWeek).where(StandbyWeek.expert_id == expert.id, StandbyWeek.monday == monday)
        )
    await record(session, "expert.standby_changed", expert.id, by=by)


def _check(expert: Expert, monday: date) -> None:
    if monday.weekday() != 0 or not this_week(expert) <= monday <= this_week(expert) + AHEAD * WEEK:
        raise Invalid(errors={"week": "Choose a week of the next half year."})


_WEEKS = (
    select(Expert.id, Expert.time_zone, StandbyWeek.monday)
    .join(StandbyWeek, StandbyWeek.expert_id == Expert.id)
    .where(Expert.id == any_(bindparam("people", type_=ARRAY(BigInteger))))
    .where(StandbyWeek.monday == any_(bindparam("mondays", type_=ARRAY(Date))))
)


async def on_standby(session: AsyncSession, expert_ids: Collection[int], at: datetime) -> set[int]:
    """Who of these is on standby at a moment, by the week that it is where each of them lives."""
    days = (monday_of(at.date() - timedelta(days=1)), monday_of(at.date() + timedelta(days=1)))
    rows = await session.execute(_WEEKS, {"people": list(expert_ids), "mondays": list(days)})
    return {who for who, zone, monday in rows if monday_of(in_zone(at, zone).date()) == monday}
