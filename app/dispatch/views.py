"""What the desk's and the expert's pages show of offers. The queries are here, so that templates only show."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.places import STATES, clock_time, days
from app.deployments.models import Deployment, Position
from app.deployments.queries import SeatView
from app.deployments.queries import seats as seats_of
from app.dispatch import queries
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.experts.models import Expert
from app.messaging import queries as messages
from app.messaging import texts
from app.requests.models import Request
from app.rosters.queries import ProposedSeat

STATE_WORDS = {
    OfferState.PLANNED: "waits for the morning there",
    OfferState.CONTACTING: "asked, no answer yet",
    OfferState.ACCEPTED: "yes",
    OfferState.DECLINED: "no",
    OfferState.EXPIRED: "no answer in time",
    OfferState.UNREACHABLE: "cannot be reached",
    OfferState.WITHDRAWN: "taken back",
    OfferState.DEFERRED: "answered with a condition",
    OfferState.STANDBY: "yes, on standby",
}


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer under its seat."""

    offer: Offer
    expert: Expert
    is_open: bool
    last: str
    """How the last text or call got on."""


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat with everybody who was asked for it."""

    view: SeatView
    offers: tuple[OfferLine, ...]


async def seat_lines(session: AsyncSession, deployment: Deployment) -> list[SeatLine]:
    """The team seat by seat, with offers and how their texts got on."""
    asked = await queries.of_deployment(session, deployment.id)
    seats = await seats_of(session, deployment.id)
    filled = {seat.position.id for seat in seats if seat.is_filled}
    lines = [await _offer_line(session, view, is_filled=view.position.id in filled) for view in asked]
    return [SeatLine(seat, tuple(li for li in lines if li.offer.position_id == seat.position.id)) for seat in seats]


async def _offer_line(session: AsyncSession, view: queries.OfferView, *, is_filled: bool) -> OfferLine:
    sent = await messages.of_offer(session, view.offer.id)
    last = f"{sent[-1].kind.replace('_', ' ').capitalize()}: {sent[-1].in_words.lower()}" if sent else ""
    # A late yes may still be entered by the desk, as long as the seat has nobody.
    answerable = OPEN if is_filled else (*OPEN, OfferState.STANDBY, OfferState.EXPIRED)
    return OfferLine(view.offer, view.expert, view.offer.state in answerable, last)


@dataclass(frozen=True, slots=True)
class Preview:
    """The text that goes out, with its length."""

    body: str
    length: int


def preview(request: Request, deployment: Deployment, seats: list[ProposedSeat], until: datetime) -> Preview:
    """The first text of the first proposed person, with a code that stands for hers."""
    first = next((seat for seat in seats if seat.choice), None)
    words = texts.OfferWords(
        code="412",
        role=(first.position.title if first else "team leader").lower(),
        state=request.place_state,
        dates=days(deployment.starts_at, deployment.ends_at, request.time_zone),
        reply_by=clock_time(until, first.choice.expert.time_zone if first and first.choice else request.time_zone),
    )
    body = texts.offer(words).body
    return Preview(body, len(body))


@dataclass(frozen=True, slots=True)
class MyLine:
    """An offer as its expert sees it: role, state and days, no fact of the incident."""

    offer: Offer
    position: Position
    deployment: Deployment
    state_name: str
    is_open: bool


async def my_lines(session: AsyncSession, viewer: Viewer) -> list[MyLine]:
    """The expert's offers, newest first."""
    lines = []
    for mine in await queries.of_expert(session, viewer.expert_id or 0):
        request = await session.get_one(Request, mine.deployment.request_id)
        place = STATES.get(request.place_state, request.place_state)
        lines.append(MyLine(mine.offer, mine.position, mine.deployment, place, mine.offer.state in OPEN))
    return lines
