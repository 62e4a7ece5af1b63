"""After a long outage or a restored backup nothing that waited is flushed (reliability.md A10, R8).

What waits are texts, and jobs that would write some: both are from before the gap.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs_here
from app.core.clock import clock
from app.core.events import record
from app.core.settings import get_settings
from app.messaging import holds
from app.messaging.models import Message
from app.messaging.states import MESSAGE, MessageState
from app.watch import heartbeats


async def notice(session: AsyncSession) -> None:
    """Say that a worker is alive; when none was for too long, take back what is stale and hold the rest.

    Asked before a worker takes its first job, and every minute.
    """
    silence = await heartbeats.silent_for(session, heartbeats.WORKER)
    await heartbeats.beat(session, heartbeats.WORKER)
    if silence is None or silence <= heartbeats.too_long(get_settings().gap_minutes):
        return
    await _take_back_stale(session)
    if await holds.waiting_count(session) or await jobs_here.has_due(session):
        await holds.after_gap(session, silence)


async def _take_back_stale(session: AsyncSession) -> None:
    stale = select(Message).where(Message.state == MessageState.QUEUED, Message.valid_until <= clock.now())
    for message in await session.scalars(stale.order_by(Message.id).with_for_update(skip_locked=True)):
        message.state = MESSAGE.after(message.state, "cancel")
        await record(session, "message.cancelled", message.id, topic=message.topic, reason="too late")
