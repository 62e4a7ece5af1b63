"""What pages show of texts and calls."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.core.text import segments
from app.messaging import holds, pacing, sealed
from app.messaging.errors import in_words
from app.messaging.models import InboundMessage, Message, SendingHold
from app.messaging.states import Channel, InboundState, MessageState

WORDS = {
    MessageState.QUEUED: "Waiting to go out",
    MessageState.SENDING: "Going out",
    MessageState.SENT: "Sent, not confirmed yet",
    MessageState.DELIVERED: "Delivered",
    MessageState.UNDELIVERED: "Not delivered",
    MessageState.FAILED: "Could not be sent",
    MessageState.UNKNOWN: "Unknown, asking the carrier",
    MessageState.CANCELLED: "Taken back, not sent",
}
CALL_WORDS = {
    "answered_by_person": "Answered",
    "voicemail": "Voicemail, nobody reached",
    "busy": "Busy",
    "no_answer": "No answer",
    "no_key": "Picked up, no key pressed",
    "failed": "Call failed",
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text or call of ours, as pages show it.

    Args:
        state: where it stands; `in_words` says it for people, `why` the reason of a failure.
        at: when it got there, as far as is known.
        is_contact: whether it reached a person: delivered, or a key pressed.
    """

    id: int
    channel: Channel
    kind: str
    number: str
    body: str
    expert_id: int | None
    offer_id: int | None
    state: MessageState
    in_words: str
    why: str
    at: datetime
    is_contact: bool


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text somebody sent us, as pages show it."""

    id: int
    number: str
    body: str
    at: datetime
    state: InboundState
    meaning: str
    expert_id: int | None
    offer_id: int | None
    topic: str
    settled_by: str


async def of_topic(session: AsyncSession, topic: str, limit: int = 200) -> list[Outgoing]:
    """The texts and calls of one story, newest first."""
    return await _outgoing(session, Message.topic == topic, limit)


async def of_offer(session: AsyncSession, offer_id: int) -> list[Outgoing]:
    """The texts and calls about one offer, newest first."""
    return await _outgoing(session, Message.offer_id == offer_id, 100)


async def to_number(session: AsyncSession, number: str, limit: int = 50) -> list[Outgoing]:
    """The texts and calls to one number, newest first."""
    return await _outgoing(session, Message.number == number, limit)


async def from_number(session: AsyncSession, number: str, limit: int = 50) -> list[Incoming]:
    """What one number texted us, newest first."""
    return await _incoming(session, InboundMessage.number == number, limit)


async def waiting(session: AsyncSession, limit: int = 100) -> list[Incoming]:
    """The desk's inbox: texts that a person has to read, newest first."""
    return await _incoming(session, InboundMessage.state == InboundState.NEEDS_PERSON, limit)


async def waiting_since(session: AsyncSession) -> list[datetime]:
    """When each text came that a person has to read."""
    query = select(InboundMessage.received_at).where(InboundMessage.state == InboundState.NEEDS_PERSON)
    return list(await session.scalars(query))


async def waiting_count(session: AsyncSession) -> int:
    """How many texts wait for a person."""
    count = await session.scalar(
        select(func.count())
        .select_from(InboundMessage)
        .where(InboundMessage.state == InboundState.NEEDS_PERSON)
    )  # fmt: skip
    return count or 0


@dataclass(frozen=True, slots=True)
class Batch:
    """One kind of text of one story that is still going out: how many there are, wait, and have gone."""

    topic: str
    kind: str
    total: int
    waiting: int

    @property
    def gone(self) -> int:
        """How many are out of the queue."""
        return self.total - self.waiting


@dataclass(frozen=True, slots=True)
class Sending:
    """How the sending goes.

    Args:
        waiting: messages that wait to go out.
        ends_at: when the last of them is out at this pace; None when nothing waits or it is held.
        batches: what they are, the largest first.
        holds: why texts wait, if they are held.
    """

    waiting: int
    segments_per_second: float
    ends_at: datetime | None
    batches: tuple[Batch, ...]
    holds: tuple[SendingHold, ...]


async def sending(session: AsyncSession) -> Sending:
    """What waits to go out now, how far it has got, and when the last of it will be out."""
    held = tuple(await holds.active(session))
    batches = await _batches(session)
    waiting = sum(batch.waiting for batch in batches)
    rate = get_settings().texts_per_second
    ends_at = None
    if waiting and not held:
        without_slot = select(Message.body).where(
            Message.state == MessageState.QUEUED, Message.slot_at.is_(None), Message.channel == Channel.TEXT
        )
        todo = sum(segments(sealed.measured(body)) for body in await session.scalars(without_slot))
        ends_at = await pacing.free_at(session) + timedelta(seconds=todo / rate)
    return Sending(waiting, rate, ends_at, tuple(batches), held)


async def _batches(session: AsyncSession) -> list[Batch]:
    """The stories and kinds of which something waits; what is of the same kind and story and lately queued counts."""
    is_queued = Message.state == MessageState.QUEUED
    waits = select(Message.topic, Message.kind).where(is_queued).distinct().subquery()
    rows = await session.execute(
        select(Message.topic, Message.kind, func.count(), func.count().filter(is_queued))
        .join(waits, (Message.topic == waits.c.topic) & (Message.kind == waits.c.kind))
        .where(Message.queued_at > clock.now() - timedelta(days=1))
        .group_by(Message.topic, Message.kind)
        .order_by(func.count().filter(is_queued).desc())
        .limit(20)
    )
    return [Batch(*row) for row in rows]


async def _outgoing(session: AsyncSession, where: ColumnElement[bool], limit: int) -> list[Outgoing]:
    rows = await session.scalars(select(Message).where(where).order_by(Message.id.desc()).limit(limit))
    return [_shown(row) for row in rows]


async def _incoming(session: AsyncSession, where: ColumnElement[bool], limit: int) -> list[Incoming]:
    rows = await session.scalars(select(InboundMessage).where(where).order_by(InboundMessage.id.desc()).limit(limit))
    return [
        Incoming(
            row.id, row.number, row.body, row.received_at, row.state, row.meaning or "", row.expert_id, row.offer_id,
            row.topic, row.settled_by or "",
        )
        for row in rows
    ]  # fmt: skip


def _shown(row: Message) -> Outgoing:
    is_call = row.channel is Channel.CALL
    words = "Calling" if is_call and row.state is MessageState.SENT else WORDS[row.state]
    return Outgoing(
        row.id, row.channel, row.kind, row.number, row.body, row.expert_id, row.offer_id, row.state,
        in_words=CALL_WORDS.get(row.outcome or "", words),
        why=in_words(row.error_code),
        at=row.delivered_at or row.sent_at or row.claimed_at or row.queued_at,
        is_contact=row.outcome == "answered_by_person" if is_call else row.state is MessageState.DELIVERED,
    )  # fmt: skip


async def was_never_made(session: AsyncSession, message_id: int) -> bool:
    """Whether no message of this database can have had this id: its numbers have not come so far."""
    last = await session.scalar(text("select last_value from messages_id_seq"))
    return message_id > (last or 0)
