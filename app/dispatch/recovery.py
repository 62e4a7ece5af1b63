"""What follows when a text or call did not reach its person: another channel, another number, or the desk.

A question that is lost is asked by phone at once. A decision that is lost (you have the seat, you are not needed, the
team is called off) is told by phone; a key proves that a person heard it. Whatever is left is an alarm: nothing that
somebody must know vanishes because a carrier lost it.
"""

from datetime import timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, record
from app.core.jobs import defer
from app.core.sealing import lookup
from app.deployments.models import Deployment
from app.dispatch import answers, offers
from app.dispatch.ladder import Step, index_of
from app.dispatch.models import Offer
from app.dispatch.offers import DIAL
from app.dispatch.states import OfferState
from app.dispatch.words import words_of
from app.experts.models import Contact, Expert
from app.messaging import errors, outbox, texts
from app.messaging.errors import NextStep
from app.messaging.models import Message
from app.messaging.states import Channel, MessageState
from app.watch import alarms

CALL_AGAIN, ASK_ELSEWHERE = "dispatch.call_again", "dispatch.ask_elsewhere"
BUSY_AGAIN = timedelta(minutes=3)
"""A busy line is called once more after this time."""
MOST_CALLS = 2
"""Calls of one kind to one number about one offer, beyond what the ladder does."""
LOST, NUMBER = "message.lost", "number.trouble"
"""Kinds of alarm: a decision nobody could bring, a number that does not work."""
QUESTIONS = frozenset({"offer", "reminder", "other_seat"})
DECISIONS = {
    "confirmed": ({OfferState.ACCEPTED}, "that they have the seat"),
    "now_declined": ({OfferState.DECLINED}, "that their no was heard"),
    "withdrawn": ({OfferState.WITHDRAWN}, "that they are no longer needed"),
    "seat_taken": ({OfferState.WITHDRAWN}, "that somebody else has the seat"),
    "need_not_go": ({OfferState.WITHDRAWN}, "that somebody goes instead of them"),
    "turn_back": ({OfferState.ACCEPTED}, "that somebody is there instead of them, and they can turn back"),
    "stood_down": ({OfferState.WITHDRAWN}, "that the team is called off"),
    # On standby: their yes to both came before either was withdrawn.
    "other_offer_taken": ({OfferState.WITHDRAWN, OfferState.STANDBY}, "that they are no longer asked for this one"),
}
"""Kind of a text that somebody must hear of, the states in which it is still true, and what it says."""
CHATTER = frozenset({"help_text", "not_clear", "which_one", "wrong_code", "no_open_offer", "passed_to_desk"})
"""Automatic answers to somebody who has just texted us; the next text brings another."""
TESTS = frozenset({"drill", "drill_thanks", "drill_over"})
"""Texts of drills: whom they do not reach, the drill's own report says."""


async def lost(session: AsyncSession, message: Message) -> None:
    """A text or call was refused, not delivered, or its fate is unknown: do what its error code asks for."""
    meaning = errors.meaning(message.error_code)
    if message.kind in TESTS:
        await _note_opt_out(session, message)
        return
    if meaning.note and meaning.next is not NextStep.HOLD:
        await _note_number(session, message, meaning)
    if await _is_followed_up(session, message):
        return
    is_of_offer = message.offer_id is not None and await session.get(Offer, message.offer_id) is not None
    if is_of_offer and message.kind in QUESTIONS:
        await _question_lost(session, message, meaning)
    elif is_of_offer and message.kind in DECISIONS:
        await _decision_lost(session, message, meaning)
    elif is_of_offer and message.channel is Channel.CALL:
        await _call_refused(session, message, meaning)
    elif message.kind not in CHATTER:
        await _desk_tells(session, message)


async def _is_followed_up(session: AsyncSession, message: Message) -> bool:
    """Whether the same was tried another way since: jobs may run twice, and the ladder goes on meanwhile."""
    is_question = message.kind in QUESTIONS or message.kind == "spoken_offer"
    kinds = {*QUESTIONS, "spoken_offer"} if is_question else {message.kind, "spoken_notice"}
    newer = select(Message.id).where(
        Message.offer_id == message.offer_id, Message.id > message.id, Message.kind.in_(kinds),
        Message.state != MessageState.CANCELLED,
    )  # fmt: skip
    return message.offer_id is not None and await session.scalar(newer.limit(1)) is not None


async def _name_of(session: AsyncSession, message: Message) -> str:
    expert = await session.get(Expert, message.expert_id) if message.expert_id else None
    return expert.name if expert else f"The number that ends in {message.number[-2:]}"


