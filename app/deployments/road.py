"""What people on the road tell us themselves, kept with their seat: arrived, home, delayed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.deployments.models import Assignment, Deployment
from app.deployments.states import ASSIGNMENT


def is_under_way(assignment: Assignment) -> bool:
    """Whether the journey has begun, by the plan or by what the person told."""
    starts: datetime | None = assignment.span.lower
    return assignment.told_arrived_at is not None or (starts is not None and starts <= clock.now())


async def note_arrival(session: AsyncSession, deployment: Deployment, assignment: Assignment, *, by: Actor) -> None:
    """The expert says that they are there ("assignment.arrival_told"). The first time counts."""
    if assignment.told_arrived_at is not None:
        return
    assignment.told_arrived_at = clock.now()
    if ASSIGNMENT.can(assignment.state, "arrive"):
        assignment.state = ASSIGNMENT.after(assignment.state, "arrive")
    await _record(session, "assignment.arrival_told", deployment, assignment, by)


async def note_home(session: AsyncSession, deployment: Deployment, assignment: Assignment, *, by: Actor) -> None:
    """The expert says that they are home ("assignment.home_told"). The first time counts."""
    if assignment.told_home_at is not None:
        return
    assignment.told_home_at = clock.now()
    if ASSIGNMENT.can(assignment.state, "home"):
        assignment.state = ASSIGNMENT.after(assignment.state, "home")
    await _record(session, "assignment.home_told", deployment, assignment, by)


async def note_delay(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, said: str, *, by: Actor
) -> None:
    """The expert says that they come later ("assignment.delay_told"). The latest text is kept, whole."""
    assignment.told_delay = said
    await _record(session, "assignment.delay_told", deployment, assignment, by)


async def _record(session: AsyncSession, kind: str, deployment: Deployment, assignment: Assignment, by: Actor) -> None:
    await record(session, kind, assignment.id, topic=f"request:{deployment.request_id}", by=by)
