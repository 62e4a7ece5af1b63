"""The steps of one message on its way out: claimed before Twilio hears of it, noted after, asked for when in doubt.

Only forward, and claimed before any effect (reliability.md A1, R2-R5): whoever dies in between leaves a row that says
`sending`, which is asked for at Twilio and never blindly sent again.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.events import record
from app.core.jobs import defer
from app.messaging import holds, pacing, receipts, sealed
from app.messaging.carrier import Busy, CarrierError, Order, Refused, Taken
from app.messaging.errors import BUSY, UNKNOWN_DELIVERY
from app.messaging.models import Message
from app.messaging.outbox import SEND
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
    if message.state is MessageState.SENDING and message.claimed_at is not None:
        call_ends_at = message.claimed_at + timedelta(seconds=CALL_LIMIT_S * clock.rate)
        await _look_up(session, message, not_before=call_ends_at)
    if message.state is not MessageState.QUEUED:
        return None
    now = clock.now()
    if message.valid_until is not None and message.valid_until <= now:
        message.state = MESSAGE.after(message.state, "cancel")
        await record(session, "message.cancelled", message.id, topic=message.topic, reason="too late")
        return None
    hold = await holds.on(session, message)
    if hold is not None:
        if hold.reason is HoldReason.CARRIER and message.offer_id is not None:
            _claim(message, now)
            await session.flush()  # the database knows no step from queued to failed
            await _failed(session, message, hold.error_code or BUSY)
        return None
    soon = now + pacing.EARLY
    if message.slot_at is None:
        message.slot_at, soon = await pacing.reserve(session, message), now + pacing.BURST
    if message.slot_at >= soon:
        await defer(session, SEND, at=message.slot_at, priority=message.priority, message_id=message.id)
        return None
    _claim(message, now)
    return order_of(message)


def _claim(message: Message, now: datetime) -> None:
    message.state = MESSAGE.after(message.state, "claim")
    message.claimed_at = now
    message.attempts += 1


def order_of(message: Message) -> Order:
    """What the gateway needs of a message."""
    valid_for = None if message.valid_until is None else message.valid_until - clock.now()
    return Order(message.id, message.channel, message.number, sealed.opened(message.body), valid_for)


async def note(session: AsyncSession, message_id: int, answer: Taken | CarrierError) -> None:
    """Write down what the carrier said to a claimed message. A status callback may have been faster; that is fine."""
    message = await locked(session, Message, message_id)
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