async def _note_opt_out(session: AsyncSession, message: Message) -> None:
    """An opt-out that only the carrier knew of is kept."""
    if message.error_code == 21610:
        mine = select(Contact).where(Contact.number == message.number, Contact.texts_stopped_at.is_(None))
        for contact in await session.scalars(mine.with_for_update()):
            contact.texts_stopped_at = clock.now()
            await record(session, "contact.texts_stopped", contact.id, by=SYSTEM)


async def _note_number(session: AsyncSession, message: Message, meaning: errors.Meaning) -> None:
    """Tell the desk of a number that does not work."""
    await _note_opt_out(session, message)
    name = await _name_of(session, message)
    await alarms.sound(
        session, NUMBER, f"{NUMBER}:{lookup(message.number)}:{message.error_code}", topic=message.topic,
        subject_id=message.expert_id, says=f"{name}, number ending in {message.number[-2:]}: {meaning.says}",
        action=meaning.note,
    )  # fmt: skip


async def _question_lost(session: AsyncSession, message: Message, meaning: errors.Meaning) -> None:
    deployment, _, offer = await answers.locked_offer(session, message.offer_id or 0)
    await never_asked(session, offer)
    if offer.state is not OfferState.CONTACTING or meaning.next is NextStep.LADDER:
        return
    if meaning.next is not NextStep.OTHER_NUMBER:
        await _ask_sooner(session, deployment, offer, message)
        return
    other = await _untried(session, offer) or await _working(session, offer, message)
    if other is None:
        await offers.lose_contact(session, deployment, offer)
    else:
        await _ask_at(session, deployment, offer, message, other)


async def _ask_sooner(session: AsyncSession, deployment: Deployment, offer: Offer, message: Message) -> None:
    """A question did not arrive: the ladder's call comes now. Where it has rung, it asked for the seat before."""
    has_rung = offer.rung > index_of(deployment.priority, Step.CALL)
    if message.kind == "other_seat" and has_rung:
        await call_again(session, message.id)
    else:
        await offers.hurry(session, deployment, offer)


async def _ask_at(
    session: AsyncSession, deployment: Deployment, offer: Offer, message: Message, other: Contact
) -> None:
    """Ask at another number what `message` could not: as it did, by phone where texts are not wanted; not at night."""
    morning = await offers.awake_from(session, deployment, offer)
    if morning is not None:
        await defer(session, ASK_ELSEWHERE, at=morning, message_id=message.id)
    elif message.channel is Channel.TEXT and other.texts_stopped_at is None:
        words = texts.Text(message.kind, message.body, message.language)
        await _send(session, deployment, offer, words, other.number, Channel.TEXT)
    else:
        await _ask_by_phone(session, deployment, offer, other.number)


async def ask_elsewhere(session: AsyncSession, message_id: int) -> None:
    """The night is over: ask at the other number, if nobody has answered and nothing else was tried meanwhile."""
    message = await session.get_one(Message, message_id)
    deployment, _, offer = await answers.locked_offer(session, message.offer_id or 0)
    other = await _untried(session, offer) or await _working(session, offer, message)
    if offer.state is OfferState.CONTACTING and other is not None and not await _is_followed_up(session, message):
        await _ask_at(session, deployment, offer, message, other)


async def _decision_lost(session: AsyncSession, message: Message, meaning: errors.Meaning) -> None:
    deployment, _, offer = await answers.locked_offer(session, message.offer_id or 0)
    if offer.state not in DECISIONS[message.kind][0]:
        return  # decided anew since; the new word is on its way
    if meaning.also_calls:
        await _desk_tells(session, message)
        return
    number: str | None = message.number
    if meaning.next is NextStep.OTHER_NUMBER:
        known = await offers.contacts_of(session, offer.expert_id)
        number = next((contact.number for contact in known if contact.number != message.number), None)
    if number is None:
        await _desk_tells(session, message)
    else:
        await _send(session, deployment, offer, texts.spoken_notice(message.body, message.language), number)


async def _call_refused(session: AsyncSession, message: Message, meaning: errors.Meaning) -> None:
    """No call goes out either: the other number, else the desk dials."""
    deployment, _, offer = await answers.locked_offer(session, message.offer_id or 0)
    if message.kind == "spoken_notice":
        await _desk_tells(session, message)
        return
    await never_asked(session, offer)
    if offer.state is not OfferState.CONTACTING:
        return
    other = None if meaning.also_calls else await _untried(session, offer)
    if other is not None:
        await _ask_at(session, deployment, offer, message, other)
    else:
        await _desk_dials(session, offer, message, meaning)


