"""Reading life on the road: the team's sheet, seat by seat, as the desk, the leader and the API see it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.problems import NotFound
from app.deployments import road
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, SEATED, AssignmentState
from app.experts.models import Expert
from app.field import daily, duty, extending
from app.field.models import CheckIn, Extension, MissionOrder, OrderCopy, Relief, Stay
from app.field.states import Light, StayState
from app.rosters import relief_holds, rules
from app.rosters.relief_holds import Held

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
        limit_at: when the days that are planned for a stay are over for them.
        held: who is held as relief for their seat, not asked.
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
    limit_at: datetime
    held: Held | None

    @property
    def is_away_by_plan(self) -> bool:
        """Whether the plan says that they are on the way, and nobody has told otherwise."""
        return self.assignment.state in (A.CONFIRMED, A.ORDERED) and road.is_under_way(self.assignment)

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
    told = await _told(session, deployment.id, [row[2].id for row in rows])
    names = {assignment.id: expert.name for assignment, _, expert in rows}
    return [_member(row[0], row[1], row[2], told, names) for row in rows]


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is known of a team's people, by assignment (`copies`, `check_ins`, `hours`), expert (`by_day`, `lights`)
    or position (`reliefs`)."""

    copies: dict[int, OrderCopy]
    check_ins: dict[int, list[CheckIn]]
    hours: dict[int, float]
    by_day: dict[int, dict[date, float]]
    lights: dict[int, dict[date, Light]]
    reliefs: dict[int, Relief]
    held: dict[int, Held]
    planned: timedelta


async def _told(session: AsyncSession, deployment_id: int, expert_ids: Sequence[int]) -> _Told:
    """A statement for each kind of thing, however many people there are."""
    of_team = Assignment.deployment_id == deployment_id
    reports = select(CheckIn).join(Assignment, Assignment.id == CheckIn.assignment_id).where(of_team)
    copies = select(OrderCopy).join(Assignment, Assignment.id == OrderCopy.assignment_id).where(of_team)
    check_ins: dict[int, list[CheckIn]] = defaultdict(list)
    for one in await session.scalars(reports.order_by(CheckIn.id.desc())):
        check_ins[one.assignment_id].append(one)
    latest = {copy.assignment_id: copy for copy in await session.scalars(copies.order_by(OrderCopy.id))}
    return _Told(
        latest, check_ins, await daily.hours_by_assignment(session, deployment_id),
        await daily.hours_of_all(session, expert_ids), await daily.lights(session, deployment_id),
        {relief.position_id: relief for relief in await _reliefs(session, deployment_id)},
        await relief_holds.standing(session, deployment_id),
        timedelta(days=(await rules.current(session)).tour_planned_days),
    )  # fmt: skip


async def _reliefs(session: AsyncSession, deployment_id: int) -> Sequence[Relief]:
    query = select(Relief).join(Assignment, Assignment.id == Relief.assignment_id)
    rows = await session.scalars(query.where(Assignment.deployment_id == deployment_id, Relief.withdrawn_at.is_(None)))
    return rows.all()


def _member(assignment: Assignment, position: Position, expert: Expert, told: _Told, names: dict[int, str]) -> Member:
    is_seated = assignment.state in SEATED
    theirs = (one for one in told.reliefs.values() if one.assignment_id == assignment.id)
    under_way = (one for one in theirs if one.relieved_at is None and is_seated)
    relieves = told.reliefs.get(position.id)
    reports = told.check_ins.get(assignment.id, ())
    came = (one.happened_at for one in reports if one.step == "arrived" and one.has_counted)
    return Member(
        assignment, position, expert, told.copies.get(assignment.id), tuple(told.check_ins.get(assignment.id, ())),
        told.hours.get(assignment.id, 0.0), tuple(duty.warnings(told.by_day.get(expert.id, {}))),
        told.lights.get(expert.id, {}), next(under_way, None),
        names.get(relieves.assignment_id) if relieves else None,
        next(came, assignment.arrives_at) + told.planned, told.held.get(position.id),
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


@dataclass(frozen=True, slots=True)
class StayView:
    """One of the team, asked to stay."""

    stay: Stay
    expert: Expert


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """The last extension of a team, and everybody's answer."""

    extension: Extension
    stays: tuple[StayView, ...]

    @property
    def is_open(self) -> bool:
        """Whether answers are waited for."""
        return self.extension.settled_at is None

    @property
    def capped(self) -> tuple[StayView, ...]:
        """Whom a cap keeps from being asked."""
        return tuple(one for one in self.stays if one.stay.state is StayState.CAPPED)


async def extension_of(session: AsyncSession, deployment_id: int) -> ExtensionView | None:
    """The last extension that was not taken back."""
    extension = await extending.newest(session, deployment_id)
    if extension is None:
        return None
    rows = await session.execute(
        select(Stay, Expert)
        .join(Assignment, Assignment.id == Stay.assignment_id)
        .join(Expert, Expert.id == Assignment.expert_id)
        .where(Stay.extension_id == extension.id)
        .order_by(Stay.id)
    )
    return ExtensionView(extension, tuple(StayView(row[0], row[1]) for row in rows))


async def stay_of(session: AsyncSession, assignment_id: int) -> Stay | None:
    """The latest question to somebody whether they can stay, of an extension that was not taken back."""
    query = select(Stay).join(Extension, Extension.id == Stay.extension_id)
    query = query.where(Stay.assignment_id == assignment_id, Extension.withdrawn_at.is_(None))
    return await session.scalar(query.order_by(Stay.id.desc()).limit(1))
