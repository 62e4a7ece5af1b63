"""Assignments as iCalendar: an invitation with its updates and its cancellation (RFC 5546), and feeds to subscribe to.

Subjects are neutral: a calendar lies open on many screens. The UID is the assignment's for ever; SEQUENCE grows with
every change of its times, which the database counts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.places import STATES
from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import AssignmentState, DeploymentState
from app.experts.models import Expert
from app.requests.models import Request

if TYPE_CHECKING:
    from icalendar import Calendar, Event, vCalAddress

OVER = (AssignmentState.CANCELLED, AssignmentState.NO_SHOW)
DESK_BACK = timedelta(days=90)
"""So far back the desk's feed goes."""


def ends_at(assignment: Assignment, deployment: Deployment) -> datetime:
    """When a journey ends at home: as long back as there. The rest that follows is nobody's appointment."""
    lower = assignment.span.lower
    leaves = assignment.leaves_at or deployment.ends_at
    return leaves + (assignment.arrives_at - lower if lower else timedelta(0))


def _calendar(name: str, method: str) -> "Calendar":
    from icalendar import Calendar  # noqa: PLC0415 - loaded where it is used, so that the web starts sooner

    calendar = Calendar()
    calendar.add("prodid", f"-//Rapid Response Team//{name}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _desk_address() -> "vCalAddress":
    from icalendar import vCalAddress  # noqa: PLC0415

    host = urlsplit(get_settings().public_url).hostname or "localhost"
    address = vCalAddress(f"mailto:desk@{host}")
    address.params["CN"] = "RRT desk"
    return address


async def invitation(session: AsyncSession, assignment: Assignment) -> bytes:
    """One assignment for its expert's calendar: REQUEST, the same again with a higher SEQUENCE when it changed, CANCEL
    when it is off."""
    from icalendar import vCalAddress  # noqa: PLC0415

    is_off = assignment.state in OVER
    calendar = _calendar("Journeys", "CANCEL" if is_off else "REQUEST")
    event = await _event(session, assignment)
    expert = await session.get_one(Expert, assignment.expert_id)
    event.add("organizer", _desk_address())
    if expert.email:
        attendee = vCalAddress(f"mailto:{expert.email}")
        attendee.params["PARTSTAT"] = "DECLINED" if is_off else "ACCEPTED"
        event.add("attendee", attendee, encode=False)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


async def journeys(session: AsyncSession, assignments: Sequence[Assignment]) -> bytes:
    """Several assignments, published: what is off stays in it as cancelled, so that calendars take it out."""
    calendar = _calendar("Journeys", "PUBLISH")
    for assignment in assignments:
        calendar.add_component(await _event(session, assignment))
    return bytes(calendar.to_ical())


async def _event(session: AsyncSession, assignment: Assignment) -> "Event":
    from icalendar import Event  # noqa: PLC0415

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
    event.add("dtend", ends_at(assignment, deployment))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_off else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


async def of_expert(session: AsyncSession, expert_id: int) -> bytes:
    """An expert's feed: all their journeys."""
    query = select(Assignment).where(Assignment.expert_id == expert_id).order_by(Assignment.id)
    return await journeys(session, (await session.scalars(query)).all())


async def of_desk(session: AsyncSession) -> bytes:
    """The desk's feed: every deployment of the last ninety days and to come; called off, they are cancelled."""
    from icalendar import Event  # noqa: PLC0415

    calendar = _calendar("Deployments", "PUBLISH")
    query = select(Deployment, Request).join(Request, Request.id == Deployment.request_id)
    rows = await session.execute(query.where(Deployment.ends_at > clock.now() - DESK_BACK).order_by(Deployment.id))
    for deployment, request in rows:
        is_off = deployment.state is DeploymentState.STOOD_DOWN
        event = Event()
        event.add("uid", f"deployment-{deployment.id}@rapid-response-team")
        event.add("dtstamp", clock.now())
        event.add("sequence", deployment.version)
        event.add("summary", f"RRT {deployment.reference}")
        event.add("description", f"{deployment.team_type}, {deployment.state.replace('_', ' ')}.")
        event.add("location", STATES.get(request.place_state, request.place_state))
        event.add("dtstart", deployment.starts_at)
        event.add("dtend", deployment.ends_at)
        event.add("status", "CANCELLED" if is_off else "CONFIRMED")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
