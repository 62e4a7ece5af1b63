"""Follow-ups: planned by the deployment's own dates, done by the wellness lead, gone after a year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Interval,
    String,
    bindparam,
    delete,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.events import SYSTEM, Actor
from app.core.problems import Conflict, Invalid, NotFound
from app.deployments.models import Assignment
from app.deployments.states import LIVE
from app.experts import holds
from app.experts.models import Contact, ContactKind, Expert
from app.wellness.models import FollowUp, Outcome, Touch

AFTER = {
    Touch.WITHIN_72_H: timedelta(hours=72), Touch.DAY_14: timedelta(days=14), Touch.DAY_30: timedelta(days=30),
    Touch.DAY_90: timedelta(days=90),
}  # fmt: skip
"""From coming home to the talk."""
LONGEST_HOLD = timedelta(days=365)


def _planning(start: ColumnElement[datetime], spans: Mapping[Touch, timedelta]) -> Insert:
    """The statement that plans talks with somebody; planned twice, the first stands."""
    touches = literal([touch.value for touch in spans], ARRAY(String))
    after = literal(list(spans.values()), ARRAY(Interval))
    talks = func.unnest(touches, after).table_valued("touch", "span").render_derived()
    planned = (
        select(Assignment.id, Assignment.expert_id, talks.c.touch, start + talks.c.span)
        .join_from(Assignment, talks, true())
        .where(Assignment.id == bindparam("assignment_id", type_=BigInteger))
    )
    put = insert(FollowUp.metadata.tables[FollowUp.__tablename__])
    return put.from_select(["assignment_id", "expert_id", "touch", "due_at"], planned).on_conflict_do_nothing()


_BEFORE = _planning(func.coalesce(func.lower(Assignment.span), Assignment.arrives_at), {Touch.BEFORE: timedelta(0)})
_AFTER = _planning(func.coalesce(Assignment.told_home_at, bindparam("now", type_=DateTime(timezone=True))), AFTER)


async def plan_before(session: AsyncSession, assignment_id: int) -> None:
    """A word before somebody leaves: their own declaration that they are well enough to go."""
    await session.execute(_BEFORE, {"assignment_id": assignment_id})


async def plan_after(session: AsyncSession, assignment_id: int) -> None:
    """The talks after somebody has come home: from when they told it, else from now."""
    await session.execute(_AFTER, {"assignment_id": assignment_id, "now": clock.now()})


@dataclass(frozen=True, slots=True)
class Due:
    """One talk that waits, and how to reach the person."""

    follow_up: FollowUp
    name: str
    number: str
    is_late: bool


async def waiting(session: AsyncSession, within: timedelta = timedelta(days=7)) -> list[Due]:
    """Talks that are late or due within some days, the first due first. Who does not go needs no talk before it."""
    now = clock.now()
    rows = await session.execute(
        select(FollowUp, Expert.name, Contact.number)
        .join(Expert, Expert.id == FollowUp.expert_id)
        .join(Assignment, Assignment.id == FollowUp.assignment_id)
        .outerjoin(Contact, (Contact.expert_id == Expert.id) & (Contact.kind == ContactKind.MOBILE))
        .where(FollowUp.done_at.is_(None), FollowUp.due_at < now + within)
        .where((FollowUp.touch != Touch.BEFORE) | Assignment.state.in_(LIVE))
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    return [Due(row, name, number or "", row.due_at < now) for row, name, number in rows]


async def find(session: AsyncSession, follow_up_id: int) -> FollowUp:
    """One talk.

    Raises:
        NotFound: no such talk is planned.
    """
    found = await session.get(FollowUp, follow_up_id)
    if found is None:
        raise NotFound
    return found


async def done(session: AsyncSession, limit: int = 50) -> Sequence[FollowUp]:
    """Talks that were held, the latest first."""
    query = select(FollowUp).where(FollowUp.done_at.is_not(None)).order_by(FollowUp.done_at.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def settle(
    session: AsyncSession, follow_up_id: int, outcome: Outcome, hold_until: date | None, *, by: Actor
) -> FollowUp:
    """Keep the outcome of a talk. A hold moves the day from which somebody may be asked, and nothing else leaves here.

    There is no event of it: the log is read by others. The date's own event names nobody's reason. The day of a hold
    begins where the person lives.

    Raises:
        Conflict: it was settled before.
        Invalid: a hold without an end, one that has passed, or one of more than a year.
    """
    row = await locked(session, FollowUp, follow_up_id)
    if row.done_at is not None:
        raise Conflict("This talk is settled already.")
    now, expert = clock.now(), await locked(session, Expert, row.expert_id)
    until = datetime.combine(hold_until, time(), ZoneInfo(expert.time_zone)) if hold_until else None
    if outcome is Outcome.HOLD and (until is None or not now < until <= now + LONGEST_HOLD):
        raise Invalid(errors={"hold_until": "Give the day on which the hold ends, within a year."})
    row.done_at, row.done_by_id, row.outcome = now, by.id, outcome
    row.hold_until = until if outcome is Outcome.HOLD else None
    await session.flush()
    if row.hold_until is not None:
        await holds.not_before(session, expert.id, row.hold_until, by=SYSTEM)
    return row


async def forget(session: AsyncSession, expert_id: int) -> None:
    """Delete every talk with somebody."""
    await session.execute(delete(FollowUp).where(FollowUp.expert_id == expert_id))
