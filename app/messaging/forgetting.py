"""Texts of somebody who is erased: that there were some stays, number and words do not."""

from collections.abc import Collection

from sqlalchemy import and_, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.retention import NOBODY
from app.messaging.models import InboundMessage, Message


async def forget(session: AsyncSession, expert_id: int, numbers: Collection[str]) -> None:
    """Empty an expert's texts and calls, both ways.

    Args:
        session: the transaction of the erasure.
        expert_id: whose.
        numbers: that nobody else has: what came from them belongs to nobody else either.
    """
    unknown = and_(InboundMessage.expert_id.is_(None), InboundMessage.number.in_(numbers))
    theirs = or_(InboundMessage.expert_id == expert_id, unknown)
    await session.execute(update(InboundMessage).where(theirs).values(number=NOBODY, body=""))
    sent = or_(Message.expert_id == expert_id, and_(Message.expert_id.is_(None), Message.number.in_(numbers)))
    await session.execute(update(Message).where(sent).values(number=NOBODY, body=""))
