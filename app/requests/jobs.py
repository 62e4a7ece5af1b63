"""What follows from a filed request."""

from sqlalchemy import select

from app.core.database import begin
from app.core.events import on
from app.core.settings import get_settings
from app.messaging import outbox, texts
from app.requests.intake import topic
from app.requests.models import Request


@on("request.filed", name="requests.acknowledge")
async def acknowledge(subject_id: int) -> None:
    """Tell the agency's contact that the desk has the request, and its reference."""
    async with begin() as session:
        request = await session.scalar(select(Request).where(Request.id == subject_id))
        if request is not None:
            words = texts.request_received(request.reference, get_settings().desk_phone)
            await outbox.post_once(session, words, to=request.contact_phone, topic=topic(request))
