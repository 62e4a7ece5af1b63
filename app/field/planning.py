"""The team's journey and money as the desk sees them: from the database to `travelling.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Assignment, Deployment
from app.deployments.states import SEATED, AssignmentState
from app.field import rest, spending, travelling
from app.field.models import DutyHours
from app.field.queries import Member
from app.field.states import Activity
from app.requests.models import Decision
from app.rosters import rules


@dataclass(frozen=True, slots=True)
class OverDay:
    """A day whose hours pass the consultant's daily ceiling."""

    name: str
    day: date
    hours: float
    dollars: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Suggestions for the way, what the team may cost, days above the ceiling, and hours by activity."""

    shared: tuple[travelling.Suggestion, ...]
    cost: travelling.Cost
    day_dollars: int
    over: tuple[OverDay, ...]
    by_activity: tuple[tuple[Activity, float], ...]
    bill: spending.Bill
    """What was spent so far."""


async def of(session: AsyncSession, deployment: Deployment, members: Sequence[Member]) -> Plan:
    """The plan of a team on the road."""
    held = await rules.current(session)
    team = [one for one in members if one.assignment.state in SEATED]
    travellers = [
        travelling.Traveller(
            one.expert.name, one.expert.city, one.expert.state, one.expert.latitude, one.expert.longitude,
            one.assignment.travel_mode, one.assignment.arrives_at,
        )
        for one in team
        if one.assignment.state in SEATED[:2]
    ]  # fmt: skip
    stays = [
        (rest.days_on_site(one.assignment.arrives_at, one.assignment.leaves_at or deployment.ends_at),
         not one.position.is_remote)
        for one in members
        if one.assignment.state is not AssignmentState.NO_SHOW
    ]  # fmt: skip
    ceiling = await session.scalar(
        select(Decision.funding_ceiling)
        .where(Decision.request_id == deployment.request_id, Decision.funding_ceiling.is_not(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    cost = travelling.cost_of(stays, held.consultant_day_dollars, held.per_diem_dollars, ceiling)
    return Plan(
        tuple(travelling.suggestions(travellers)), cost, held.consultant_day_dollars,
        tuple(await _over(session, deployment.id, members, held.consultant_day_dollars)),
        tuple(await _by_activity(session, deployment.id)),
        spending.bill(await spending.lines(session, deployment.id), held.per_diem_dollars, ceiling),
    )  # fmt: skip


async def _over(
    session: AsyncSession, deployment_id: int, members: Sequence[Member], day_dollars: int
) -> Sequence[OverDay]:
    names = {one.assignment.id: one.expert.name for one in members}
    rows = await session.execute(
        select(DutyHours.assignment_id, DutyHours.day, func.sum(DutyHours.hours))
        .join(Assignment, Assignment.id == DutyHours.assignment_id)
        .where(Assignment.deployment_id == deployment_id)
        .group_by(DutyHours.assignment_id, DutyHours.day)
        .order_by(DutyHours.day, DutyHours.assignment_id)
    )
    found = []
    for assignment_id, day, hours in rows:
        dollars = travelling.over_ceiling(float(hours), day_dollars)
        if dollars is not None and assignment_id in names:
            found.append(OverDay(names[assignment_id], day, float(hours), dollars))
    return found


async def _by_activity(session: AsyncSession, deployment_id: int) -> Sequence[tuple[Activity, float]]:
    rows = await session.execute(
        select(DutyHours.activity, func.sum(DutyHours.hours))
        .join(Assignment, Assignment.id == DutyHours.assignment_id)
        .where(Assignment.deployment_id == deployment_id)
        .group_by(DutyHours.activity)
        .order_by(DutyHours.activity)
    )
    return [(row[0], float(row[1])) for row in rows]