async def never_asked(session: AsyncSession, offer: Offer) -> None:
    """When an offer ran out and nothing of it had got through, that was no silence: the desk knows that nobody asked.

    What is still in doubt comes here again when its fate is known.
    """
    if offer.state is not OfferState.EXPIRED or await _may_have_heard(session, offer):
        return
    deployment = await session.get_one(Deployment, offer.deployment_id)
    expert = await session.get_one(Expert, offer.expert_id)
    await alarms.sound(
        session, DIAL, f"{DIAL}:{offer.id}", topic=offers.topic(deployment), subject_id=offer.id,
        says=f"{expert.name} was never asked: no text and no call got through before the time was over.",
        action="The next person is asked. If you want this one, dial by hand and enter the answer.",
    )  # fmt: skip


async def _may_have_heard(session: AsyncSession, offer: Offer) -> bool:
    """Whether a question about it reached the person's phone, or may have."""
    reached = or_(
        Message.state.in_((MessageState.SENT, MessageState.DELIVERED, MessageState.SENDING, MessageState.UNKNOWN)),
        and_(Message.channel == Channel.CALL, Message.sid.is_not(None)),
    )
    asked = select(Message.id).where(
        Message.offer_id == offer.id, Message.kind.in_({*QUESTIONS, "spoken_offer"}), reached
    )
    return await session.scalar(asked.limit(1)) is not None


async def call_ended(session: AsyncSession, message: Message) -> None:
    """A call ended. Only a key was contact: a busy line is called once more, a notice nobody heard goes to the desk."""
    if message.offer_id is None or message.digits or await session.get(Offer, message.offer_id) is None:
        return
    deployment, _, offer = await answers.locked_offer(session, message.offer_id)
    is_notice = message.kind == "spoken_notice"
    if message.outcome == "busy" and await _calls_made(session, message) < MOST_CALLS:
        await defer(session, CALL_AGAIN, at=clock.now() + BUSY_AGAIN, message_id=message.id)
    elif is_notice:
        await _desk_tells(session, message)
    elif message.outcome == "failed" and offer.state is OfferState.CONTACTING:
        other = await _untried(session, offer)
        if other is not None:
            await _ask_at(session, deployment, offer, message, other)


async def call_again(session: AsyncSession, message_id: int) -> None:
    """The line was busy a moment ago, or a text about another seat was lost: call, if that is still to be said."""
    message = await session.get_one(Message, message_id)
    deployment, _, offer = await answers.locked_offer(session, message.offer_id or 0)
    if await _is_called_enough(session, message):
        return
    if message.kind == "spoken_notice":
        if not await _is_decided_anew(session, message):
            words = texts.Text(message.kind, message.body, message.language)
            await _send(session, deployment, offer, words, message.number)
    elif offer.state is OfferState.CONTACTING:
        if (morning := await offers.awake_from(session, deployment, offer)) is not None:
            await defer(session, CALL_AGAIN, at=morning, message_id=message.id)
        else:
            await _ask_by_phone(session, deployment, offer, message.number)


async def _is_called_enough(session: AsyncSession, message: Message) -> bool:
    """Whether what a message said was tried by phone as often as it may be: a text once, a call `MOST_CALLS` times."""
    if message.channel is Channel.TEXT:
        return await _is_followed_up(session, message)
    return await _calls_made(session, message) >= MOST_CALLS


async def _is_decided_anew(session: AsyncSession, message: Message) -> bool:
    """Whether a newer decision about the offer has been told since: what this call says is not so any more."""
    newer = select(Message.id).where(
        Message.offer_id == message.offer_id, Message.id > message.id,
        Message.kind.in_({*DECISIONS, "spoken_notice"}), Message.state != MessageState.CANCELLED,
    )  # fmt: skip
    return await session.scalar(newer.limit(1)) is not None


async def _ask_by_phone(session: AsyncSession, deployment: Deployment, offer: Offer, number: str) -> None:
    """Call and ask, in the words of now: it may be another seat than the one that was asked for before."""
    await _send(session, deployment, offer, texts.spoken_offer(await words_of(session, offer)), number)


