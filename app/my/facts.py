"""What an expert may know of a seat: role, state and days before a yes; the place and the people once it is theirs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.core.places import STATES
from app.deployments.models import Deployment, Position
from app.deployments.queries import seats
from app.deployments.states import PositionState
from app.dispatch.models import Offer
from app.dispatch.offers import contacts_of
from app.field import orders
from app.requests.models import Request
from app.web.languages import N_

MODES = {"drive": N_("You drive"), "fly": N_("You fly"), "none": N_("From home, by video")}


@dataclass(frozen=True, slots=True)
class Facts:
    """One seat as its offer tells of it.

    Args:
        others: how many more the team has.
        place: the state; with the town once the seat is theirs.
        zone: of the place, in which its days are counted.
        leaves, arrives, home: the journey as planned; None: nobody travels.
        travel: the way in words; minutes: of one way.
        is_ordered: whether the mission order says how to travel, to somebody who has the seat.
    """

    title: str
    others: int
    place: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    leaves: datetime | None
    arrives: datetime | None
    home: datetime | None
    travel: str
    minutes: int
    is_ordered: bool


async def facts_of(session: AsyncSession, offer: Offer, *, with_town: bool = False) -> Facts:
    """The facts of an offer."""
    deployment = await session.get_one(Deployment, offer.deployment_id)
    position = await session.get_one(Position, offer.position_id)
    request = await session.get_one(Request, deployment.request_id)
    size = await session.scalar(
        select(func.count()).where(Position.deployment_id == deployment.id, Position.state != PositionState.CANCELLED)
    )
    state = STATES.get(request.place_state, request.place_state)
    leaves, arrives, home = (_moment(offer, name) for name in ("depart", "arrive", "home"))
    return Facts(
        title=position.title,
        others=max((size or 1) - 1, 0),
        place=f"{request.city}, {state}" if with_town else state,
        starts_at=deployment.starts_at,
        ends_at=deployment.ends_at,
        zone=request.time_zone,
        leaves=leaves,
        arrives=arrives,
        home=home,
        travel=MODES.get(offer.travel.get("mode", ""), ""),
        minutes=int(offer.travel.get("minutes", 0)),
        is_ordered=with_town and await orders.latest(session, deployment.id) is not None,
    )


def _moment(offer: Offer, name: str) -> datetime | None:
    is_journey = offer.travel.get("mode") in ("drive", "fly")
    return datetime.fromisoformat(offer.travel[name]) if is_journey and name in offer.travel else None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the confirmed team."""

    name: str
    title: str
    is_leader: bool
    is_me: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What only somebody with the seat may read: where, to whom, with whom, what is known.

    Args:
        report_to: whom the mission order names; before there is one, whom the agency named.
        report_phone: of the order's person; "" before.
        lead_phone: of the team leader, if there is one and it is somebody else.
    """

    reference: str
    agency: str
    report_to: str
    report_phone: str
    contact: str
    contact_phone: str
    incident_type: str
    summary: str
    team: tuple[Colleague, ...]
    lead_phone: str | None


async def sheet_of(session: AsyncSession, offer: Offer) -> Sheet:
    """The trip sheet of an offer with a yes and a seat."""
    deployment = await session.get_one(Deployment, offer.deployment_id)
    request = await session.get_one(Request, deployment.request_id)
    agency = await session.get_one(Agency, request.agency_id)
    order = await orders.latest(session, deployment.id)
    filled = [seat for seat in await seats(session, deployment.id) if seat.expert is not None]
    lead = next((seat.expert for seat in filled if seat.position.is_leader), None)
    phones = await contacts_of(session, lead.id) if lead and lead.id != offer.expert_id else []
    team = tuple(
        Colleague(seat.expert.name, seat.position.title, seat.position.is_leader, seat.expert.id == offer.expert_id)
        for seat in filled
        if seat.expert is not None
    )
    return Sheet(
        reference=request.reference,
        agency=agency.name,
        report_to=order.report_to if order else request.report_to,
        report_phone=order.report_phone if order else "",
        contact=f"{request.contact_title} {request.contact_name}".strip(),
        contact_phone=request.contact_phone,
        incident_type=request.incident_type,
        summary=request.summary,
        team=team,
        lead_phone=phones[0].number if phones else None,
    )
