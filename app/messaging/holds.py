"""When our texts must wait: the carrier refuses our sender, or nobody was here for a long time (reliability.md C4, R8).

The carrier's hold is on texts: those of offers fail at once with its code, so that people are called instead, and the
others wait. The gap's hold is on everything: after an outage or a restore nothing is flushed before the desk looked.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, DateTime, String, and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.core.jobs import defer
from app.core.problems import Conflict, WrongState
from app.core.settings import get_settings
from app.messaging.errors import NextStep, meaning
from app.messaging.models import Message, SendingHold
from app.messaging.outbox import SEND
from app.messaging.states import Channel, HoldReason, MessageState
from app.watch import alarms, epochs

KIND = "sending.held"


class NotReconciled(Conflict):
    """This database was restored, and is not reconciled with the carrier's record yet: nothing is sent."""


_IS_ACTIVE = and_(
    SendingHold.sender == bindparam("sender", type_=String),
    SendingHold.released_at.is_(None),
    or_(SendingHold.until.is_(None), SendingHold.until > bindparam("now", type_=DateTime(timezone=True))),
)
_ACTIVE = select(SendingHold).where(_IS_ACTIVE).order_by(SendingHold.reason.desc())
_RESTORED = select(literal_column(epochs.IS_RESTORED).label("is_restored")).subquery()
_HOLDING = (
    select(_RESTORED.c.is_restored, SendingHold)
    .select_from(_RESTORED)
    .outerjoin(SendingHold, _IS_ACTIVE)
    .order_by(SendingHold.reason.desc())
)


def anything() -> ColumnElement[bool]:
    """Whether something holds a message, as a part of a statement that is given `us` and its "channel"."""
    channel = bindparam("channel", type_=Message.__table__.c.channel.type)
    of_it = or_(SendingHold.reason == HoldReason.GAP, channel == Channel.TEXT)
    return or_(literal_column(epochs.IS_RESTORED), exists().where(_IS_ACTIVE, of_it))


def us() -> dict[str, object]:
    """Our sender, and the present moment."""
    return {"sender": get_settings().twilio_from, "now": clock.now()}


async def active(session: AsyncSession) -> list[SendingHold]:
    """What holds our sender now, the gap first."""
    return list(await session.scalars(_ACTIVE, us()))


async def on(session: AsyncSession, message: Message) -> SendingHold | None:
    """What holds this message: calls go out while only texts are held.

    Raises:
        NotReconciled: the database is an older one of itself; everything waits. Asked in the same statement.
    """
    for is_restored, hold in await session.execute(_HOLDING, us()):
        if is_restored:
            raise NotReconciled
        if hold is not None and (hold.reason is HoldReason.GAP or message.channel is Channel.TEXT):
            return hold  # type: ignore[no-any-return]  # a left join's row
    return None


async def after_error(session: AsyncSession, code: int | None) -> None:
    """Hold texts when `code` says that it is our sender that is refused. Once, however many texts say so."""
    found = meaning(code)
    if code is not None and found.next is NextStep.HOLD:
        action = found.note or "Nothing: texts go out again by themselves later."
        says = f"Texts are held and people are called instead: {found.says} ({code})"
        await _hold(session, HoldReason.CARRIER, says, action, error_code=code, lasts=found.held_for)


async def after_gap(session: AsyncSession, silence: timedelta) -> None:
    """Hold everything: nothing was sent for so long that what waits may be stale."""
    minutes = round(silence.total_seconds() / 60)
    says = f"The service stood still for {minutes} minutes. What waited to go out is held."
    await _hold(session, HoldReason.GAP, says, "Look at what waits, then release it. What is stale is not sent.")


async def after_restore(session: AsyncSession, says: str) -> SendingHold:
    """Hold everything until the desk has looked at what a restored database cannot explain."""
    await _hold(session, HoldReason.GAP, says, "Look at the alarms about single texts first, then release the rest.")
    return next(hold for hold in await active(session) if hold.reason is HoldReason.GAP)


async def _hold(
    session: AsyncSession, reason: HoldReason, says: str, action: str, *,
    error_code: int | None = None, lasts: timedelta | None = None,
) -> None:  # fmt: skip
    now, sender = clock.now(), get_settings().twilio_from
    new_id = await session.scalar(
        insert(SendingHold)
        .values(
            sender=sender, reason=reason, error_code=error_code, says=says, since=now,
            until=now + lasts if lasts else None,
        )
        .on_conflict_do_nothing(index_elements=["sender", "reason"], index_where=SendingHold.released_at.is_(None))
        .returning(SendingHold.id)
    )  # fmt: skip
    if new_id is None:
        return
    await record(session, KIND, new_id, reason=reason, error_code=error_code)
    await alarms.sound(session, KIND, f"{KIND}:{new_id}", says=says, action=action, subject_id=new_id)
    if reason is HoldReason.CARRIER:
        await hurry_waiting(session)


async def release(session: AsyncSession, hold: SendingHold, *, by: Actor) -> None:
    """Let go: whoever is above looks at each waiting message again, and then it is sent ("sending.released").

    Raises:
        WrongState: released before.
    """
    if hold.released_at is not None:
        raise WrongState("These texts are released already.")
    hold.released_at, hold.released_by = clock.now(), by.name or by.kind
    await alarms.settle_key(session, f"{KIND}:{hold.id}", by=by)
    await record(session, "sending.released", hold.id, by=by, reason=hold.reason)


async def release_expired(session: AsyncSession) -> None:
    """Let go of what was held for a time that is over."""
    over = select(SendingHold).where(SendingHold.released_at.is_(None), SendingHold.until <= clock.now())
    for hold in await session.scalars(over.with_for_update()):
        await release(session, hold, by=SYSTEM)


async def waiting_ids(session: AsyncSession) -> list[int]:
    """Messages that wait to go out, the urgent ones first."""
    query = select(Message.id).where(Message.state == MessageState.QUEUED)
    return list(await session.scalars(query.order_by(Message.priority.desc(), Message.id)))


async def hurry_waiting(session: AsyncSession) -> None:
    """Have every waiting message looked at now: held, failed so that somebody is called, or sent."""
    for message_id in await waiting_ids(session):
        await defer(session, SEND, message_id=message_id)


async def waiting_count(session: AsyncSession) -> int:
    """How many messages wait to go out."""
    return await session.scalar(select(func.count()).where(Message.state == MessageState.QUEUED)) or 0
