"""An expert's journeys: those to come and under way first, what may be told about them now, and their calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.places import STATES
from app.core.problems import NotFound
from app.deployments import road
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, AssignmentState
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.experts.models import Expert
from app.my.facts import Facts, Sheet, facts_of, sheet_of
from app.requests.models import Request
from app.web.languages import N_

OVER = (AssignmentState.CANCELLED, AssignmentState.NO_SHOW)
STATES_SAID = {
    AssignmentState.CONFIRMED: N_("Confirmed"),
    AssignmentState.ORDERED: N_("Mission order accepted"),
    AssignmentState.EN_ROUTE: N_("Under way"),
    AssignmentState.ON_SITE: N_("On site"),
    AssignmentState.RELEASED: N_("Released"),
    AssignmentState.HOME: N_("Home"),
    AssignmentState.RELIEVED: N_("Relieved"),
    AssignmentState.NO_SHOW: N_("Did not come about"),
    AssignmentState.CANCELLED: N_("Called off"),
}


@dataclass(frozen=True, slots=True)
class Trip:
    """One journey.

    Args:
        said: where it stands, in words.
        is_over: home and rested, or called off.
        is_under_way: whether arrivals may be told.
        sheet: who and where, while it lasts.
    """

    assignment: Assignment
    offer: Offer
    facts: Facts
    said: str
    is_over: bool
    is_under_way: bool
    sheet: Sheet | None


def _said(assignment: Assignment) -> str:
    if assignment.state in OVER:
        return STATES_SAID[assignment.state]
    if assignment.told_home_at is not None:
        return N_("You told us that you are home")
    if assignment.told_arrived_at is not None:
        return N_("You told us that you arrived")
    return STATES_SAID[assignment.state]


async def trips_of(session: AsyncSession, expert_id: int, limit: int = 40) -> list[Trip]:
    """An expert's journeys: those not over by their days, then the others, the newest first."""
    rows = await session.execute(
        select(Assignment, Offer)
        .join(Offer, (Offer.position_id == Assignment.position_id) & (Offer.expert_id == Assignment.expert_id))
        .where(Assignment.expert_id == expert_id)
        .order_by(Assignment.id.desc(), Offer.id.desc())
        .limit(limit)
    )
    found: dict[int, Trip] = {}
    for assignment, offer in rows:
        if assignment.id not in found:
            found[assignment.id] = await _trip(session, assignment, offer)
    trips = list(found.values())
    coming = sorted((trip for trip in trips if not trip.is_over), key=lambda trip: trip.assignment.arrives_at)
    return coming + [trip for trip in trips if trip.is_over]


async def _trip(session: AsyncSession, assignment: Assignment, offer: Offer) -> Trip:
    rests_until = assignment.span.upper
    is_live = assignment.state in LIVE and offer.state is OfferState.ACCEPTED
    is_over = not is_live or (rests_until is not None and rests_until <= clock.now())
    return Trip(
        assignment,
        offer,
        await facts_of(session, offer, with_town=is_live),
        _said(assignment),
        is_over=is_over,
        is_under_way=is_live and not is_over and road.is_under_way(assignment),
        sheet=await sheet_of(session, offer) if is_live and not is_over else None,
    )


async def own(session: AsyncSession, expert_id: int, assignment_id: int) -> Assignment:
    """One of an expert's own assignments.

    Raises:
        NotFound: none of theirs.
    """
    found = await session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, Assignment.expert_id == expert_id)
    )
    if found is None:
        raise NotFound
    return found


async def calendar_of(session: AsyncSession, expert: Expert, assignments: Sequence[Assignment]) -> bytes:
    """Assignments as an iCalendar file (RFC 5545). Its subject is neutral: a calendar lies open on many screens."""
    calendar = Calendar()
    calendar.add("prodid", "-//Rapid Response Team//Journeys//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for assignment in assignments:
        calendar.add_component(await _event(session, assignment))
    return bytes(calendar.to_ical())


async def _event(session: AsyncSession, assignment: Assignment) -> Event:
    deployment = await session.get_one(Deployment, assignment.deployment_id)
    request = await session.get_one(Request, deployment.request_id)
    position = await session.get_one(Position, assignment.position_id)
    is_off = assignment.state in OVER
    event = Event()
    event.add("uid", f"assignment-{assignment.id}@rapid-response-team")
    event.add("dtstamp", clock.now())
    event.add("sequence", assignment.sequence)
    event.add("summary", "RRT journey")
    event.add("description", f"{position.title}. Details on your page or from the desk.")
    event.add("location", STATES.get(request.place_state, request.place_state))
    event.add("dtstart", assignment.span.lower or assignment.arrives_at)
    event.add("dtend", _home(assignment, deployment))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _home(assignment: Assignment, deployment: Deployment) -> datetime:
    """When the journey ends at home: as long back as there. The rest that follows is nobody's appointment."""
    lower = assignment.span.lower
    return deployment.ends_at + (assignment.arrives_at - lower if lower else deployment.ends_at - deployment.ends_at)
