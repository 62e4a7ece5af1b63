"""A restored database learns from the carrier's list what it asked: offers that it has never made are made again.

The person holds a text with a code and a link, and may answer it at any moment. So the offer comes back with that code,
that link and that deadline, and the text is its first contact: nobody is asked twice, and no code means two things.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import Actor, record
from app.core.ids import digest
from app.core.places import clock_time, days
from app.core.settings import get_settings
from app.core.text import phone_number
from app.deployments import seats
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.deployments.states import DEPLOYMENT, PositionState
from app.dispatch import answers, codes, ladder, links, offers
from app.dispatch.backfill import WANTS_PEOPLE
from app.dispatch.ladder import Step
from app.dispatch.models import Offer, OfferLink
from app.dispatch.states import OPEN, STANDING, OfferState
from app.dispatch.words import words_of
from app.experts.models import Contact, Expert
from app.messaging import receipts, sealed, spanish, texts
from app.messaging.gateway import Listed
from app.messaging.models import Message
from app.messaging.states import MESSAGE, Channel, MessageState
from app.requests.models import Request
from app.rosters import fitness, proposals, rules
from app.rosters.models import Pick, Proposal, ProposalState
from solver.roster import Reason

CODE = re.compile(r"\b(?:YES|SI) ([2-9]{3})\b")
DAYS = "|".join((*spanish.WEEKDAYS, *spanish.WEEKDAYS.values()))
TIME = re.compile(rf"\b(?:(?:{DAYS}) )?\d{{1,2}}(?::\d\d)?[ap]m [A-Za-z]{{2,4}}\b")
LINK = re.compile(r"/x/([0-9A-Za-z]{27})\b")
REF = re.compile(r"\bRef ([2-9]{3})\b")
REFERENCE = re.compile(r"\b\d\d-\d{4,6}\b")
LARGEST_TEAM = 40
LOST_LINKS = 20_000
"""How many links the lost part of the database may have made: their numbers are not given again."""
QUESTIONS = {"offer": texts.offer, "reminder": texts.reminder, "other_seat": texts.other_seat}
"""Texts that carry an offer's code, and are sent by a timer: no answer brings them forth again."""
MOST_MINUTES = 15
"""How much later than the ladder says an offer may have been made: the text stood in a queue."""


class OtherOutcome(Exception):  # noqa: N818 - what happened
    """An answer comes to something else here than the text says: nothing of it is kept, a person looks."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a text of the carrier's says of an offer."""

    code: str
    reply_by: str
    body: str
    token: str | None


def told_by(body: str) -> Told | None:
    """What a text says of an offer; None when it asks nothing."""
    code, time, link = CODE.search(body), TIME.search(body), LINK.search(body)
    if code is None or time is None:
        return None
    return Told(code[1], time[0], sealed.closed(body), link[1] if link else None)


def kind_of(told: Told, words: texts.OfferWords) -> str | None:
    """Which of our questions a text is, if it is one about `words`; code and deadline are the text's own."""
    said = replace(words, code=told.code, reply_by=told.reply_by, link="")
    for kind, made in QUESTIONS.items():
        for link in (links.address(sealed.link_mark(1)), ""):
            body = texts.plain(made(replace(said, link=link))).body
            if re.sub(sealed.IN_SQL, "#", body) == told.body:
                return kind
    return None


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


async def leave_room() -> None:
    """Numbers of links that people may hold are not given again."""
    async with begin() as session:
        number = func.nextval(func.pg_get_serial_sequence(OfferLink.__tablename__, "id"))
        await session.execute(select(func.max(number)).select_from(func.generate_series(1, LOST_LINKS)))


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
            for deployment_id, position_id in await _places(session, phone, told):
                if await _ask_as_before(session, phone, deployment_id, position_id, told, listed):
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
    await _note_sent(session, deployment, offer, phone, said.kind, Told(offer.code, "", listed.body, None), listed)
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
        await _as_sent(session, message, listed)
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
    await _note_sent(session, deployment, offer, phone, kind, told, listed)
    step = ladder.index_of(deployment.priority, Step.REMIND if kind == "reminder" else Step.TEXT)
    offer.rung = max(offer.rung, step + 1)
    return True


