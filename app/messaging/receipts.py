"""What the carrier reports of a text or call, in any order, twice, or late: state only moves forward."""

import logging
from datetime import timedelta

from sqlalchemy import BigInteger, DateTime, String, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import record, signal, signalling
from app.core.jobs import defer
from app.messaging import holds
from app.messaging.carrier import Order, Taken
from app.messaging.models import Message
from app.messaging.states import MESSAGE, Channel, MessageState

logger = logging.getLogger(__name__)
ASK_STATUS = "messaging.ask_status"
ASK_AFTER = (timedelta(seconds=60), timedelta(minutes=5), timedelta(minutes=30))
"""When the status of what has no final one is asked for, each after the one before."""
UNDER_WAY = frozenset(
    {"queued", "accepted", "scheduled", "sending", "sent", "initiated", "ringing", "answered", "in-progress"}
)
TEXT_ENDS = {
    "delivered": "deliver", "read": "deliver", "partially_delivered": "deliver",
    "undelivered": "undeliver", "failed": "refuse", "canceled": "refuse",
}  # fmt: skip
"""The carrier's last word on a text, and our verb for it."""
CALL_ENDS = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "failed"}
"""The carrier's last word on a call nobody took, and our outcome for it."""
PERSON, VOICEMAIL, NO_KEY = "answered_by_person", "voicemail", "no_key"


_MESSAGES = Message.metadata.tables[Message.__tablename__]
_MOMENT = DateTime(timezone=True)
_FIRST_WORD = (
    update(_MESSAGES)
    .where(_MESSAGES.c.id == bindparam("message_id", type_=BigInteger))
    .where(_MESSAGES.c.state == MessageState.SENDING, _MESSAGES.c.sid.is_(None))
    .values(
        sid=bindparam("said_sid", type_=String),
        state=bindparam("after", type_=_MESSAGES.c.state.type),
        sent_at=bindparam("now", type_=_MOMENT),
        delivered_at=bindparam("at_its_end", type_=_MOMENT),
    )
    .returning(signalling(_MESSAGES.c.topic))
)


async def apply_first(session: AsyncSession, order: Order, said: Taken) -> bool:
    """Move a claimed message as far as the carrier's answer to it says, in one statement.

    Returns:
        False, and nothing is done, where that is not all: something was heard of it before, or it is no good news.
    """
    verb = "take" if said.status in UNDER_WAY else TEXT_ENDS.get(said.status)
    if verb not in ("take", "deliver") or (verb == "deliver" and order.channel is Channel.CALL):
        return False
    now, after = clock.now(), MESSAGE.after(MessageState.SENDING, verb)
    ended = now if verb == "deliver" else None
    given = {"message_id": order.message_id, "said_sid": said.sid, "after": after, "now": now, "at_its_end": ended}
    if (await session.execute(_FIRST_WORD, given)).first() is None:
        return False
    if verb == "take":
        await _ask_after(session, order.message_id, 0)
    return True


async def apply(session: AsyncSession, message: Message, said: Taken) -> None:
    """Move a locked message as far as what the carrier said allows. Old news and repeated news change nothing."""
    if message.sid is not None and message.sid != said.sid:
        logger.warning("message %s: the carrier has a second one of it, %s", message.id, said.sid)
        return
    if message.state is MessageState.QUEUED:  # claims come first; nothing can be known of it yet
        return
    message.sid = said.sid
    if said.status in UNDER_WAY:
        await _take(session, message)
    elif message.channel is Channel.CALL:
        await _call_ended(session, message, said)
    elif said.status in TEXT_ENDS:
        await _text_ended(session, message, said)
    await session.flush()


async def called(session: AsyncSession, message: Message, sid: str | None) -> None:
    """Keep a call's sid from its own webhook: whoever placed the call may have died before noting it.

    Without it nobody can ask how the call ended.
    """
    if not sid or message.sid is not None or message.state is MessageState.QUEUED:
        return
    if await session.scalar(select(Message.id).where(Message.sid == sid)) is None:
        message.sid = sid
        await session.flush()


async def answered_by_machine(session: AsyncSession, message: Message) -> None:
    """A machine took the call. Not contact, whatever the carrier's last word will be."""
    await _take(session, message)
    message.outcome = message.outcome or VOICEMAIL
    await session.flush()


async def keyed(session: AsyncSession, message: Message, digits: str) -> None:
    """A key was pressed, which only a person does ("call.keyed"). The first counts."""
    if message.digits is not None:
        return
    await _take(session, message)
    message.digits, message.outcome = digits, PERSON
    await record(session, "call.keyed", message.id, topic=message.topic, digits=digits)


async def ask_later(session: AsyncSession, message: Message, turn: int) -> None:
    """Without a final status, ask for it: after a minute, after some more, and at last no more (C1)."""
    if message.state is MessageState.SENT and turn < len(ASK_AFTER):
        await _ask_after(session, message.id, turn)


async def _ask_after(session: AsyncSession, message_id: int, turn: int) -> None:
    await defer(session, ASK_STATUS, at=clock.now() + ASK_AFTER[turn], message_id=message_id, turn=turn)


async def _take(session: AsyncSession, message: Message) -> None:
    if MESSAGE.can(message.state, "take"):
        message.state = MESSAGE.after(message.state, "take")
        message.sent_at = clock.now()
        await ask_later(session, message, 0)
        await signal(session, message.topic)


async def _text_ended(session: AsyncSession, message: Message, said: Taken) -> None:
    verb = TEXT_ENDS[said.status]
    if not MESSAGE.can(message.state, verb):
        return
    message.state = MESSAGE.after(message.state, verb)
    message.sent_at = message.sent_at or clock.now()
    if verb == "deliver":
        message.delivered_at = clock.now()
        await signal(session, message.topic)
    else:
        message.error_code = said.error_code
        await record(session, "message.undelivered", message.id, topic=message.topic, error_code=said.error_code)
        await holds.after_error(session, said.error_code)


async def _call_ended(session: AsyncSession, message: Message, said: Taken) -> None:
    """Only a key proves a person: a call taken without one is no contact (domain.md 5.5)."""
    verb = "deliver" if message.digits else "undeliver"
    if not MESSAGE.can(message.state, verb):
        return
    message.state = MESSAGE.after(message.state, verb)
    message.sent_at = message.sent_at or clock.now()
    message.outcome = _outcome(message, said)
    await record(session, "call.ended", message.id, topic=message.topic, outcome=message.outcome)


def _outcome(message: Message, said: Taken) -> str:
    if message.outcome is not None:
        return message.outcome
    if said.status in CALL_ENDS:
        return CALL_ENDS[said.status]
    is_machine = (said.answered_by or "").startswith(("machine", "fax"))
    return VOICEMAIL if is_machine else NO_KEY
