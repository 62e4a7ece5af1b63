"""What goes out: a row and a job in the caller's own transaction. Twilio comes after the commit (`jobs.py`)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, String, and_, any_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.events import record
from app.core.jobs import defer
from app.core.sealing import lookup
from app.core.text import phone_number
from app.messaging.models import Message
from app.messaging.states import MESSAGE, Channel, MessageState
from app.messaging.texts import Text, plain

SEND = "messaging.send"
ANSWERS = "answers"
"""Where a session keeps what its own job sends after the commit."""
QUESTION = "spoken_offer"
"""Kind of the calls that ask whether somebody comes."""
RINGING = (MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN)
"""Of a call: it may ring, or be talked on, at this moment."""
LAST_WORDS = ("texts_ended", "wrong_number")
"""Kinds that confirm an end of texts: the only ones sent after it."""


async def post(
    session: AsyncSession,
    words: Text,
    *,
    to: str,
    topic: str,
    expert_id: int | None = None,
    offer_id: int | None = None,
    valid_until: datetime | None = None,
    priority: int = 0,
    channel: Channel = Channel.TEXT,
) -> Message:
    """Have a text sent after this transaction commits; rolled back, it never was.

    Args:
        session: the transaction of the change that it tells about.
        words: one of `texts`.
        to: the number, E.164 or as people in the United States write it.
        topic: whose story it belongs to: "request:12".
        expert_id: who gets it, if an expert.
        offer_id: the offer it is about.
        valid_until: not sent, and not delivered, after this moment.
        priority: above 0 when somebody is waiting for it; it then overtakes a long queue.
        channel: how; `call` says it for calls.

    Returns:
        The row, flushed, so that it has its id.

    Raises:
        Invalid: `to` is not a number.
    """
    message = _message(words, to, topic, expert_id, offer_id, channel)
    message.valid_until, message.priority = valid_until, priority
    session.add(message)
    await session.flush()
    await defer(session, SEND, priority=priority, message_id=message.id)
    return message


def _message(  # noqa: PLR0917 - the columns
    words: Text, to: str, topic: str, expert_id: int | None, offer_id: int | None, channel: Channel
) -> Message:
    words = words if channel is Channel.CALL else plain(words)
    return Message(
        channel=channel, kind=words.kind, number=_e164(to), body=words.body, language=words.language,
        expert_id=expert_id, offer_id=offer_id, topic=topic, state=MessageState.QUEUED, attempts=0,
        queued_at=clock.now(),
    )  # fmt: skip


def answer(
    session: AsyncSession,
    words: Text,
    *,
    to: str,
    topic: str,
    expert_id: int | None = None,
    offer_id: int | None = None,
    channel: Channel = Channel.TEXT,
) -> None:
    """Like `post`, for a job that claims what it answers (`sending.claim_answers`) and sends it after its own commit.

    Somebody waits for it, so it goes first.
    """
    message = _message(words, to, topic, expert_id, offer_id, channel)
    message.priority = 2
    session.add(message)
    session.info.setdefault(ANSWERS, []).append(message)


async def call(
    session: AsyncSession,
    words: Text,
    *,
    to: str,
    topic: str,
    expert_id: int | None = None,
    offer_id: int | None = None,
    valid_until: datetime | None = None,
    priority: int = 0,
) -> Message:
    """Have a number called after this transaction commits, and spoken `words` said there. Otherwise as `post`."""
    return await post(
        session, words, to=to, topic=topic, expert_id=expert_id, offer_id=offer_id,
        valid_until=valid_until, priority=priority, channel=Channel.CALL,
    )  # fmt: skip


_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key", type_=String), 0)))
_THERE = (
    select(Message.id)
    .where(Message.number == bindparam("number"), Message.topic == bindparam("topic"))
    .where(Message.kind == bindparam("kind"))
    .limit(1)
)


async def post_once(session: AsyncSession, words: Text, *, to: str, topic: str, priority: int = 0) -> Message | None:
    """Like `post`, but one kind of text goes to one number once in a topic: for jobs that may run twice.

    Returns:
        The row, or None when there was one already.
    """
    number = _e164(to)
    await session.execute(_ONE_AT_A_TIME, {"key": f"{topic} {words.kind} {lookup(number)}"})
    there = await session.scalar(_THERE, {"number": number, "topic": topic, "kind": words.kind})
    return None if there else await post(session, words, to=number, topic=topic, priority=priority)


_WAITS = Message.state == MessageState.QUEUED
_RINGS = and_(Message.kind == QUESTION, Message.state.in_(RINGING))
_ENDED = func.greatest(
    Message.claimed_at, func.least(Message.valid_until, bindparam("now", type_=DateTime(timezone=True)))
)
_TAKING_BACK = (
    update(Message)
    .where(Message.offer_id == bindparam("about_offer", type_=BigInteger), or_(_WAITS, _RINGS))
    .values(
        state=case((_WAITS, MessageState.CANCELLED), else_=Message.state),
        valid_until=case((_WAITS, Message.valid_until), else_=_ENDED),
    )
    .returning(Message.state)
)


async def cancel_waiting(session: AsyncSession, offer_id: int) -> int:
    """Take back the texts and calls of an offer that have not gone out. A phone that rings is asked nothing any more.

    Returns:
        How many have not gone out.
    """
    changed = await session.scalars(_TAKING_BACK, {"about_offer": offer_id, "now": clock.now()})
    return sum(state is MessageState.CANCELLED for state in changed.all())


async def waiting_to(session: AsyncSession, number: str) -> list[Message]:
    """Texts to a number that have not gone out, but for the last word after an end of texts."""
    waiting = select(Message).where(
        Message.number == number, Message.state == MessageState.QUEUED, Message.channel == Channel.TEXT,
        Message.kind.not_in(LAST_WORDS),
    )  # fmt: skip
    return list(await session.scalars(waiting.order_by(Message.id)))


async def cancel(session: AsyncSession, message_id: int, reason: str) -> bool:
    """Take one message back ("message.cancelled"); False when it has gone out."""
    message = await locked(session, Message, message_id)
    if message.state is not MessageState.QUEUED:
        return False
    message.state = MESSAGE.after(message.state, "cancel")
    await record(session, "message.cancelled", message.id, topic=message.topic, reason=reason)
    return True


_LATELY = select(func.count()).where(
    Message.number == bindparam("number"), Message.kind == any_(bindparam("kinds", type_=ARRAY(String))),
    Message.queued_at >= bindparam("since"),
)  # fmt: skip


async def asked_lately(session: AsyncSession, number: str, kinds: Iterable[str], since: datetime) -> int:
    """How many texts of `kinds` went to `number` since then: so that two automatic answerers do not talk for ever."""
    count = await session.scalar(_LATELY, {"number": number, "kinds": list(kinds), "since": since})
    return count or 0


def _e164(number: str) -> str:
    return number if number.startswith("+") else phone_number(number)
