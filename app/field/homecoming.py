"""The way home, and the rest that follows by itself: the seat's span is moved to what really happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.errors import ExclusionViolation
from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import flush
from app.core.events import SYSTEM, record
from app.core.jobs import defer
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import DEPLOYMENT, SEATED
from app.experts import exposure, holds
from app.experts.models import Expert
from app.field import rest
from app.field.models import CheckIn, DutyHours
from app.field.orders import topic
from app.field.states import Step
from app.requests.models import Request
from app.rosters import rules
from app.watch import alarms

LONG_DAY_HOURS = 10
HOME_ALARM = timedelta(hours=2)
"""So long after the expected arrival at home somebody who has not texted HOME is asked after."""
CHECK_HOME = "field.check_home"


_CAME = (
    select(CheckIn.happened_at)
    .where(CheckIn.assignment_id == bindparam("assignment_id", type_=BigInteger))
    .where(CheckIn.step == Step.ARRIVED, CheckIn.has_counted)
    .order_by(CheckIn.id)
    .limit(1)
)
_LONG_DAYS = (
    select(DutyHours.day)
    .where(DutyHours.assignment_id == bindparam("assignment_id", type_=BigInteger))
    .group_by(DutyHours.day)
    .having(func.sum(DutyHours.hours) > LONG_DAY_HOURS)
)
_PART = (
    select(
        Request.incident_type, Request.modifiers, Request.service_types, Position.code, Position.is_remote,
        _CAME.scalar_subquery(), select(func.count()).select_from(_LONG_DAYS.subquery()).scalar_subquery(),
    )
    .join(Deployment, Deployment.request_id == Request.id)
    .join(Position, Position.deployment_id == Deployment.id)
    .where(Position.id == bindparam("position_id", type_=BigInteger))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What is counted of somebody's part in a deployment.

    Args:
        incident_type: the request's, as are the next two.
        modifiers: what makes it heavier.
        service_types: what was asked for.
        position: code of the seat.
        is_remote: they never left home.
        came: when they told that they are there; None: they were not, as far as anybody said.
        long_days: days of more than ten hours of duty.
    """

    incident_type: str
    modifiers: list[str]
    service_types: list[str]
    position: str
    is_remote: bool
    came: datetime | None
    long_days: int


async def _part_of(session: AsyncSession, assignment: Assignment) -> Part:
    about = {"assignment_id": assignment.id, "position_id": assignment.position_id}
    return Part(*(await session.execute(_PART, about)).one())


async def _came(session: AsyncSession, assignment: Assignment) -> datetime | None:
    """When somebody told that they are there; None: they were not, as far as anybody said."""
    return await session.scalar(_CAME, {"assignment_id": assignment.id})


async def arrived_at(session: AsyncSession, assignment: Assignment) -> datetime:
    """When somebody came on site: as told, else as planned."""
    return await _came(session, assignment) or assignment.arrives_at


async def was_on_site(session: AsyncSession, assignment: Assignment) -> bool:
    """Whether somebody was there at all: who turned back on the way carries nothing of the incident."""
    return await _came(session, assignment) is not None


def journey_home(assignment: Assignment) -> timedelta:
    """How long the way home takes: as long as the way there was planned to take."""
    left = assignment.span.lower
    return assignment.arrives_at - left if left else timedelta(hours=8)


_SEATED = (
    select(Assignment.id)
    .where(Assignment.deployment_id == bindparam("deployment_id", type_=BigInteger), Assignment.state.in_(SEATED))
    .limit(1)
)


async def begin_journey(session: AsyncSession, deployment: Deployment, assignment: Assignment) -> None:
    """Somebody is released: they are expected at home, and the team is done when nobody is on site any more."""
    assignment.leaves_at = clock.now()
    expected = assignment.leaves_at + journey_home(assignment)
    await _rest_from(session, deployment, assignment, expected)
    await defer(session, CHECK_HOME, at=expected + HOME_ALARM, assignment_id=assignment.id)
    if DEPLOYMENT.can(deployment.state, "release") and not await _is_anybody_seated(session, deployment):
        deployment.state = DEPLOYMENT.after(deployment.state, "release")
        await record(session, "deployment.released", deployment.id, topic=topic(deployment))


async def _is_anybody_seated(session: AsyncSession, deployment: Deployment) -> bool:
    return await session.scalar(_SEATED, {"deployment_id": deployment.id}) is not None


async def begin_rest(session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime) -> None:
    """Somebody is home: their rest runs from now ("assignment.resting")."""
    part = await _rest_from(session, deployment, assignment, home)
    if part.came is not None:  # the way home is no day on site
        facts = _facts(part, assignment, assignment.leaves_at or home)
        await exposure.enter(session, assignment.expert_id, assignment.id, home, facts)
    await alarms.settle_key(session, f"home:{assignment.id}")
    await record(session, "assignment.resting", assignment.id, topic=topic(deployment))


async def facts_of(session: AsyncSession, assignment: Assignment, until: datetime) -> exposure.Facts:
    """What the exposure policy counts of somebody's part, with days on site up to `until`."""
    return _facts(await _part_of(session, assignment), assignment, until)


def _facts(part: Part, assignment: Assignment, until: datetime) -> exposure.Facts:
    return exposure.Facts(
        incident_type=part.incident_type,
        has_children="children" in part.modifiers or part.incident_type == "child_homicide_or_abduction",
        had_death_notification="death_notification_support" in part.service_types,
        position=part.position, is_remote=part.is_remote,
        days_on_site=rest.days_on_site(part.came or assignment.arrives_at, until), long_days=part.long_days,
    )  # fmt: skip


async def _rest_from(session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime) -> Part:
    with session.no_autoflush:  # state, last moment on site and span are one change of the row
        part = await _part_of(session, assignment)
        held = rest.rules_of(await rules.current(session))
    on_site = rest.days_on_site(part.came or assignment.arrives_at, assignment.leaves_at or clock.now())
    heavy = part.came is not None and rest.is_heavy(part.incident_type, part.modifiers)
    ends, free = rest.rested(home, on_site, heavy=heavy, rules=held)
    await _move_end(session, deployment, assignment, home, ends)
    await holds.not_before(session, assignment.expert_id, free, by=SYSTEM)
    return part


async def _move_end(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime, ends: datetime
) -> None:
    """Move the end of the seat's span. Where the next deployment is in the way, the desk is told."""
    left = assignment.span.lower
    if left is not None and left >= ends:  # they came, and went home, before they were to leave at all
        left = min(assignment.leaves_at or home, home)
    span = Range(left, ends)
    if span.contained_by(assignment.span):  # nothing can be in the way of what is theirs already
        assignment.span = span
        await flush(session)
        return
    try:
        async with session.begin_nested():
            assignment.span = span
            await session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        await session.refresh(assignment)
        expert = await session.get_one(Expert, assignment.expert_id)
        await alarms.sound(
            session, "assignment.rest_broken", f"rest:{assignment.id}", topic=topic(deployment),
            subject_id=assignment.id,
            says=f"{expert.name} is home later than planned, and their next deployment begins before they are rested.",
            action="Find somebody else for the next deployment, or have two people decide that they go.",
        )  # fmt: skip
