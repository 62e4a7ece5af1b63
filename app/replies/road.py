"""What people on the road text: OK to an order, LEFT, ARRIVED, DELAYED, HOME, RELIEF, STATUS; answered truthfully."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.database import locked
from app.core.events import Actor
from app.core.problems import Conflict
from app.core.settings import get_settings
from app.deployments import road
from app.deployments.models import Assignment, Deployment
from app.deployments.states import AWAY, LIVE, AssignmentState
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.dispatch.words import words_of
from app.experts import pool
from app.experts.models import Expert
from app.field import journeys, orders, relieving, telling
from app.field.states import Step, Way
from app.messaging import inbox, texts
from app.messaging.models import InboundMessage
from app.replies import saying
from app.replies.meaning import Kind
from app.replies.routing import Phone

NOTED = ("left_noted", "arrived_noted", "home_noted", "welcome_home", "relief_noted", "relief_before_leaving")
"""What is kept and needs nobody to look; relief raises an alarm of its own."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A confirmed seat with the offer it came from."""

    offer: Offer
    assignment: Assignment


async def seats_of(session: AsyncSession, expert_id: int) -> list[Seat]:
    """An expert's confirmed seats whose rest is not over, or whose way home is not, in the order of their days."""
    rows = await session.execute(
        select(Offer, Assignment)
        .join(Assignment, (Assignment.position_id == Offer.position_id) & (Assignment.expert_id == Offer.expert_id))
        # Called off: the offer is withdrawn, and who was on the way has to come home all the same.
        .where(Offer.expert_id == expert_id, Assignment.state.in_(LIVE))
        .where(Offer.state.in_((OfferState.ACCEPTED, OfferState.WITHDRAWN)))
        .order_by(Assignment.id, Offer.id)
    )
    seats = list({assignment.id: Seat(offer, assignment) for offer, assignment in rows}.values())
    current = [seat for seat in seats if _is_current(seat.assignment)]
    return sorted(current, key=lambda seat: (seat.assignment.span.lower or clock.now(), seat.assignment.id))


def _is_current(assignment: Assignment) -> bool:
    return assignment.state in AWAY or (assignment.span.upper is not None and assignment.span.upper > clock.now())


def present_seat(seats: list[Seat]) -> Seat | None:
    """The seat somebody on the road talks about: the one under way, else the next."""
    under_way = [seat for seat in seats if road.is_under_way(seat.assignment)]
    return under_way[-1] if under_way else seats[0] if seats else None


async def note(session: AsyncSession, inbound: InboundMessage, phone: Phone, writer: Expert, kind: Kind) -> None:
    """Keep what somebody on the road tells; without a journey under way a person looks."""
    desk_phone = get_settings().desk_phone
    seat = present_seat(await seats_of(session, writer.id))
    if seat is None:
        words = texts.no_mission(desk_phone, writer.preferred_language)
        await inbox.escalate(session, inbound, words.kind, expert_id=writer.id)
        await saying.reply(session, inbound, words, stopped=phone.is_stopped)
        return
    words = await noted(session, seat, writer, kind, inbound.body)
    deployment = await session.get_one(Deployment, seat.assignment.deployment_id)
    topic = f"request:{deployment.request_id}"
    keep = inbox.mark_read if words.kind in NOTED else inbox.escalate
    await keep(session, inbound, words.kind, offer_id=seat.offer.id, expert_id=writer.id, topic=topic)
    await saying.reply(session, inbound, words, seat.offer, stopped=phone.is_stopped)


STEPS = {Kind.LEFT: Step.LEFT, Kind.ARRIVED: Step.ARRIVED, Kind.DELAYED: Step.DELAYED, Kind.HOME: Step.HOME}
"""What a text of the road reports."""


