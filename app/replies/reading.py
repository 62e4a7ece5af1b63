"""Read one incoming text to its end: what it means, whose it is, what it does, what goes back."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.settings import get_settings
from app.deployments.models import Deployment
from app.dispatch import answers
from app.dispatch.answers import Answer
from app.dispatch.models import Offer
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.messaging import inbox, outbox, texts
from app.messaging.models import InboundMessage
from app.replies import routing
from app.replies.meaning import Kind, Meaning, read

ANSWERS = {Kind.YES: Answer.YES, Kind.NO: Answer.NO, Kind.CONDITIONAL: Answer.CONDITIONAL}
QUIET = timedelta(minutes=1)
"""At most one automatic answer of a kind to a number in this time: two machines must not talk for ever."""


async def read_text(session: AsyncSession, inbound_id: int) -> None:
    """Read a kept text and act on it. A second run finds it read."""
    inbound = await inbox.take(session, inbound_id)
    if inbound is None:
        return
    meaning = read(inbound.body)
    found = await routing.find(session, inbound.number, meaning.code)
    if not found.is_known:
        await inbox.ignore(session, inbound)
    elif meaning.kind in (Kind.STOP, Kind.START, Kind.HELP):
        await _about_texts(session, inbound, found, meaning)
    elif found.offer is None:
        await _no_single_offer(session, inbound, found, meaning)
    elif meaning.kind not in ANSWERS:
        await _unclear(session, inbound, found.offer)
    else:
        await _answer(session, inbound, found.offer, meaning)


async def _reply(session: AsyncSession, inbound: InboundMessage, words: texts.Text, offer: Offer | None = None) -> None:
    """Text back to the number it came from, unless the same was said a moment ago."""
    if await outbox.asked_lately(session, inbound.number, words.kind, clock.now() - QUIET):
        return
    await outbox.post(
        session, words, to=inbound.number, topic=inbound.topic, expert_id=inbound.expert_id,
        offer_id=offer.id if offer else None, priority=2,
    )  # fmt: skip


async def _topic_of(session: AsyncSession, offer: Offer) -> str:
    deployment = await session.get_one(Deployment, offer.deployment_id)
    return f"request:{deployment.request_id}"


async def _answer(session: AsyncSession, inbound: InboundMessage, offer: Offer, meaning: Meaning) -> None:
    expert = await session.get_one(Expert, offer.expert_id)
    by = Actor("expert", expert.id, expert.name)
    said = ANSWERS[meaning.kind]
    words = await answers.take(session, offer.id, said, inbound.body, by=by, message_id=inbound.id)
    topic = await _topic_of(session, offer)
    if said is Answer.CONDITIONAL or words.kind == "too_late":
        await inbox.escalate(session, inbound, words.kind, offer_id=offer.id, expert_id=expert.id, topic=topic)
    else:
        await inbox.mark_read(session, inbound, meaning.kind, offer_id=offer.id, expert_id=expert.id, topic=topic)
    await _reply(session, inbound, words, offer)


async def _unclear(session: AsyncSession, inbound: InboundMessage, offer: Offer) -> None:
    """Never taken as a yes: a person sees it, and the writer is asked once."""
    topic = await _topic_of(session, offer)
    await inbox.escalate(session, inbound, Kind.UNCLEAR, offer_id=offer.id, expert_id=offer.expert_id, topic=topic)
    words = texts.not_clear(await words_of(session, offer))
    if offer.state in routing.AWAITING and not await outbox.asked_lately(
        session, inbound.number, words.kind, offer.asked_at
    ):
        await _reply(session, inbound, words, offer)


async def _no_single_offer(
    session: AsyncSession, inbound: InboundMessage, found: routing.Found, meaning: Meaning
) -> None:
    expert_id = found.contacts[0].expert_id
    desk_phone = get_settings().desk_phone
    if found.offers:
        words = texts.which_one([await words_of(session, offer) for offer in found.offers])
        await inbox.mark_read(session, inbound, "which_one", expert_id=expert_id)
    else:
        words = texts.wrong_code(desk_phone) if meaning.code else texts.no_open_offer(desk_phone)
        await inbox.escalate(session, inbound, words.kind, expert_id=expert_id)
    await _reply(session, inbound, words)


async def _about_texts(session: AsyncSession, inbound: InboundMessage, found: routing.Found, meaning: Meaning) -> None:
    """STOP, START, HELP. The carrier answers STOP and START itself; the desk must know of a STOP."""
    expert_id = found.contacts[0].expert_id
    if meaning.kind is Kind.HELP:
        await inbox.mark_read(session, inbound, Kind.HELP, expert_id=expert_id)
        await _reply(session, inbound, texts.help_text(get_settings().desk_phone))
        return
    stopped_at = clock.now() if meaning.kind is Kind.STOP else None
    for contact in found.contacts:
        contact.texts_stopped_at = stopped_at
        name = "contact.texts_stopped" if stopped_at else "contact.texts_started"
        await record(session, name, contact.id, by=Actor("expert", contact.expert_id))
    if stopped_at:
        await inbox.escalate(session, inbound, Kind.STOP, expert_id=expert_id)
    else:
        await inbox.mark_read(session, inbound, Kind.START, expert_id=expert_id)


KEYS = {"1": Answer.YES, "2": Answer.NO}
"""What the keys of a call mean; 9 asks for a person."""


async def read_key(session: AsyncSession, message_id: int, offer_id: int, digits: str, number: str) -> None:
    """Act on a key pressed in a call; what was spoken said a text follows, and it does."""
    offer = await session.get_one(Offer, offer_id)
    expert = await session.get_one(Expert, offer.expert_id)
    topic = await _topic_of(session, offer)
    answer = KEYS.get(digits)
    if answer is None:
        kept = {"MessageSid": f"call:{message_id}", "From": number, "Body": f"(pressed {digits} in a call)"}
        await _wants_person(session, kept, offer, topic)
        return
    by = Actor("expert", expert.id, expert.name)
    words = await answers.take(session, offer.id, answer, f"pressed {digits} in a call", by=by)
    await outbox.post(session, words, to=number, topic=topic, expert_id=expert.id, offer_id=offer.id, priority=2)


async def _wants_person(session: AsyncSession, kept: dict[str, str], offer: Offer, topic: str) -> None:
    """A key that asks for a person lands where unread texts do: in the desk's inbox, once."""
    inbound = await inbox.receive(session, kept)
    taken = await inbox.take(session, inbound.id) if inbound else None
    if taken is not None:
        await inbox.escalate(session, taken, "wants_person", offer_id=offer.id, expert_id=offer.expert_id, topic=topic)
