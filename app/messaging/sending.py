"""The steps of one message on its way out: claimed before Twilio hears of it, noted after, asked for when in doubt.

Only forward, and claimed before any effect (reliability.md A1, R2-R5): whoever dies in between leaves a row that says
`sending`, which is asked for at Twilio and never blindly sent again.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import flush, locked
from app.core.events import record
from app.core.jobs import defer
from app.messaging import holds, pacing, receipts, sealed
from app.messaging.carrier import Busy, CarrierError, Order, Refused, Taken
from app.messaging.errors import BUSY, UNKNOWN_DELIVERY
from app.messaging.models import InboundMessage, Message
from app.messaging.outbox import ANSWERS, SEND
from app.messaging.states import MESSAGE, Channel, HoldReason, MessageState

logger = logging.getLogger(__name__)
RECONCILE = "messaging.reconcile"
LOOK_UP_AFTER = timedelta(seconds=60)
"""Twilio's list may show a message late: sooner finds nothing and tempts to send twice."""
LOOK_UPS = 2
CALL_LIMIT_S = 30.0
"""No call to Twilio lasts longer, on the wall's clock: a claim older than that has lost its worker."""
MOST_TRIES = 20


async def claim(session: AsyncSession, message_id: int) -> Order | None:
    """Make a queued message ours to send; None when there is nothing to send now.

    Committed before Twilio is called. A message that a dead worker left in `sending` is looked up later instead. While
    texts are held by the carrier, those of offers fail with its code, so that people are called.
    """
    message = await locked(session, Message, message_id)
    if message.state is MessageState.SENDING:
        await _left_behind(session, message)
    if message.state is not MessageState.QUEUED or not await _may_go(session, message):
        return None
    return order_of(message)


async def claim_answers(session: AsyncSession) -> list[Order]:
    """Claim what this transaction answers (`outbox.answer`), to be sent by this job once it has committed.

    The last thing a transaction does but to commit: the sender's pace is everybody's, and held until then.
    """
    answers: list[Message] = session.info.pop(ANSWERS, [])
    with session.no_autoflush:  # written once, as claimed
        claimed = [message for message in answers if await _may_go(session, message)]
    await flush(session)
    return [order_of(message) for message in claimed]


async def look_up_answers(session: AsyncSession, inbound_id: int) -> None:
    """The job that read a text runs again: what it was sending to that number when it died is looked up."""
    dead = select(Message).join(InboundMessage, InboundMessage.number == Message.number)
    dead = dead.where(InboundMessage.id == inbound_id, Message.state == MessageState.SENDING)
    for message in await session.scalars(dead.order_by(Message.id).with_for_update(of=Message)):
        await _left_behind(session, message)


async def _left_behind(session: AsyncSession, message: Message) -> None:
    """Whoever claimed it is dead, or still at it: look it up when no call to Twilio can be under way any more."""
    claimed_at = message.claimed_at or clock.now()
    await _look_up(session, message, not_before=claimed_at + timedelta(seconds=CALL_LIMIT_S * clock.rate))


async def _may_go(session: AsyncSession, message: Message) -> bool:
    """Claim a queued message if it may be sent now; else see to it that it is looked at again, where that is needed."""
    now = clock.now()
    if message.valid_until is not None and message.valid_until <= now:
        message.state = MESSAGE.after(message.state, "cancel")
        await record(session, "message.cancelled", message.id, topic=message.topic, reason="too late")
        return False
    slot_at = await _slot(session, message)
    if slot_at is None:
        return False
    soon = now + (pacing.EARLY if slot_at == message.slot_at else pacing.BURST)
    message.slot_at = slot_at
    if slot_at >= soon:
        await session.flush()  # a new one has no id yet
        await defer(session, SEND, at=slot_at, priority=message.priority, message_id=message.id)
        return False
    _claim(message, now)
    return True


async def _slot(session: AsyncSession, message: Message) -> datetime | None:
    """Its slot, a new one where it has none that still counts; None while something holds it."""
    kept = message.slot_at
    if kept is not None and not pacing.is_missed(kept):
        return None if await _is_held(session, message) else kept
    while (new := await pacing.reserve(session, message)) is None:
        if await _is_held(session, message):  # otherwise what held it has just let go
            return None
    return new


