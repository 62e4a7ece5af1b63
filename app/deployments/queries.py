"""Reading deployments and their seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.problems import NotFound
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import SEATED, DeploymentState, PositionState
from app.experts.models import Contact, ContactKind, Expert
from app.requests.models import Request
from app.requests.queries import visible_to


@dataclass(frozen=True, slots=True)
class SeatView:
    """One seat as pages and the API show it: who has it, or why nobody."""

    position: Position
    expert: Expert | None
    assignment: Assignment | None

    @property
    def is_filled(self) -> bool:
        """Whether somebody confirmed this seat."""
        return self.assignment is not None


async def find(session: AsyncSession, viewer: Viewer, reference: str, *, lock: bool = False) -> Deployment:
    """The deployment called `reference`.

    Raises:
        NotFound: none, or of a request this viewer may not see.
    """
    query = (
        select(Deployment)
        .join(Request, Request.id == Deployment.request_id)
        .where(Deployment.reference == reference, visible_to(viewer))
    )
    if lock:
        query = query.with_for_update(of=Deployment).execution_options(populate_existing=True)
    deployment = await session.scalar(query)
    if deployment is None:
        raise NotFound
    return deployment


async def of_request(session: AsyncSession, request_id: int) -> Deployment | None:
    """The deployment of a request, if it was approved."""
    return await session.scalar(select(Deployment).where(Deployment.request_id == request_id))


async def of_requests(session: AsyncSession, request_ids: Sequence[int]) -> dict[int, Deployment]:
    """Request to its deployment, of those that were approved."""
    found = await session.scalars(select(Deployment).where(Deployment.request_id.in_(request_ids)))
    return {deployment.request_id: deployment for deployment in found}


async def seats(session: AsyncSession, deployment_id: int) -> list[SeatView]:
    """Every seat of the deployment in its order, with who sits in it."""
    rows = await session.execute(
        select(Position, Expert, Assignment)
        .outerjoin(Assignment, (Assignment.position_id == Position.id) & Assignment.state.in_(SEATED))
        .outerjoin(Expert, Expert.id == Assignment.expert_id)
        .where(Position.deployment_id == deployment_id)
        .order_by(Position.number)
    )
    return [SeatView(position, expert, assignment) for position, expert, assignment in rows]


@dataclass(frozen=True, slots=True)
class SeatCount:
    """How many seats a deployment has, and in which state."""

    total: int
    filled: int
    held: int
    unfillable: int


async def seat_counts(session: AsyncSession, deployment_ids: Sequence[int]) -> dict[int, SeatCount]:
    """Seat counts by deployment."""

    def count(*states: PositionState) -> ColumnElement[int]:
        return func.count().filter(Position.state.in_(states))

    rows = await session.execute(
        select(
            Position.deployment_id,
            func.count().filter(Position.state != PositionState.CANCELLED),
            count(PositionState.FILLED),
            count(PositionState.HELD),
            count(PositionState.UNFILLABLE),
        )
        .where(Position.deployment_id.in_(deployment_ids))
        .group_by(Position.deployment_id)
    )
    return {row[0]: SeatCount(*row[1:]) for row in rows}


async def listed(
    session: AsyncSession,
    viewer: Viewer,
    *,
    states: Sequence[DeploymentState] = (),
    before_id: int | None = None,
    limit: int = 50,
) -> Sequence[Deployment]:
    """Deployments the viewer may see, newest first."""
    query = select(Deployment).join(Request, Request.id == Deployment.request_id).where(visible_to(viewer))
    if states:
        query = query.where(Deployment.state.in_(states))
    if before_id is not None:
        query = query.where(Deployment.id < before_id)
    return (await session.scalars(query.order_by(Deployment.id.desc()).limit(limit))).all()


async def leader_phone(session: AsyncSession, deployment: Deployment) -> str | None:
    """The number of the seated team leader, E.164; None while there is none."""
    return await session.scalar(
        select(Contact.number)
        .join(Assignment, Assignment.expert_id == Contact.expert_id)
        .join(Position, Position.id == Assignment.position_id)
        .where(
            Assignment.deployment_id == deployment.id,
            Assignment.state.in_(SEATED),
            Position.is_leader,
            Contact.kind == ContactKind.MOBILE,
        )
        .order_by(Position.number)
        .limit(1)
    )


async def first_arrived(session: AsyncSession, deployment_id: int) -> datetime | None:
    """When the first of the team texted that they are there; None: nobody did."""
    query = select(func.min(Assignment.told_arrived_at)).where(Assignment.deployment_id == deployment_id)
    return await session.scalar(query)


async def first_arrival(session: AsyncSession, deployment_id: int) -> datetime | None:
    """When the first confirmed expert is expected on site."""
    return await session.scalar(
        select(func.min(Assignment.arrives_at)).where(
            Assignment.deployment_id == deployment_id, Assignment.state.in_(SEATED)
        )
    )