async def stopped(session: AsyncSession, message: Message) -> None:
    """A number wants no more texts: what waits for it is not sent, and is said by phone, or by the desk."""
    found = await answers.locked_offer(session, message.offer_id) if message.offer_id is not None else None
    if not await outbox.cancel(session, message.id, "STOP"):
        return
    if found is not None and message.kind in QUESTIONS:
        await _ask_sooner(session, found[0], found[2], message)
    elif found is not None and message.kind in DECISIONS:
        deployment, _, offer = found
        if offer.state in DECISIONS[message.kind][0]:
            await _send(session, deployment, offer, texts.spoken_notice(message.body, message.language), message.number)
    elif message.kind not in CHATTER | TESTS:
        await _desk_tells(session, message)


async def recheck(session: AsyncSession, message: Message) -> bool:
    """Before a held message goes out: whether what it says is still true. Else it is taken back."""
    is_over = message.valid_until is not None and message.valid_until <= clock.now()
    offer = await session.get(Offer, message.offer_id) if message.offer_id else None
    if offer is not None and (message.kind in QUESTIONS or message.kind == "spoken_offer"):
        is_over = is_over or offer.state is not OfferState.CONTACTING or offer.reply_by <= clock.now()
    elif offer is not None and message.kind in DECISIONS:
        is_over = is_over or offer.state not in DECISIONS[message.kind][0]
    if is_over:
        await outbox.cancel(session, message.id, "no longer true")
    return not is_over


async def _untried(session: AsyncSession, offer: Offer) -> Contact | None:
    """A number of this person that this offer has not used yet."""
    used = set(await session.scalars(select(Message.number).where(Message.offer_id == offer.id)))
    known = await offers.contacts_of(session, offer.expert_id)
    return next((contact for contact in known if contact.number not in used), None)


async def _working(session: AsyncSession, offer: Offer, lost: Message) -> Contact | None:
    """Another number of this person whose latest question of this offer got through."""
    latest = (
        select(Message.number, Message.state)
        .where(Message.offer_id == offer.id, Message.kind.in_(QUESTIONS), Message.id < lost.id)
        .order_by(Message.id)
    )
    states = {row.number: row.state for row in await session.execute(latest)}
    heard = {number for number, state in states.items() if state in (MessageState.SENT, MessageState.DELIVERED)}
    known = await offers.contacts_of(session, offer.expert_id)
    return next((one for one in known if one.number in heard - {lost.number}), None)


async def _calls_made(session: AsyncSession, message: Message) -> int:
    count = await session.scalar(
        select(func.count()).where(
            Message.offer_id == message.offer_id, Message.number == message.number, Message.kind == message.kind
        )
    )
    return count or 0


async def _send(  # noqa: PLR0917 - everything that a message is
    session: AsyncSession,
    deployment: Deployment,
    offer: Offer,
    words: texts.Text,
    number: str,
    channel: Channel = Channel.CALL,
) -> None:
    is_question = words.kind in QUESTIONS or words.kind == "spoken_offer"
    await outbox.post(
        session, words, to=number, topic=offers.topic(deployment), expert_id=offer.expert_id, offer_id=offer.id,
        valid_until=offer.reply_by if is_question else None, priority=1, channel=channel,
    )  # fmt: skip


async def _desk_tells(session: AsyncSession, message: Message) -> None:
    """Nobody could bring it: a person at the desk does."""
    name = await _name_of(session, message)
    what = await _unheard(session, message)
    await alarms.sound(
        session, LOST, f"{LOST}:{message.offer_id or message.topic}:{lookup(message.number)}", topic=message.topic,
        subject_id=message.offer_id, says=f"{name} does not know yet {what}.", action="Call them.",
    )  # fmt: skip


async def _unheard(session: AsyncSession, message: Message) -> str:
    if message.kind in DECISIONS:
        return DECISIONS[message.kind][1]
    if message.kind == "spoken_notice":
        decision = await session.scalar(
            select(Message.kind)
            .where(Message.offer_id == message.offer_id, Message.kind.in_(DECISIONS))
            .order_by(Message.id.desc())
            .limit(1)
        )
        return DECISIONS[decision][1] if decision else "what we decided"
    return f"what our text ({message.kind.replace('_', ' ')}) said"


async def _desk_dials(session: AsyncSession, offer: Offer, message: Message, meaning: errors.Meaning) -> None:
    """No call goes out, perhaps no text did: the desk dials, and enters the answer."""
    name = await _name_of(session, message)
    has_heard = await _may_have_heard(session, offer)
    what = "has not answered: no call gets through" if has_heard else "has not been asked: no text and no call goes out"
    await alarms.sound(
        session, DIAL, f"{DIAL}:{message.offer_id}", topic=message.topic, subject_id=message.offer_id,
        says=f"{name} {what}. {meaning.says}",
        action="Dial by hand and enter the answer.",
    )  # fmt: skip
