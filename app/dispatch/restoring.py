"""A restored database learns from the carrier's list what it asked: offers that it has never made are made again.

The person holds a text with a code and a link, and may answer it at any moment. So the offer comes back with that code,
that link and that deadline, and the text is its first contact: nobody is asked twice, and no code means two things.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import begin
from app.core.events import Actor
from app.core.settings import get_settings
from app.core.text import phone_number
from app.deployments.models import Deployment
from app.dispatch import answers, asked_before, codes, ladder, offers, sent_before
from app.dispatch.ladder import Step
from app.dispatch.models import Offer
from app.dispatch.states import OPEN
from app.dispatch.told import REF, REFERENCE, Told, kind_of, told_by
from app.dispatch.words import words_of
from app.experts.models import Contact, Expert
from app.messaging import texts
from app.messaging.gateway import Listed
from app.messaging.models import Message
from app.messaging.states import Channel, MessageState
from app.requests.models import Request

LARGEST_TEAM = 40


class OtherOutcome(Exception):  # noqa: N818 - what happened
    """An answer comes to something else here than the text says: nothing of it is kept, a person looks."""


async def climb_until(moment: datetime) -> None:
    """Do what was due of every open offer by then, in the order in which it fell due: as it was done before."""
    while True:
        async with begin() as session:
            due = await _first_due(session, moment)
        if due is None:
            return
        async with begin() as session:
            deployment, _, offer = await answers.locked_offer(session, due)
            if offer.state in OPEN:
                await offers.climb_due(session, deployment, offer)


async def _first_due(session: AsyncSession, moment: datetime) -> int | None:
    rows = await session.execute(
        select(Offer, Deployment)
        .join(Deployment, Deployment.id == Offer.deployment_id)
        .where(Offer.state.in_(OPEN), Offer.asked_at <= moment)
    )
    due = [((await offers.next_rung(session, deployment, offer))[1], offer.id) for offer, deployment in rows.all()]
    first = min(due, default=None)
    return first[1] if first is not None and first[0] <= moment else None


async def explain(listed: Listed) -> bool:
    """Take a text of the carrier's that no message of ours is for as what it says.

    A question is an offer. A decision proves the answer that it was given to, though that answer is in no list: a key
    pressed in a call, a link, a word to the desk. An agency was told once.

    Returns:
        Whether it is one of these, and known now.
    """
    told = told_by(listed.body)
    if told is None:
        return await _is_decision(listed) or await _was_told_agency(listed)
    async with begin() as session:
        phones = list(await session.scalars(select(Contact).where(Contact.number == listed.number)))
        for phone in phones:
            if await _is_of_known_offer(session, phone, told, listed):
                return True
        for phone in phones:
            if await asked_before.ask_as_before(session, phone, told, listed):
                return True
    return False


async def _is_decision(listed: Listed) -> bool:
    """Whether a text tells what became of an answer; the answer counts from now on."""
    code = REF.search(listed.body)
    if code is None:
        return False
    try:
        async with begin() as session:
            found = await session.execute(
                select(Offer.id, Contact)
                .join(Contact, Contact.expert_id == Offer.expert_id)
                .where(Contact.number == listed.number, Offer.code == code[1], Offer.state.in_(OPEN))
                .order_by(Offer.id.desc())
                .limit(1)
            )
            row = found.one_or_none()
            return row is not None and await _answered_as_told(session, row.id, row.Contact, listed)
    except OtherOutcome:
        return False


async def _answered_as_told(session: AsyncSession, offer_id: int, phone: Contact, listed: Listed) -> bool:
    deployment, _, offer = await answers.locked_offer(session, offer_id)
    words, expert = await words_of(session, offer), await session.get_one(Expert, offer.expert_id)
    desk_phone = get_settings().desk_phone
    outcomes = {texts.plain(texts.confirmed(words, desk_phone)).body: answers.Answer.YES,
                texts.plain(texts.got_no(words)).body: answers.Answer.NO}  # fmt: skip
    answer = outcomes.get(listed.body)
    if answer is None:
        return False
    by = Actor("expert", expert.id, expert.name)
    said = await answers.take(session, offer.id, answer, "As our text to them says", by=by, said_at=listed.made_at)
    if texts.plain(said).body != listed.body:
        raise OtherOutcome
    await sent_before.note_sent(session, deployment, offer, phone, said.kind, None, listed)
    return True


async def _was_told_agency(listed: Listed) -> bool:
    """Whether a text told an agency that its request is here, or its team complete: said once, not again."""
    reference = REFERENCE.search(listed.body)
    if reference is None:
        return False
    async with begin() as session:
        request = await session.scalar(select(Request).where(Request.reference == reference[0]))
        if request is None or phone_number(request.contact_phone) != listed.number:
            return False
        desk_phone = get_settings().desk_phone
        received = texts.request_received(request.reference, desk_phone)
        complete = [texts.team_confirmed(request.reference, size, desk_phone) for size in range(1, LARGEST_TEAM)]
        said = next((one for one in (received, *complete) if texts.plain(one).body == listed.body), None)
        if said is None:
            return False
        message = Message(
            channel=Channel.TEXT, kind=said.kind, number=listed.number, body=listed.body,
            topic=f"request:{request.id}", state=MessageState.QUEUED, attempts=1, queued_at=listed.made_at,
        )  # fmt: skip
        await sent_before.as_sent(session, message, listed)
        return True


async def _is_of_known_offer(session: AsyncSession, phone: Contact, told: Told, listed: Listed) -> bool:
    """A reminder, or a question, of an offer that is here."""
    found = select(Offer.id).where(
        Offer.expert_id == phone.expert_id, Offer.code == told.code, Offer.asked_at > listed.made_at - codes.CODE_REST
    )
    offer_id = await session.scalar(found.order_by(Offer.id.desc()).limit(1))
    if offer_id is None:
        return False
    deployment, _, offer = await answers.locked_offer(session, offer_id)
    kind = kind_of(told, await words_of(session, offer))
    if kind is None:
        return False
    await sent_before.note_sent(session, deployment, offer, phone, kind, told.token, listed)
    step = ladder.index_of(deployment.priority, Step.REMIND if kind == "reminder" else Step.TEXT)
    offer.rung = max(offer.rung, step + 1)
    return True