async def _is_held(session: AsyncSession, message: Message) -> bool:
    """Whether something holds it. By the carrier's hold an offer's text fails, so that somebody is called."""
    try:
        hold = await holds.on(session, message)
    except holds.NotReconciled:
        return True
    if hold is not None and hold.reason is HoldReason.CARRIER and message.offer_id is not None:
        _claim(message, clock.now())
        await session.flush()  # the database knows no step from queued to failed
        await _failed(session, message, hold.error_code or BUSY)
    return hold is not None


def _claim(message: Message, now: datetime) -> None:
    message.state = MESSAGE.after(message.state, "claim")
    message.claimed_at = now
    message.attempts += 1


def order_of(message: Message) -> Order:
    """What the gateway needs of a message."""
    valid_for = None if message.valid_until is None else message.valid_until - clock.now()
    return Order(message.id, message.channel, message.number, sealed.opened(message.body), valid_for)


async def note(session: AsyncSession, order: Order, answer: Taken | CarrierError) -> None:
    """Write down what the carrier said to a claimed message. A status callback may have been faster; that is fine."""
    if isinstance(answer, Taken) and await receipts.apply_first(session, order, answer):
        return
    message = await locked(session, Message, order.message_id)
    if isinstance(answer, Taken):
        await receipts.apply(session, message, answer)
    elif isinstance(answer, Refused):
        await _failed(session, message, answer.code)
    elif isinstance(answer, Busy):
        await _put_back(session, message, answer)
    elif MESSAGE.can(message.state, "lose"):
        message.state = MESSAGE.after(message.state, "lose")
        await _look_up(session, message, not_before=clock.now())


async def doubted(session: AsyncSession, message_id: int) -> Message | None:
    """A message that nobody knows the fate of, to be looked up now; None when it is known meanwhile."""
    message = await locked(session, Message, message_id)
    if message.state is MessageState.SENDING:
        message.state = MESSAGE.after(message.state, "lose")
    return message if message.state is MessageState.UNKNOWN else None


async def looked_up(session: AsyncSession, message_id: int, found: list[Taken], turn: int) -> None:
    """Write down what Twilio's list says. Absent twice: failed, and whoever is above decides what to do instead."""
    message = await locked(session, Message, message_id)
    if message.state is not MessageState.UNKNOWN:
        return
    known = set(await session.scalars(select(Message.sid).where(Message.sid.in_([each.sid for each in found]))))
    ours = next((each for each in found if each.sid not in known), None)
    if ours is not None:
        await receipts.apply(session, message, ours)
    elif turn < LOOK_UPS:
        await defer(session, RECONCILE, at=clock.now() + LOOK_UP_AFTER, message_id=message.id, turn=turn + 1)
    else:
        await _failed(session, message, UNKNOWN_DELIVERY)


async def _look_up(session: AsyncSession, message: Message, not_before: datetime) -> None:
    """Look the message up once Twilio's list must show it."""
    logger.warning("message %s: unknown whether the carrier has it, will be looked up", message.id)
    at = max(not_before, clock.now() + LOOK_UP_AFTER)
    await defer(session, RECONCILE, at=at, message_id=message.id, turn=1)


async def _failed(session: AsyncSession, message: Message, error_code: int) -> None:
    if not MESSAGE.can(message.state, "refuse"):
        return
    message.state = MESSAGE.after(message.state, "refuse")
    message.error_code = error_code
    await record(session, "message.failed", message.id, topic=message.topic, error_code=error_code)
    await holds.after_error(session, error_code)


async def _put_back(session: AsyncSession, message: Message, answer: Busy) -> None:
    """Try again later, twice as late each time up to a minute; what has had twenty tries has failed."""
    if message.attempts >= MOST_TRIES:
        await _failed(session, message, BUSY)
    elif MESSAGE.can(message.state, "put_back"):
        message.state = MESSAGE.after(message.state, "put_back")
        wait = answer.retry_after or timedelta(seconds=min(60, 2**message.attempts))
        if message.channel is Channel.TEXT:
            await pacing.back_off(session, wait)
        # From its own slot on: several refused in the same moment keep their distance.
        message.slot_at = max(message.slot_at or clock.now(), clock.now() - wait / 2) + wait
        await defer(session, SEND, at=message.slot_at, priority=message.priority, message_id=message.id)
