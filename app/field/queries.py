"""Reading life on the road: the team's sheet, seat by seat, as the desk, the leader and the API see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.problems import NotFound
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, AssignmentState
from app.experts.models import Expert
from app.field import daily, duty
from app.field.models import CheckIn, MissionOrder, OrderCopy, Relief
from app.field.states import Light

A = AssignmentState
GONE = (A.CANCELLED,)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the team on the road.

    Args:
        copy: the latest order they got, and whether it is acknowledged.
        check_ins: every report about their journey, the latest first.
        hours: all hours of work of this deployment.
        limits: duty limits that are near or broken.
        lights: day to colour.
        relief: a relief of theirs that is under way.
        relieves: whom they come for, if they do.
    """

    assignment: Assignment
    position: Position
    expert: Expert
    copy: OrderCopy | None
    check_ins: tuple[CheckIn, ...]
    hours: float
    limits: tuple[duty.Limit, ...]
    lights: dict[date, Light]
    relief: Relief | None
    relieves: str | None

    @property
    def arrived_at(self) -> datetime | None:
        """When they came on site, if they did."""
        return next((one.happened_at for one in self.check_ins if one.step == "arrived" and one.has_counted), None)


async def members(session: AsyncSession, deployment: Deployment) -> list[Member]:
    """Everybody who is or was on the road with this team, in the order of the seats."""
    rows = (
        await session.execute(
            select(Assignment, Position, Expert)
            .join(Position, Position.id == Assignment.position_id)
            .join(Expert, Expert.id == Assignment.expert_id)
            .where(Assignment.deployment_id == deployment.id, Assignment.state.not_in(GONE))
            .order_by(Position.number, Assignment.id)
        )
    ).all()
    lights = await daily.lights(session, deployment.id)
    reliefs = {relief.position_id: relief for relief in await _reliefs(session, deployment.id)}
    names = {assignment.id: expert.name for assignment, _, expert in rows}
    return [await _member(session, (row[0], row[1], row[2]), lights.get(row[2].id, {}), reliefs, names) for row in rows]


async def _reliefs(session: AsyncSession, deployment_id: int) -> Sequence[Relief]:
    query = select(Relief).join(Assignment, Assignment.id == Relief.assignment_id)
    rows = await session.scalars(query.where(Assignment.deployment_id == deployment_id, Relief.withdrawn_at.is_(None)))
    return rows.all()


async def _member(
    session: AsyncSession,
    row: tuple[Assignment, Position, Expert],
    lights: dict[date, Light],
    reliefs: dict[int, Relief],
    names: dict[int, str],
) -> Member:
    assignment, position, expert = row
    told = await session.scalars(
        select(CheckIn).where(CheckIn.assignment_id == assignment.id).order_by(CheckIn.id.desc())
    )
    copies = select(OrderCopy).where(OrderCopy.assignment_id == assignment.id).order_by(OrderCopy.id.desc()).limit(1)
    relieves = reliefs.get(position.id)
    return Member(
        assignment, position, expert, await session.scalar(copies), tuple(told),
        sum((await daily.hours_of(session, assignment.id)).values()),
        tuple(duty.warnings(await daily.hours_by_day(session, expert.id))), lights,
        next((one for one in reliefs.values() if one.assignment_id == assignment.id and one.relieved_at is None), None),
        names.get(relieves.assignment_id) if relieves else None,
    )  # fmt: skip


async def orders_of(session: AsyncSession, deployment_id: int) -> Sequence[MissionOrder]:
    """The order and its amendments, the latest first."""
    query = select(MissionOrder).where(MissionOrder.deployment_id == deployment_id)
    return (await session.scalars(query.order_by(MissionOrder.number.desc()))).all()


async def seat_in(session: AsyncSession, expert_id: int, reference: str) -> Assignment | None:
    """The seat that somebody has, or had on the road, in the deployment called `reference`."""
    return await session.scalar(
        select(Assignment)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Deployment.reference == reference, Assignment.expert_id == expert_id, Assignment.state.in_(LIVE))
        .order_by(Assignment.id.desc())
        .limit(1)
    )


async def leads(session: AsyncSession, seat: Assignment) -> bool:
    """Whether it is the leader's seat."""
    return bool(await session.scalar(select(Position.is_leader).where(Position.id == seat.position_id)))


async def led_by(session: AsyncSession, viewer: Viewer, reference: str, *, lock: bool = False) -> Deployment:
    """The deployment that an expert leads, or led until it ended.

    Raises:
        NotFound: no such deployment, or somebody else leads it.
    """
    query = (
        select(Deployment)
        .join(Position, Position.deployment_id == Deployment.id)
        .join(Assignment, Assignment.position_id == Position.id)
        .where(Deployment.reference == reference, Position.is_leader, Assignment.expert_id == (viewer.expert_id or 0))
        .where(Assignment.state.in_((A.CONFIRMED, A.ORDERED, A.EN_ROUTE, A.ON_SITE, A.RELEASED, A.HOME)))
        .limit(1)
    )
    if lock:
        query = query.with_for_update(of=Deployment).execution_options(populate_existing=True)
    deployment = await session.scalar(query)
    if deployment is None:
        raise NotFound
    return deployment
