"""Raise an alarm for the desk, once for each thing, and settle it."""

from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.core.problems import WrongState
from app.watch.models import Alarm


async def sound(
    session: AsyncSession,
    kind: str,
    key: str,
    *,
    says: str,
    action: str,
    topic: str = "",
    subject_id: int | None = None,
) -> bool:
    """Tell the desk that something does not mend itself ("alarm.raised").

    Args:
        session: the transaction that found it.
        kind: what happened, as in the log.
        key: what it is about. While an alarm of it is open, this only counts it again.
        says: what is wrong, in a sentence.
        action: what to do, in a sentence.
        topic: whose story it belongs to.
        subject_id: the row it is about.

    Returns:
        Whether the alarm is new.
    """
    now = clock.now()
    made = insert(Alarm).values(
        kind=kind, key=key, topic=topic, subject_id=subject_id, says=says, action=action, times=1, raised_at=now,
        last_at=now,
    )  # fmt: skip
    again = made.on_conflict_do_update(
        index_elements=["key"], index_where=Alarm.settled_at.is_(None),
        set_={"times": Alarm.times + 1, "last_at": now, "says": made.excluded.says},
    ).returning(Alarm.id, Alarm.times)  # fmt: skip
    row = (await session.execute(again)).one()
    if row.times == 1:
        await record(session, "alarm.raised", row.id, topic=topic, alarm=kind)
    return bool(row.times == 1)


async def settle(session: AsyncSession, alarm: Alarm, *, by: Actor) -> None:
    """Somebody dealt with it ("alarm.settled").

    Raises:
        WrongState: settled before.
    """
    if alarm.settled_at is not None:
        raise WrongState("This alarm is settled already.")
    alarm.settled_at, alarm.settled_by = clock.now(), by.name or by.kind
    await record(session, "alarm.settled", alarm.id, topic=alarm.topic, by=by, alarm=alarm.kind)


_LOCKING = select(Alarm).where(Alarm.key == bindparam("key"), Alarm.settled_at.is_(None)).with_for_update()


async def settle_key(session: AsyncSession, key: str, *, by: Actor = SYSTEM) -> None:
    """What the alarm was about is over; without an open alarm nothing happens."""
    alarm = await session.scalar(_LOCKING, {"key": key})
    if alarm is not None:
        await settle(session, alarm, by=by)


async def still_open(session: AsyncSession, limit: int = 100, after: int = 0) -> list[Alarm]:
    """Alarms that wait for a person, oldest first; `after`: only those that came after this one."""
    query = select(Alarm).where(Alarm.settled_at.is_(None), Alarm.id > after).order_by(Alarm.id).limit(limit)
    return list(await session.scalars(query))


async def newest_open(session: AsyncSession, limit: int) -> list[Alarm]:
    """The last ones that wait for a person, of these the oldest first."""
    query = select(Alarm).where(Alarm.settled_at.is_(None)).order_by(Alarm.id.desc()).limit(limit)
    return list(await session.scalars(query))[::-1]


async def is_open(session: AsyncSession, key: str) -> bool:
    """Whether an alarm of this waits for a person."""
    query = select(Alarm.id).where(Alarm.key == key, Alarm.settled_at.is_(None))
    return await session.scalar(query) is not None


async def open_count(session: AsyncSession) -> int:
    """How many alarms wait for a person."""
    return await session.scalar(select(func.count()).select_from(Alarm).where(Alarm.settled_at.is_(None))) or 0


async def last_told(session: AsyncSession, kind: str) -> datetime | None:
    """When something of this kind was told last, settled since or not; None: never."""
    return await session.scalar(select(func.max(Alarm.last_at)).where(Alarm.kind == kind))


async def rename(session: AsyncSession, name: str, becomes: str) -> None:
    """Have no alarm name somebody any more."""
    said = update(Alarm).where(Alarm.says.contains(name, autoescape=True))
    await session.execute(said.values(says=func.replace(Alarm.says, name, becomes)))