async def _places(session: AsyncSession, phone: Contact, told: Told) -> list[tuple[int, int]]:
    """Deployments and seats that a question may be about, those whose list names the person first."""
    expert = await session.get_one(Expert, phone.expert_id)
    rows = await session.execute(
        select(Deployment, Position, Request.place_state, Request.time_zone)
        .join(Position, Position.deployment_id == Deployment.id)
        .join(Request, Request.id == Deployment.request_id)
        .where(Deployment.state.in_(WANTS_PEOPLE), Position.state.in_((PositionState.OPEN, PositionState.HELD)))
        .order_by(Deployment.id, Position.state.desc(), Position.id)
    )
    named = set(
        await session.scalars(
            select(Pick.position_id)
            .join(Proposal, Proposal.id == Pick.proposal_id)
            .where(Pick.expert_id == expert.id, Proposal.state.in_((ProposalState.ACCEPTED, ProposalState.PROPOSED)))
        )
    )
    fitting = [
        (deployment.id, position.id)
        for deployment, position, state, zone in rows
        if kind_of(told, _words(deployment, position, state, zone, expert)) is not None
    ]
    return sorted(fitting, key=lambda place: place[1] not in named)


def _words(deployment: Deployment, position: Position, state: str, zone: str, expert: Expert) -> texts.OfferWords:
    dates = days(deployment.starts_at, deployment.ends_at, zone)
    return texts.OfferWords("", position.title.lower(), state, dates, "", expert.preferred_language)


async def _ask_as_before(  # noqa: PLR0917 - all that an offer is made of
    session: AsyncSession, phone: Contact, deployment_id: int, position_id: int, told: Told, listed: Listed
) -> bool:
    """Make the offer of a text that has gone out; False when this seat cannot have been it."""
    deployment = await locked(session, Deployment, deployment_id)
    position = next(one for one in await positions_of(session, deployment, lock=True) if one.id == position_id)
    standing = select(Offer.id).where(
        Offer.deployment_id == deployment_id, Offer.expert_id == phone.expert_id, Offer.state.in_(STANDING)
    )
    proposal = await _roster(session, deployment, position, phone.expert_id)
    if proposal is None or await session.scalar(standing.limit(1)) is not None:
        return False
    await offers.lock_people(session, [phone.expert_id])
    pick = await _pick(session, deployment, position, proposal, phone.expert_id)
    offer = Offer(
        deployment_id=deployment_id, position_id=position_id, expert_id=phone.expert_id, pick_id=pick.id,
        code=told.code, state=OfferState.PLANNED, rung=1, asked_at=listed.made_at, travel=pick.travel or {},
        reply_by=await _reply_by(session, deployment, phone.expert_id, told, listed),
    )  # fmt: skip
    session.add(offer)
    if DEPLOYMENT.can(deployment.state, "ask"):
        deployment.state = DEPLOYMENT.after(deployment.state, "ask")
    seats.hold(position)
    await session.flush()
    offer.state = OfferState.CONTACTING
    topic = offers.topic(deployment)
    await record(session, "offer.taken_back_up", offer.id, topic=topic, title=position.title)
    await _note_sent(session, deployment, offer, phone, "offer", told, listed)
    offer.rung, due = await offers.next_rung(session, deployment, offer)
    offer.timer_job_id = await offers.set_timer(session, offer, due)
    return True


async def _roster(session: AsyncSession, deployment: Deployment, position: Position, expert_id: int) -> Proposal | None:
    """The version that is worked with. Nobody is asked without one: who was asked proves that the desk had accepted."""
    found = select(Proposal).where(Proposal.deployment_id == deployment.id).order_by(Proposal.version.desc())
    versions = list(await session.scalars(found.with_for_update()))
    accepted = next((one for one in versions if one.state is ProposalState.ACCEPTED), None)
    if accepted is not None or not versions or versions[0].state is not ProposalState.PROPOSED:
        return accepted
    chosen = select(Pick.id).where(
        Pick.proposal_id == versions[0].id, Pick.position_id == position.id, Pick.expert_id == expert_id, Pick.rank == 0
    )
    if await session.scalar(chosen) is None:
        return None
    await proposals.accept(session, deployment, versions[0])
    return versions[0]


