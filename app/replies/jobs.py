"""What follows from texts and keys that came in."""

from app.core.database import begin
from app.core.events import on
from app.messaging import sending
from app.messaging.handing import hand_over
from app.messaging.models import Message
from app.replies import reading


@on("text.received", name="replies.read", priority=1)
async def read(subject_id: int) -> None:
    """Read one text, and send what goes back: claimed with all it decides, handed over after the commit."""
    async with begin() as session:
        await reading.read_text(session, subject_id)
        orders = await sending.claim_answers(session)
    for order in orders:
        await hand_over(order)


@on("call.keyed", name="replies.read_key", priority=1)
async def read_key(subject_id: int) -> None:
    """Act on the key somebody pressed."""
    async with begin() as session:
        message = await session.get_one(Message, subject_id)
        is_heard = message.kind == "spoken_notice" and message.digits == "1"  # no answer to the offer
        if message.offer_id is not None and message.digits and not is_heard:
            await reading.read_key(session, message.id, message.offer_id, message.digits, message.number)
