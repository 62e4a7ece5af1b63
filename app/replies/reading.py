"""Read one incoming text to its end: what it means, whose it is, what it does, what goes back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, Event
from app.core.settings import get_settings
from app.deployments.models import Deployment
from app.dispatch import answers
from app.dispatch.answers import Answer
from app.dispatch.models import Offer
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.messaging import inbox, outbox, sending, texts
from app.messaging.models import InboundMessage
from app.messaging.states import Channel, InboundState
from app.replies import away, drilling, optouts, road, routing, saying, staying
from app.replies.meaning import Kind, Meaning, acknowledges, read
from app.replies.routing import Phone

ANSWERS = {Kind.YES: Answer.YES, Kind.NO: Answer.NO, Kind.CONDITIONAL: Answer.CONDITIONAL}
ABOUT_MYSELF = {
    Kind.AWAY: "AWAY 12/20-12/27 {name}", Kind.BACK: "BACK {name}", Kind.STATUS: "STATUS {name}",
    Kind.ARRIVED: "ARRIVED {name}", Kind.HOME: "HOME {name}", Kind.DELAYED: "DELAYED {name}",
    Kind.LEFT: "LEFT {name}", Kind.RELIEF: "RELIEF {name}",
}  # fmt: skip
"""What is about the writer, not about an offer; and how to say who that is on a shared phone."""
FOR_THE_DESK = ("deferred", "too_late", "still_yours")
"""Outcomes of an answer that a person decides."""


async def read_text(session: AsyncSession, inbound_id: int) -> None:
    """Read a kept text and act on it. A second run finds it read, and sees to what the first may not have sent."""
    inbound = await inbox.take(session, inbound_id)
    if inbound is None:
        await sending.look_up_answers(session, inbound_id)
        return
    phone = await routing.phone_of(session, inbound.number)
    meaning = read(inbound.body, phone.codes, phone.names)
    if not phone.is_known:
        await inbox.ignore(session, inbound)
        return
    if optouts.resumes(inbound):
        await optouts.resume(session, phone)
    if optouts.is_stop(inbound, meaning.kind):
        await optouts.stop(session, inbound, phone)
    elif meaning.kind is Kind.START:
        await inbox.mark_read(session, inbound, Kind.START, expert_id=phone.experts[0].id)
    elif meaning.kind is Kind.HELP:
        await optouts.help_asked(session, inbound, phone)
    elif meaning.kind is Kind.WRONG_NUMBER:
        await optouts.wrong_number(session, inbound, phone)
    elif meaning.kind in ABOUT_MYSELF:
        await _about_myself(session, inbound, phone, meaning.kind)
    elif await staying.take(session, inbound, phone, meaning) or await drilling.take(session, inbound, phone, meaning):
        return
    else:
        await _about_an_offer(session, inbound, phone, meaning)


async def _about_myself(session: AsyncSession, inbound: InboundMessage, phone: Phone, kind: Kind) -> None:
    writer = phone.writer(inbound.body)
    if writer is None:
        await inbox.mark_read(session, inbound, "say_your_name", expert_id=phone.experts[0].id)
        example = ABOUT_MYSELF[kind].format(name=phone.names[0].split()[0].upper())
        words = texts.say_your_name(example, phone.language)
        await saying.reply(session, inbound, words, stopped=phone.is_stopped)
    elif kind is Kind.AWAY:
        await away.leave(session, inbound, phone, writer)
    elif kind is Kind.BACK:
        await away.come_back(session, inbound, phone, writer)
    elif kind is Kind.STATUS:
        await road.status(session, inbound, phone, writer)
    else:
        await road.note(session, inbound, phone, writer, kind)


async def _about_an_offer(session: AsyncSession, inbound: InboundMessage, phone: Phone, meaning: Meaning) -> None:
    asked = phone.asked_about(meaning.code, clock.now())
    is_anybodys = phone.is_shared and meaning.code is None and meaning.kind in ANSWERS
    if len(asked) != 1:
        await _no_single_offer(session, inbound, phone, asked, meaning)
    elif is_anybodys:
        words = texts.which_person(await words_of(session, asked[0]))
        await _ask_back(session, inbound, phone, meaning, words)
    elif await _has_read(session, inbound, phone, asked[0], meaning):
        return
    elif meaning.kind in ANSWERS:
        await _answer(session, inbound, phone, asked[0], meaning)
        for other in meaning.also:
            await _answer_also(session, inbound, phone, other)
    else:
        await _for_a_person(session, inbound, phone, asked[0], meaning.kind)


async def _has_read(
    session: AsyncSession, inbound: InboundMessage, phone: Phone, offer: Offer, meaning: Meaning
) -> bool:
    """Whether it is the word of somebody with a seat that they have read their order; then that is all it is."""
    if meaning.kind is not Kind.YES and not acknowledges(inbound.body, phone.codes):
        return False
    if phone.is_shared and meaning.code is None:  # whose order it is, nobody knows
        return False
    words = await road.read_order(session, offer)
    if words is None:
        return False
    topic = await _topic_of(session, offer)
    await inbox.mark_read(session, inbound, words.kind, offer_id=offer.id, expert_id=offer.expert_id, topic=topic)
    await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)
    return True


async def _topic_of(session: AsyncSession, offer: Offer) -> str:
    deployment = await session.get_one(Deployment, offer.deployment_id)
    return f"request:{deployment.request_id}"


async def _take(
    session: AsyncSession, inbound: InboundMessage, offer: Offer, answer: Answer, *, is_first: bool
) -> texts.Text:
    expert = await session.get_one(Expert, offer.expert_id)
    return await answers.take(
        session, offer.id, answer, inbound.body, by=Actor("expert", expert.id, expert.name),
        message_id=inbound.id if is_first else None, said_at=inbound.received_at,
    )  # fmt: skip


async def _answer(session: AsyncSession, inbound: InboundMessage, phone: Phone, offer: Offer, meaning: Meaning) -> None:
    words = await _take(session, inbound, offer, ANSWERS[meaning.kind], is_first=True)
    topic = await _topic_of(session, offer)
    about = {"offer_id": offer.id, "expert_id": offer.expert_id, "topic": topic}
    if words.kind in FOR_THE_DESK:
        await inbox.escalate(session, inbound, words.kind, **about)  # type: ignore[arg-type]
    else:
        await inbox.mark_read(session, inbound, meaning.kind, **about)  # type: ignore[arg-type]
        await inbox.settle_answered(session, offer.id, inbound.received_at)
    await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)


async def _answer_also(session: AsyncSession, inbound: InboundMessage, phone: Phone, meaning: Meaning) -> None:
    """The second answer in the same text, to another offer of the same phone."""
    for offer in phone.asked_about(meaning.code, clock.now()):
        words = await _take(session, inbound, offer, ANSWERS[meaning.kind], is_first=False)
        if words.kind in FOR_THE_DESK and inbound.state is InboundState.READ:
            about = {"offer_id": offer.id, "expert_id": offer.expert_id, "topic": await _topic_of(session, offer)}
            await inbox.escalate(session, inbound, words.kind, **about)  # type: ignore[arg-type]
        await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)


async def _for_a_person(session: AsyncSession, inbound: InboundMessage, phone: Phone, offer: Offer, kind: Kind) -> None:
    """Never taken as a yes: a person sees it. What was not understood is asked once; a question is passed on."""
    topic = await _topic_of(session, offer)
    await inbox.escalate(session, inbound, kind, offer_id=offer.id, expert_id=offer.expert_id, topic=topic)
    is_asked_again = await outbox.asked_lately(session, inbound.number, ["not_clear"], offer.asked_at) > 0
    if kind is Kind.UNCLEAR and offer.state in routing.AWAITING and not is_asked_again:
        words = texts.not_clear(await words_of(session, offer))
    else:
        words = texts.passed_to_desk(get_settings().desk_phone, phone.language)
    await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)


async def _ask_back(
    session: AsyncSession, inbound: InboundMessage, phone: Phone, meaning: Meaning, words: texts.Text
) -> None:
    """Which offer, or whose: a clear answer will come with its code, but a condition may not be said again."""
    if meaning.kind is Kind.CONDITIONAL:
        await inbox.escalate(session, inbound, "deferred", expert_id=phone.experts[0].id)
    else:
        await inbox.mark_read(session, inbound, words.kind, expert_id=phone.experts[0].id)
    await saying.reply(session, inbound, words, stopped=phone.is_stopped)


async def _no_single_offer(
    session: AsyncSession, inbound: InboundMessage, phone: Phone, asked: Sequence[Offer], meaning: Meaning
) -> None:
    expert_id, desk_phone = phone.experts[0].id, get_settings().desk_phone
    if asked and meaning.kind in ANSWERS:
        words = texts.which_one([await words_of(session, offer) for offer in asked])
        await _ask_back(session, inbound, phone, meaning, words)
        return
    if meaning.kind not in ANSWERS:
        words = texts.passed_to_desk(desk_phone, phone.language)
        await inbox.escalate(session, inbound, meaning.kind, expert_id=expert_id)
    else:
        say = texts.wrong_code if meaning.code else texts.no_open_offer
        words = say(desk_phone, phone.language)
        await inbox.escalate(session, inbound, words.kind, expert_id=expert_id)
    await saying.reply(session, inbound, words, stopped=phone.is_stopped)


KEYS = {"1": Answer.YES, "2": Answer.NO}
"""What the keys of a call mean; 9 asks for a person."""


async def read_key(session: AsyncSession, message_id: int, offer_id: int, digits: str, number: str) -> None:
    """Act on a key pressed in a call; what it came to follows as a text, or by phone where texts are not wanted.

    Run twice, the second finds it. When it was pressed is what its event says: an answer that came since stands.
    """
    _, _, offer = await answers.locked_offer(session, offer_id)
    expert = await session.get_one(Expert, offer.expert_id)
    topic = await _topic_of(session, offer)
    answer = KEYS.get(digits)
    if answer is None:
        kept = {"MessageSid": f"call:{message_id}", "From": number, "Body": f"(pressed {digits} in a call)"}
        await _wants_person(session, kept, offer, topic)
        return
    pressed_at = await _pressed_at(session, message_id, topic)
    if offer.answered_at == pressed_at:
        return
    by = Actor("expert", expert.id, expert.name)
    said = f"pressed {digits} in a call"
    words = await answers.take(session, offer.id, answer, said, by=by, said_at=pressed_at)
    channel = Channel.TEXT
    if (await routing.phone_of(session, number)).is_stopped:
        if words.kind == "got_no":
            return  # the call has said so; another one to say it again would only disturb them
        words, channel = texts.spoken_notice(words.body, words.language), Channel.CALL
    await outbox.post(
        session, words, to=number, topic=topic, expert_id=expert.id, offer_id=offer.id, priority=2, channel=channel
    )


async def _pressed_at(session: AsyncSession, message_id: int, topic: str) -> datetime:
    found = select(Event.at).where(Event.topic == topic, Event.kind == "call.keyed", Event.subject_id == message_id)
    return (await session.scalars(found)).one()


async def _wants_person(session: AsyncSession, kept: dict[str, str], offer: Offer, topic: str) -> None:
    """A key that asks for a person lands where unread texts do: in the desk's inbox, once."""
    inbound_id = await inbox.receive(session, kept)
    taken = await inbox.take(session, inbound_id) if inbound_id else None
    if taken is not None:
        await inbox.escalate(session, taken, "wants_person", offer_id=offer.id, expert_id=offer.expert_id, topic=topic)
