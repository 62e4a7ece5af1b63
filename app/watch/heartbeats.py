"""Heartbeats: who must not stop says so; whoever looks sees how long ago that was (reliability.md A11)."""

import time
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.watch.models import Heartbeat

AUDITOR = "auditor"
WORKER = "worker"
INBOUND = "inbound"
"""The carrier's list of incoming texts was read up to there."""
OUTBOUND = "outbound"
"""The carrier's list of our own texts was compared up to there."""


LEAST_S = 30.0
"""Seconds of the wall within which every heartbeat comes several times."""
_STARTED = time.monotonic()


async def beat(session: AsyncSession, name: str, at: datetime | None = None) -> None:
    """`name` is alive, or has got as far as `at`."""
    seen = at or clock.now()
    await session.execute(
        insert(Heartbeat)
        .values(name=name, beat_at=seen)
        .on_conflict_do_update(index_elements=["name"], set_={"beat_at": seen})
    )


async def last(session: AsyncSession, name: str) -> datetime | None:
    """When `name` was last seen alive; None: never."""
    return await session.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == name))


async def silent_for(session: AsyncSession, name: str) -> timedelta | None:
    """How long `name` has not been seen; None: it never was."""
    seen = await last(session, name)
    return None if seen is None else clock.now() - seen


async def stopped(session: AsyncSession, name: str) -> timedelta | None:
    """How long `name` has not been seen, when that is too long; None: alive, or not started yet.

    A new installation has no heartbeat before its first worker, so there the life of this process counts.
    """
    silence = await silent_for(session, name)
    if silence is None:
        silence = timedelta(seconds=time.monotonic() - _STARTED)
    return silence if silence > too_long(get_settings().auditor_late_minutes) else None


def too_long(minutes: float) -> timedelta:
    """A silence that is too long: so many minutes, but on an accelerated clock not less than a moment of the wall's."""
    return max(timedelta(minutes=minutes), timedelta(seconds=LEAST_S * clock.rate))
