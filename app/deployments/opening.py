"""From an approved request to a deployment with open seats; and the end of one that is called off."""

from datetime import timedelta

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Problem
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import (
    ASSIGNMENT,
    DEPLOYMENT,
    POSITION,
    SEATED,
    AssignmentState,
    DeploymentState,
    PositionState,
)
from app.deployments.teams import TEAMS, SeatPlan, wishes
from app.requests.intake import topic
from app.requests.models import Request
from app.requests.states import Mode


class DoubleBooked(Problem):
    """This expert is already promised elsewhere at that time, travel and rest included."""

    status = 409


class SeatTaken(Problem):
    """Somebody else has this seat."""

    status = 409


CALLED_OFF = {
    AssignmentState.CONFIRMED: "cancel",
    AssignmentState.ORDERED: "cancel",
    AssignmentState.EN_ROUTE: "turn_back",
    AssignmentState.ON_SITE: "release",
}
"""What a deployment that is called off means for whoever has a seat."""
REFUSALS: dict[str, type[Problem]] = {
    "ex_assignments_expert_span": DoubleBooked,
    "uq_assignments_position": SeatTaken,
}
"""What the database says, in words."""


def seat_of(request: Request, number: int, plan: SeatPlan) -> Position:
    """One seat of a team, as the request wants it. Pure: it is in no database yet."""
    wanted = [slug for slug in request.expertise_wanted if slug not in plan.required]
    return Position(
        number=number,
        code=plan.code,
        title=plan.title,
        state=PositionState.OPEN,
        disciplines=list(plan.disciplines),
        required=dict(plan.required),
        desired=wishes(request.incident_type, plan.disciplines, wanted),
        is_leader=plan.is_leader,
        is_remote=request.mode == Mode.VIRTUAL,
        is_licensed=plan.is_licensed,
    )


async def open_for(session: AsyncSession, request: Request) -> Deployment | None:
    """Open the deployment of an approved request with the seats of its team type. A second call changes nothing.

    Returns:
        The new deployment, or None when there is one already.
    """
    if await session.scalar(select(Deployment.id).where(Deployment.request_id == request.id)):
        return None
    team_type = request.team_type or "T2"
    deployment = Deployment(
        request_id=request.id,
        reference=request.reference,
        state=DeploymentState.PLANNING,
        team_type=team_type,
        priority=request.priority,
        starts_at=request.needed_by,
        ends_at=request.needed_by + timedelta(days=request.days),
        opened_at=clock.now(),
    )
    session.add(deployment)
    await session.flush()
    for number, plan in enumerate(TEAMS[team_type], start=1):
        position = seat_of(request, number, plan)
        position.deployment_id = deployment.id
        session.add(position)
    await record(session, "deployment.opened", deployment.id, topic=topic(request), team_type=team_type)
    return deployment


_POSITIONS = (
    select(Position)
    .where(Position.deployment_id == bindparam("deployment_id", type_=BigInteger))
    .order_by(Position.number)
)
_LOCKING_POSITIONS = _POSITIONS.with_for_update().execution_options(populate_existing=True)


async def positions_of(session: AsyncSession, deployment: Deployment, *, lock: bool = False) -> list[Position]:
    """The deployment's seats in their order."""
    query = _LOCKING_POSITIONS if lock else _POSITIONS
    return list((await session.scalars(query, {"deployment_id": deployment.id})).all())


async def stand_down(session: AsyncSession, deployment: Deployment, *, by: Actor, note: str) -> Deployment:
    """Call the deployment off. Who has not left does not go; who is on the way or there is released to come home.

    Seats are cancelled, spans of the released stay taken until they are home and rested. Upper rooms tell them.
    """
    deployment.state = DEPLOYMENT.after(deployment.state, "stand_down")
    for position in await positions_of(session, deployment, lock=True):
        if POSITION.can(position.state, "cancel"):
            position.state = POSITION.after(position.state, "cancel")
    seated = select(Assignment).where(Assignment.deployment_id == deployment.id, Assignment.state.in_(SEATED))
    for assignment in await session.scalars(seated.with_for_update()):
        assignment.state = ASSIGNMENT.after(assignment.state, CALLED_OFF[assignment.state])
    await record(
        session, "deployment.stood_down", deployment.id, topic=f"request:{deployment.request_id}", by=by, note=note
    )
    return deployment
