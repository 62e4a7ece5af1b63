"""When a sender may send next: slots given out one after the other, shared by all workers through the database.

A text reserves its slot once and is due again at that moment, so a thousand waiting texts do not ask a thousand times.
Who is waiting for an answer does not queue behind a recall: texts with priority have a lane of their own, and each
pushes the common lane back by its length, so that over time the sender's rate holds.
"""

from datetime import datetime, timedelta

from sqlalchemy import Interval, cast, func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.core.text import segments
from app.messaging.models import Message, SenderPace
from app.messaging.states import Channel

BURST = timedelta(seconds=1)
"""A slot this near counts as now: the carrier queues that much by itself, and most texts need no second look."""
CALL_SPAN = timedelta(seconds=1)
"""Twilio starts one call a second."""


async def reserve(session: AsyncSession, message: Message) -> datetime:
    """Reserve the next slot of the sender for `message`, on our clock."""
    sender = get_settings().twilio_from
    if message.channel is Channel.CALL:
        return await _next(session, f"{sender} calls", CALL_SPAN)
    span = timedelta(seconds=segments(message.body) / get_settings().texts_per_second)
    if message.priority > 0:
        slot = await _next(session, f"{sender} urgent", span)
        await _next(session, f"{sender} texts", span)
        return slot
    return await _next(session, f"{sender} texts", span)


async def _next(session: AsyncSession, lane: str, span: timedelta) -> datetime:
    """Take `span` of a lane from its next free moment on. Its row stays locked until the transaction ends."""
    now = clock.now()
    length = cast(literal(span), Interval)
    taken_until: datetime | None = await session.scalar(
        insert(SenderPace)
        .values(number=lane, free_at=now + span)
        .on_conflict_do_update(
            index_elements=["number"], set_={"free_at": func.greatest(SenderPace.free_at, now) + length}
        )
        .returning(SenderPace.free_at)
    )
    assert taken_until is not None  # noqa: S101 - an upsert always returns its row
    return taken_until - span
