"""Jobs of messaging: send, look up what got lost, ask how it went. Each may run twice, or be taken over half done."""

from datetime import timedelta

from app.core.clock import clock
from app.core.database import begin
from app.core.jobs import defer, every, job
from app.messaging import gaps, gateway, holds, receipts, reconciling, sending
from app.messaging.carrier import CarrierError, Refused
from app.messaging.handing import hand_over
from app.messaging.models import Message
from app.messaging.outbox import SEND
from app.messaging.states import MessageState


@job(SEND)
async def send(message_id: int) -> None:
    """Claim, commit, hand over to Twilio outside any transaction, note the answer."""
    async with begin() as session:
        order = await sending.claim(session, message_id)
    if order is not None:
        await hand_over(order)


@job(sending.RECONCILE)
async def reconcile(message_id: int, turn: int) -> None:
    """Nobody knows whether Twilio has it: look in its list. Never send again."""
    async with begin() as session:
        message = await sending.doubted(session, message_id)
    if message is None or message.claimed_at is None:
        return
    try:
        found = await gateway.find(sending.order_of(message), message.claimed_at)
    except CarrierError:
        async with begin() as session:
            at = clock.now() + sending.LOOK_UP_AFTER
            await defer(session, sending.RECONCILE, at=at, message_id=message_id, turn=turn)
        return
    async with begin() as session:
        await sending.looked_up(session, message_id, found, turn)


@job(receipts.ASK_STATUS)
async def ask_status(message_id: int, turn: int) -> None:
    """The callback with the final status has not come: ask for it."""
    async with begin() as session:
        message = await session.get(Message, message_id)
    if message is None or message.state is not MessageState.SENT or message.sid is None:
        return
    try:
        said = await gateway.fetch(message.channel, message.sid)
    except Refused:
        said = None
    except CarrierError:  # it could not be asked, which is no answer: calls stand in no list that is compared
        async with begin() as session:
            message = await session.get_one(Message, message_id, with_for_update=True)
            await receipts.ask_later(session, message, turn)
        return
    async with begin() as session:
        message = await session.get_one(Message, message_id, with_for_update=True)
        if said is not None:
            await receipts.apply(session, message, said)
        await receipts.ask_later(session, message, turn + 1)


@every(timedelta(minutes=1), "messaging.tend")
async def tend() -> None:
    """A worker is alive; after a gap what waits is held; what was held for a time that is over goes out."""
    async with begin() as session:
        await gaps.notice(session)
        await holds.release_expired(session)


@every(timedelta(minutes=1), "messaging.read_missed")
async def read_missed() -> None:
    """Read the incoming texts whose webhook was lost."""
    await reconciling.read_missed()


@every(timedelta(minutes=5), "messaging.compare")
async def compare() -> None:
    """Compare our texts with the carrier's list."""
    await reconciling.compare()
