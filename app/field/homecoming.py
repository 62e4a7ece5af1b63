"""The way home, and the rest that follows by itself: the seat's span is moved to what really happened."""

from datetime import datetime, timedelta

from psycopg.errors import ExclusionViolation
from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
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


async def begin_journey(session: AsyncSession, deployment: Deployment, assignment: Assignment) -> None:
    """Somebody is released: they are expected at home, and the team is done when nobody is on site any more."""
    assignment.leaves_at = clock.now()
    expected = assignment.leaves_at + journey_home(assignment)
    await _rest_from(session, deployment, assignment, expected)
    await defer(session, CHECK_HOME, at=expected + HOME_ALARM, assignment_id=assignment.id)
    on_site = select(Assignment.id).where(Assignment.deployment_id == deployment.id, Assignment.state.in_(SEATED))
    is_last = await session.scalar(on_site.limit(1)) is None
    if is_last and DEPLOYMENT.can(deployment.state, "release"):
        deployment.state = DEPLOYMENT.after(deployment.state, "release")
        await record(session, "deployment.released", deployment.id, topic=topic(deployment))


async def begin_rest(session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime) -> None:
    """Somebody is home: their rest runs from now ("assignment.resting")."""
    await _rest_from(session, deployment, assignment, home)
    if await was_on_site(session, assignment):
        await _count_exposure(session, deployment, assignment, home)
    await alarms.settle_key(session, f"home:{assignment.id}")
    await record(session, "assignment.resting", assignment.id, topic=topic(deployment))


async def _count_exposure(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime
) -> None:
    """Enter the deployment into the exposure ledger, from its facts alone: the way home is no day on site."""
    facts = await facts_of(session, deployment, assignment, assignment.leaves_at or home)
    await exposure.enter(session, assignment.expert_id, assignment.id, home, facts)


async def facts_of(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, until: datetime
) -> exposure.Facts:
    """What the exposure policy counts of somebody's part, with days on site up to `until`."""
    request = await session.get_one(Request, deployment.request_id)
    position = await session.get_one(Position, assignment.position_id)
    hours = select(func.sum(DutyHours.hours)).where(DutyHours.assignment_id == assignment.id).group_by(DutyHours.day)
    return exposure.Facts(
        incident_type=request.incident_type,
        has_children="children" in request.modifiers or request.incident_type == "child_homicide_or_abduction",
        had_death_notification="death_notification_support" in request.service_types,
        position=position.code, is_remote=position.is_remote,
        days_on_site=rest.days_on_site(await arrived_at(session, assignment), until),
        long_days=sum(day > LONG_DAY_HOURS for day in await session.scalars(hours)),
    )  # fmt: skip


async def _rest_from(session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime) -> None:
    request = await session.get_one(Request, deployment.request_id)
    came = await _came(session, assignment)
    on_site = rest.days_on_site(came or assignment.arrives_at, assignment.leaves_at or clock.now())
    heavy = came is not None and rest.is_heavy(request.incident_type, request.modifiers)
    held = rest.rules_of(await rules.current(session))
    ends, free = rest.rested(home, on_site, heavy=heavy, rules=held)
    await _move_end(session, deployment, assignment, home, ends)
    expert = await session.get_one(Expert, assignment.expert_id, with_for_update=True)
    await holds.not_before(session, expert, free, by=SYSTEM)


async def _move_end(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, home: datetime, ends: datetime
) -> None:
    """Move the end of the seat's span. Where the next deployment is in the way, the desk is told."""
    left = assignment.span.lower
    if left is not None and left >= ends:  # they came, and went home, before they were to leave at all
        left = min(assignment.leaves_at or home, home)
    try:
        async with session.begin_nested():
            assignment.span = Range(left, ends)
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
