"""Answers to a drill: counted, late ones noted, and thanked for. Never taken for an answer to an offer."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor
from app.drills import service
from app.messaging import inbox, texts
from app.messaging.models import InboundMessage
from app.replies import saying
from app.replies.meaning import Kind, Meaning
from app.replies.plain import bare
from app.replies.routing import Phone


def _may_be_of_a_drill(inbound: InboundMessage, phone: Phone, meaning: Meaning) -> bool:
    """Whether to look for a drill: its code says so, or a bare answer that can belong to no offer."""
    if meaning.code is not None:
        return meaning.code.startswith("D")
    if meaning.kind is not Kind.YES or phone.awaiting:
        return False
    return bare(inbound.body) == "1" or not phone.asked_about(None, clock.now())


async def take(session: AsyncSession, inbound: InboundMessage, phone: Phone, meaning: Meaning) -> bool:
    """Count a text as the answer to a drill.

    Returns:
        False when it is none; nothing has happened then.
    """
    if not _may_be_of_a_drill(inbound, phone, meaning):
        return False
    expert = phone.experts[0]
    by = Actor("expert", expert.id, expert.name)
    counted = await service.answered(session, inbound.number, meaning.code, inbound.received_at, by=by)
    if counted is None:
        return False
    drill, is_in_time = counted
    words = (texts.drill_thanks if is_in_time else texts.drill_over)(drill.code, phone.language)
    await inbox.mark_read(session, inbound, words.kind, expert_id=expert.id, topic=service.topic(drill.id))
    await saying.reply(session, inbound, words, stopped=phone.is_stopped)
    return True
