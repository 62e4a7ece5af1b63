"""Answers to "can you stay longer?": by their own word ("YES E47"), or bare where nothing else waits for an answer."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import locked
from app.core.events import Actor
from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.field import extending, orders, staying, telling
from app.field.models import Stay
from app.field.states import StayState, Way
from app.messaging import inbox, texts
from app.messaging.models import InboundMessage
from app.replies import saying
from app.replies.meaning import Kind, Meaning
from app.replies.routing import Phone

ANSWERS = (Kind.YES, Kind.NO)


async def take(session: AsyncSession, inbound: InboundMessage, phone: Phone, meaning: Meaning) -> bool:
    """Take a text as the answer to the question about a longer stay.

    Returns:
        False when it is none; nothing has happened then.
    """
    if not phone.was_asked_to_stay:
        return False
    stays = await staying.open_stays(session, [expert.id for expert in phone.experts])
    if meaning.code is not None:
        found = next((stay for stay in stays if stay.code == meaning.code), None)
        if found is None:
            return False
        await _take(session, inbound, phone, found, meaning.kind)
        return True
    waiting = [stay for stay in stays if stay.state is StayState.ASKED]
    if not waiting or meaning.kind not in ANSWERS:
        return False
    if len(waiting) == 1 and not phone.awaiting and not await _has_other(session, waiting[0]):
        await _take(session, inbound, phone, waiting[0], meaning.kind)
    else:
        await _ask_which(session, inbound, phone, waiting)
    return True


async def _has_other(session: AsyncSession, stay: Stay) -> bool:
    """Whether a bare yes may as well mean that an order was read."""
    return await orders.unread_copy(session, stay.assignment_id) is not None


async def _ask_which(session: AsyncSession, inbound: InboundMessage, phone: Phone, waiting: list[Stay]) -> None:
    """Two things wait for an answer: which one is meant?"""
    asked = [await words_of(session, offer) for offer in phone.awaiting]
    offer = None
    for stay in waiting:
        offer = await telling.offer_of(session, await session.get_one(Assignment, stay.assignment_id))
        if offer is not None:
            words, until = await staying.words_for(session, stay, offer)
            asked.append(replace(words, dates=until))
    words_back = texts.which_one(asked)
    await inbox.mark_read(session, inbound, words_back.kind, expert_id=phone.experts[0].id)
    await saying.reply(session, inbound, words_back, offer, stopped=phone.is_stopped)


async def _take(session: AsyncSession, inbound: InboundMessage, phone: Phone, stay: Stay, kind: Kind) -> None:
    assignment = await session.get_one(Assignment, stay.assignment_id)
    deployment = await locked(session, Deployment, assignment.deployment_id)
    offer = await telling.offer_of(session, assignment)
    topic, expert_id = f"request:{deployment.request_id}", assignment.expert_id
    offer_id = offer.id if offer else None
    if kind not in ANSWERS or offer is None:
        await inbox.escalate(session, inbound, kind, offer_id=offer_id, expert_id=expert_id, topic=topic)
        words = texts.passed_to_desk(get_settings().desk_phone, phone.language)
        await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)
        return
    stay, expert = await locked(session, Stay, stay.id), await session.get_one(Expert, expert_id)
    by, says_yes = Actor("expert", expert.id, expert.name), kind is Kind.YES
    state = await extending.answer(session, deployment, stay, Way.TEXT, stays=says_yes, by=by)
    about, until = await staying.words_for(session, stay, offer)
    words = staying.said_of(state, stay.note if says_yes else "", about, until)
    keep = inbox.mark_read if state is not None else inbox.escalate
    await keep(session, inbound, words.kind, offer_id=offer_id, expert_id=expert_id, topic=topic)
    await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)
