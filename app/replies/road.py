"""ARRIVED, HOME, DELAYED and STATUS: kept with the seat, shown to the desk, answered with what is true now."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.database import locked
from app.core.events import Actor
from app.core.settings import get_settings
from app.deployments import road
from app.deployments.models import Assignment, Deployment
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.dispatch.words import words_of
from app.experts import pool
from app.experts.models import Expert
from app.messaging import inbox, texts
from app.messaging.models import InboundMessage
from app.replies import saying
from app.replies.meaning import Kind
from app.replies.routing import Phone


@dataclass(frozen=True, slots=True)
class Seat:
    """A confirmed seat with the offer it came from."""

    offer: Offer
    assignment: Assignment


async def seats_of(session: AsyncSession, expert_id: int) -> list[Seat]:
    """An expert's confirmed seats whose rest is not over, in the order of their days."""
    rows = await session.execute(
        select(Offer, Assignment)
        .join(Assignment, (Assignment.position_id == Offer.position_id) & (Assignment.expert_id == Offer.expert_id))
        .where(Offer.expert_id == expert_id, Offer.state == OfferState.ACCEPTED, Assignment.state.in_(LIVE))
        .order_by(Assignment.id)
    )
    seats = [Seat(*row) for row in rows]
    current = [seat for seat in seats if seat.assignment.span.upper and seat.assignment.span.upper > clock.now()]
    return sorted(current, key=lambda seat: (seat.assignment.span.lower or clock.now(), seat.assignment.id))


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
    words = await _noted(session, seat, writer, kind, inbound.body)
    deployment = await session.get_one(Deployment, seat.assignment.deployment_id)
    topic = f"request:{deployment.request_id}"
    keep = inbox.mark_read if words.kind in ("arrived_noted", "home_noted") else inbox.escalate
    await keep(session, inbound, words.kind, offer_id=seat.offer.id, expert_id=writer.id, topic=topic)
    await saying.reply(session, inbound, words, seat.offer, stopped=phone.is_stopped)


async def _noted(session: AsyncSession, seat: Seat, writer: Expert, kind: Kind, said: str) -> texts.Text:
    desk_phone = get_settings().desk_phone
    words = await words_of(session, seat.offer)
    deployment = await locked(session, Deployment, seat.assignment.deployment_id)
    assignment = await locked(session, Assignment, seat.assignment.id)
    by = Actor("expert", writer.id, writer.name)
    if kind is Kind.DELAYED:
        await road.note_delay(session, deployment, assignment, said, by=by)
        return texts.delay_noted(words, desk_phone)
    if not road.is_under_way(assignment):
        return texts.not_under_way(words, desk_phone)
    if kind is Kind.ARRIVED:
        await road.note_arrival(session, deployment, assignment, by=by)
        return texts.arrived_noted(words, desk_phone)
    await road.note_home(session, deployment, assignment, by=by)
    return texts.home_noted(words, desk_phone)


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
