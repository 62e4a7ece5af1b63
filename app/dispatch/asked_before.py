"""An offer that a restored database has never made is made again, from the text that asked: seat, code, deadline."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import locked
from app.core.events import record
from app.core.jobs import defer
from app.core.places import clock_time, days
from app.deployments import seats
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.deployments.states import DEPLOYMENT, PositionState
from app.dispatch import offers, sent_before
from app.dispatch.backfill import WANTS_PEOPLE
from app.dispatch.models import Offer
from app.dispatch.states import STANDING, OfferState
from app.dispatch.told import Told, kind_of
from app.experts.models import Contact, Expert
from app.messaging import texts
from app.messaging.gateway import Listed
from app.requests.models import Request
from app.rosters import fitness, proposals, rules
from app.rosters.models import Pick, Proposal, ProposalState
from solver.roster import Reason

MOST_MINUTES = 15
"""How much later than the ladder says an offer may have been made: the text stood in a queue."""


async def ask_as_before(session: AsyncSession, phone: Contact, told: Told, listed: Listed) -> bool:
    """Make the offer of a text that has gone out, for the first seat that it can have been about.

    Returns:
        Whether there is such a seat.
    """
    for deployment_id, position_id in await _places(session, phone, told):
        if await _offer_as_before(session, phone, deployment_id, position_id, told, listed):
            return True
    return False


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


async def _offer_as_before(  # noqa: PLR0917 - all that an offer is made of
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
    await sent_before.note_sent(session, deployment, offer, phone, "offer", told.token, listed)
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
    await defer(session, "dispatch.ask", subject_id=versions[0].id)  # for the rest of the team
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