async def _pick(
    session: AsyncSession, deployment: Deployment, position: Position, proposal: Proposal, expert_id: int
) -> Pick:
    """The person's place on the seat's list; one who was found after the restored moment is put at its end."""
    there = await session.scalar(
        select(Pick)
        .where(Pick.proposal_id == proposal.id, Pick.position_id == position.id, Pick.expert_id == expert_id)
        .limit(1)
    )
    if there is not None and there.travel:
        return there
    fit = await fitness.of(session, deployment, position, expert_id, {})
    said = Reason("restored", "Was asked before the database was restored.", is_warning=False)
    return await proposals.list_also(session, proposal, position.id, expert_id, fit.travel, [said])


async def _reply_by(
    session: AsyncSession, deployment: Deployment, expert_id: int, told: Told, listed: Listed
) -> datetime:
    """The deadline that the text says; the ladder's own, where no minute near it reads so."""
    zone = (await session.get_one(Expert, expert_id)).time_zone
    usual = listed.made_at + rules.time_to_answer(await rules.current(session), deployment.priority)
    time = " ".join(told.reply_by.split()[-2:])  # without the day, which minutes near it share
    return next((at for at in _minutes_before(usual) if clock_time(at, zone) == time), usual)


def _minutes_before(moment: datetime) -> Iterator[datetime]:
    for count in range(-1, MOST_MINUTES):
        yield moment - timedelta(minutes=count)


async def _note_sent(  # noqa: PLR0917 - all that a message is
    session: AsyncSession, deployment: Deployment, offer: Offer, phone: Contact, kind: str, told: Told, listed: Listed
) -> None:
    """Write down a text of the carrier's as a message of the offer, and have its link open the offer again."""
    mark = await adopt_link(session, offer, phone, told.token) if told.token else None
    body = listed.body if told.token is None else listed.body.replace(told.token, mark or "...")
    expert = await session.get_one(Expert, offer.expert_id)
    message = Message(
        channel=Channel.TEXT, kind=kind, number=phone.number, body=body, language=expert.preferred_language,
        expert_id=offer.expert_id, offer_id=offer.id, topic=offers.topic(deployment), state=MessageState.QUEUED,
        attempts=1, queued_at=listed.made_at, valid_until=offer.reply_by,
    )  # fmt: skip
    await _as_sent(session, message, listed)


async def _as_sent(session: AsyncSession, message: Message, listed: Listed) -> None:
    """Write down a message that has gone out."""
    session.add(message)
    await session.flush()
    message.state, message.claimed_at = MESSAGE.after(message.state, "claim"), listed.made_at
    await session.flush()
    await receipts.apply(session, message, listed.taken)


async def adopt_link(session: AsyncSession, offer: Offer, phone: Contact, token: str) -> str | None:
    """Have the link that a person holds open this offer; its mark, None when it is none of ours."""
    known = await session.scalar(select(OfferLink).where(OfferLink.token_digest == digest(token)))
    if known is not None:
        return sealed.link_mark(known.id)
    last = (await session.scalars(text("select last_value from offer_links_id_seq"))).one()
    number = _lost_tokens(last).get(token)
    if number is None:
        return None
    session.add(
        OfferLink(
            id=number, offer_id=offer.id, contact_id=phone.id, token_digest=digest(token), made_at=clock.now(),
            revoked_at=None if offer.state in OPEN else clock.now(),
        )
    )  # fmt: skip
    await session.flush()
    return sealed.link_mark(number)


@cache
def _lost_tokens(last: int) -> dict[str, int]:
    """Tokens of the numbers that were left out, to those numbers."""
    return {sealed.link_token(number): number for number in range(max(1, last - 2 * LOST_LINKS), last + 1)}


async def adopt_links(listed: Sequence[Listed]) -> None:
    """Have the links in texts that waited here and were sent there open their offers."""
    for one in listed:
        found = LINK.search(one.body)
        if found is None:
            continue
        async with begin() as session:
            message = await session.scalar(select(Message).where(Message.sid == one.taken.sid))
            offer = await session.get(Offer, message.offer_id) if message and message.offer_id else None
            if offer is None:
                continue
            theirs = select(Contact).where(Contact.number == one.number, Contact.expert_id == offer.expert_id)
            phone = await session.scalar(theirs)
            if phone is not None:
                await adopt_link(session, offer, phone, found[1])
