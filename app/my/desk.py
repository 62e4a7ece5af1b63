"""What an expert tells the desk from a page lands where texts do that a person must read: in the desk's inbox."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.dispatch.offers import contacts_of
from app.experts.models import Expert
from app.messaging import inbox
from app.messaging.models import InboundMessage

ONCE_IN = timedelta(minutes=15)
"""The same wish pressed again within this time is the same wish."""


async def tell(
    session: AsyncSession, expert: Expert, meaning: str, body: str, *, offer_id: int | None = None, topic: str = ""
) -> bool:
    """Put something before the desk; False when it is there already."""
    recent = select(InboundMessage.body).where(
        InboundMessage.expert_id == expert.id, InboundMessage.meaning == meaning,
        InboundMessage.received_at > clock.now() - ONCE_IN,
    )  # fmt: skip
    contacts = await contacts_of(session, expert.id)
    if not contacts or body in (await session.scalars(recent)).all():
        return False
    form = {"MessageSid": f"page:{uuid4()}", "From": contacts[0].number, "Body": body}
    kept = await inbox.receive(session, form)
    taken = await inbox.take(session, kept) if kept else None
    if taken is None:
        return False
    await inbox.escalate(session, taken, meaning, offer_id=offer_id, expert_id=expert.id, topic=topic)
    return True