async def noted(
    session: AsyncSession, seat: Seat, writer: Expert, kind: Kind, said: str, *, way: Way = Way.TEXT
) -> texts.Text:
    """Keep what somebody on the road tells of their seat; the truthful answer. Nothing is sent here."""
    desk_phone = get_settings().desk_phone
    words = await words_of(session, seat.offer)
    deployment = await locked(session, Deployment, seat.assignment.deployment_id)
    assignment = await locked(session, Assignment, seat.assignment.id)
    by = Actor("expert", writer.id, writer.name)
    if kind is Kind.RELIEF:
        return await _relief(session, deployment, assignment, words, by)
    if kind in (Kind.ARRIVED, Kind.HOME) and not road.is_under_way(assignment):
        return texts.not_under_way(words, desk_phone)
    told = await journeys.report(session, deployment, assignment, STEPS[kind], way, by=by, note=said)
    if kind is Kind.DELAYED:
        return texts.delay_noted(words, desk_phone)
    if kind is Kind.HOME:
        return await _home(session, assignment, words, desk_phone, has_counted=told.has_counted)
    return texts.left_noted(words, desk_phone) if kind is Kind.LEFT else texts.arrived_noted(words, desk_phone)


async def _relief(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, words: texts.OfferWords, by: Actor
) -> texts.Text:
    desk_phone = get_settings().desk_phone
    try:
        relief = await relieving.ask(session, deployment, assignment, Way.TEXT, by=by)
    except Conflict:
        return texts.relief_by_desk(words, desk_phone)
    await telling.once(session, f"relief:{relief.id}")  # this reply is what they are told of it
    if relieving.is_at_home(assignment):
        return texts.relief_before_leaving(words, desk_phone)
    return texts.relief_noted(words, desk_phone)


async def _home(
    session: AsyncSession, assignment: Assignment, words: texts.OfferWords, desk_phone: str, *, has_counted: bool
) -> texts.Text:
    """Home: their rest has begun; from somebody who is listed on site, the desk looks."""
    if assignment.state is AssignmentState.ON_SITE:
        return texts.not_released(words, desk_phone)
    expert = await session.get_one(Expert, assignment.expert_id)
    if not has_counted or expert.eligible_from is None:
        return texts.home_noted(words, desk_phone)
    until = in_zone(expert.eligible_from, expert.time_zone)
    return texts.welcome_home(words, f"{until:%b} {until.day}")


async def read_order(session: AsyncSession, offer: Offer) -> texts.Text | None:
    """A yes from somebody who has a seat and an order they have not acknowledged: they have read it."""
    if offer.state is not OfferState.ACCEPTED:
        return None
    deployment = await locked(session, Deployment, offer.deployment_id)
    assignment = await journeys.of_expert(session, deployment.id, offer.expert_id)
    if assignment is None or assignment.position_id != offer.position_id:
        return None
    expert = await session.get_one(Expert, offer.expert_id)
    by = Actor("expert", expert.id, expert.name)
    if not await orders.acknowledge(session, deployment, assignment, Way.TEXT, by=by):
        return None
    return texts.order_acknowledged(await words_of(session, offer), get_settings().desk_phone)


async def status(session: AsyncSession, inbound: InboundMessage, phone: Phone, writer: Expert) -> None:
    """Say what we know: open questions, seats, else that there is nothing."""
    desk_phone = get_settings().desk_phone
    mine = [offer for offer in phone.awaiting if offer.expert_id == writer.id]
    seats = await seats_of(session, writer.id)
    await inbox.mark_read(session, inbound, Kind.STATUS, expert_id=writer.id)
    told = [texts.status_open([await words_of(session, offer) for offer in mine], desk_phone)] if mine else []
    told += [texts.status_seat(await words_of(session, seat.offer), desk_phone) for seat in seats[:2]]
    if not told:
        until = await pool.away_until(session, writer)
        last = in_zone(until, writer.time_zone) if until else None
        away = f"{last:%b} {last.day}" if last else ""
        told = [texts.status_nothing(away, desk_phone, writer.preferred_language)]
    for words in told:
        await saying.reply(session, inbound, words, stopped=phone.is_stopped)
