"""Requests that belong together: which ones probably do and why; linked, or made part of another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict
from app.requests.intake import topic
from app.requests.models import Request, RequestLink
from app.requests.states import OPEN, REQUEST, RequestState

NEAR_MILES = 30
NEAR_TIME = timedelta(hours=72)
"""Two requests are probably one event when they lie so near in place or agency, and in time."""
MOST = 5


@dataclass(frozen=True, slots=True)
class Related:
    """Another request, and what speaks for one event.

    Args:
        request: the other one.
        agency_name: who asked.
        why: reasons in words; empty when somebody linked them without any.
        is_linked: whether somebody has.
        may_take_in: whether this request can become part of it.
    """

    request: Request
    agency_name: str
    why: tuple[str, ...]
    is_linked: bool
    may_take_in: bool


def _miles(one: Request, other: Request) -> float:
    """Great circle between two places, in miles."""
    north, south = radians(one.latitude), radians(other.latitude)
    half = sin((south - north) / 2) ** 2
    half += cos(north) * cos(south) * sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * 3959 * asin(sqrt(min(1.0, half)))


def _moment(request: Request) -> datetime:
    """When it happened, or when it was filed if nobody said."""
    return request.occurred_at or request.filed_at or clock.now()


def why(one: Request, other: Request) -> tuple[str, ...]:
    """What speaks for one event behind both; empty when too little does."""
    apart = abs(_moment(one) - _moment(other))
    miles = _miles(one, other)
    is_same_agency = one.agency_id == other.agency_id
    if apart > NEAR_TIME or not (is_same_agency or miles <= NEAR_MILES):
        return ()
    found = ["Same agency"] if is_same_agency else []
    if (one.city, one.place_state) == (other.city, other.place_state):
        found.append("same place")
    elif miles <= NEAR_MILES:
        found.append("less than 2 miles apart" if miles < 2 else f"{round(miles)} miles apart")
    if one.incident_type == other.incident_type:
        found.append("same kind of event")
    hours = round(apart.total_seconds() / 3600)
    found.append("at the same hour" if hours == 0 else f"{hours} h apart")
    return tuple(found)


def can_merge(request: Request, into: Request) -> bool:
    """Whether a request may become part of another: of one agency, one still open, the other alive."""
    is_alive = into.state in OPEN or into.state is RequestState.APPROVED
    return request.id != into.id and request.agency_id == into.agency_id and request.state in OPEN and is_alive


async def related(session: AsyncSession, request: Request) -> list[Related]:
    """Linked requests, then those that probably are the same event, the best founded first."""
    linked = await _linked_ids(session, request)
    moment = request.filed_at or clock.now()
    rows = await session.execute(
        select(Request, Agency.name)
        .join(Agency, Agency.id == Request.agency_id)
        .where(Request.id != request.id, Request.state != RequestState.DRAFT)
        .where(
            Request.id.in_(linked) | Request.filed_at.between(moment - 2 * NEAR_TIME, moment + 2 * NEAR_TIME),
        )
        .order_by(Request.id.desc())
        .limit(300)
    )
    found = [
        Related(other, name, why(request, other), other.id in linked, can_merge(request, other)) for other, name in rows
    ]
    probable = [one for one in found if one.is_linked or (one.why and one.request.state is not RequestState.MERGED)]
    return sorted(probable, key=lambda one: (not one.is_linked, -len(one.why)))[:MOST]


async def _linked_ids(session: AsyncSession, request: Request) -> set[int]:
    rows = await session.execute(
        select(RequestLink.request_id, RequestLink.other_id).where(
            or_(RequestLink.request_id == request.id, RequestLink.other_id == request.id)
        )
    )
    return {one for row in rows for one in row} - {request.id}


async def parts_of(session: AsyncSession, request: Request) -> Sequence[Request]:
    """Requests that became part of this one."""
    return (await session.scalars(select(Request).where(Request.merged_into_id == request.id))).all()


async def link(session: AsyncSession, request: Request, other: Request, *, by: Actor) -> None:
    """Say that two requests are about one event; each keeps a decision of its own. Twice changes nothing.

    Raises:
        Conflict: it is the same request.
    """
    if request.id == other.id:
        raise Conflict("A request cannot be linked to itself.")
    first, second = sorted((request.id, other.id))
    made = await session.scalar(
        insert(RequestLink)
        .values(request_id=first, other_id=second, linked_by_id=by.id, linked_at=clock.now())
        .on_conflict_do_nothing()
        .returning(RequestLink.id)
    )
    if made is not None:
        for one, to in ((request, other), (other, request)):
            await record(session, "request.linked", one.id, topic=topic(one), by=by, other=to.reference)


async def merge(session: AsyncSession, request: Request, into: Request, *, by: Actor) -> Request:
    """Make a request part of another of the same agency. Both are locked.

    Raises:
        Conflict: of another agency, decided already, or the other one is closed.
    """
    if not can_merge(request, into):
        raise Conflict("Only an open request can become part of another, and only of one of the same agency.")
    request.state = REQUEST.after(request.state, "merge")
    request.merged_into_id = into.id
    await record(session, "request.merged", request.id, topic=topic(request), by=by, other=into.reference)
    await record(session, "request.absorbed", into.id, topic=topic(into), by=by, other=request.reference)
    return request
