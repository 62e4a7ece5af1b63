"""STOP, START, HELP and a wrong number: whether a phone is texted at all.

The carrier reads its own words by itself, ends or resumes our texts, and answers STOP, START, HELP and INFO (twilio.md
9): to those nothing of ours goes back. What people ask in their own words no carrier answers, so we do, once.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.settings import get_settings
from app.messaging import inbox, outbox, texts
from app.messaging.models import InboundMessage
from app.replies import saying
from app.replies.meaning import Kind
from app.replies.plain import bare
from app.replies.routing import Phone
from app.replies.vocabulary import OPT_OUT_WORDS

CARRIER_HELP = frozenset({"help", "info"})
RESUMING = frozenset({"start", "yes", "unstop"})
"""The carrier's opt-in words: a bare YES is one, although it may accept an offer as well."""


def is_stop(inbound: InboundMessage, kind: Kind) -> bool:
    """Whether the text ends texts, by our reading or by the carrier's."""
    return kind is Kind.STOP or inbound.opt_out_type == "STOP"


async def stop(session: AsyncSession, inbound: InboundMessage, phone: Phone) -> None:
    """No more texts to this number, whoever uses it. The desk is told; calls stay possible."""
    is_answered_by_carrier = bare(inbound.body) in OPT_OUT_WORDS or inbound.opt_out_type == "STOP"
    if not is_answered_by_carrier and not phone.is_stopped:
        await _last_word(session, inbound, phone, texts.texts_ended(phone.language))
    await _end_texts(session, phone)
    await inbox.escalate(session, inbound, Kind.STOP, expert_id=phone.experts[0].id)


async def wrong_number(session: AsyncSession, inbound: InboundMessage, phone: Phone) -> None:
    """The phone may have a new owner: nobody texts it until the desk has looked (reliability.md B8)."""
    if not phone.is_stopped:
        await _last_word(session, inbound, phone, texts.wrong_number(phone.language))
    await _end_texts(session, phone)
    await inbox.escalate(session, inbound, Kind.WRONG_NUMBER, expert_id=phone.experts[0].id)


async def resume(session: AsyncSession, phone: Phone) -> None:
    """Texts to this number may go out again."""
    for contact in phone.contacts:
        if contact.texts_stopped_at is not None:
            contact.texts_stopped_at = None
            await record(session, "contact.texts_started", contact.id, by=Actor("expert", contact.expert_id))


def resumes(inbound: InboundMessage) -> bool:
    """Whether the carrier texts this number again because of this text."""
    return inbound.opt_out_type == "START" or bare(inbound.body) in RESUMING


async def help_asked(session: AsyncSession, inbound: InboundMessage, phone: Phone) -> None:
    """HELP. The carrier answers its own words; any other word for it we answer."""
    await inbox.mark_read(session, inbound, Kind.HELP, expert_id=phone.experts[0].id)
    if bare(inbound.body) not in CARRIER_HELP and inbound.opt_out_type != "HELP":
        words = texts.help_text(get_settings().desk_phone, phone.language)
        await saying.reply(session, inbound, words, stopped=phone.is_stopped)


async def _end_texts(session: AsyncSession, phone: Phone) -> None:
    for contact in phone.contacts:
        if contact.texts_stopped_at is None:
            contact.texts_stopped_at = clock.now()
            await record(session, "contact.texts_stopped", contact.id, by=Actor("expert", contact.expert_id))


async def _last_word(session: AsyncSession, inbound: InboundMessage, phone: Phone, words: texts.Text) -> None:
    """Carriers and the FCC allow one confirmation after an opt-out (domain.md 5.1)."""
    await outbox.post(session, words, to=inbound.number, topic="", expert_id=phone.experts[0].id, priority=2)
