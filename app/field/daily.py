"""The team's days: the leader's report, how everybody is (a colour only), and the hours they worked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.events import Actor, record
from app.core.problems import Changed, Invalid
from app.deployments.models import Assignment, Deployment
from app.deployments.states import AssignmentState, DeploymentState
from app.experts.models import Expert
from app.field import duty
from app.field.models import DailyLight, DailyReport, DutyHours
from app.field.orders import topic
from app.field.schemas import HoursIn, ReportIn
from app.field.states import Light
from app.requests.models import Request
from app.watch import alarms

REPORTED = (DeploymentState.MOBILISING, DeploymentState.ACTIVE, DeploymentState.DEMOBILISING)
A = AssignmentState
WORKING = (A.ORDERED, A.EN_ROUTE, A.ON_SITE, A.RELEASED, A.RELIEVED, A.HOME)


async def today_there(session: AsyncSession, deployment: Deployment) -> date:
    """The date at the place of the deployment."""
    request = await session.get_one(Request, deployment.request_id)
    return in_zone(clock.now(), request.time_zone).date()


async def is_of(session: AsyncSession, deployment: Deployment, day: date) -> bool:
    """Whether a day is one from the opening of the deployment up to today, by the place's own calendar."""
    request = await session.get_one(Request, deployment.request_id)
    opened = in_zone(deployment.opened_at, request.time_zone).date()
    return opened <= day <= in_zone(clock.now(), request.time_zone).date()


async def report(session: AsyncSession, deployment: Deployment, form: ReportIn, *, by: Actor) -> DailyReport:
    """Keep the leader's report of a day, or a changed version of it ("report.kept").

    Raises:
        Invalid: a day that has not come, or lies before the team was opened.
        Changed: somebody else reported of this day since the version that was read.
    """
    if not await is_of(session, deployment, form.day):
        raise Invalid(errors={"day": "Give a day of this deployment up to today."})
    query = select(DailyReport).where(DailyReport.deployment_id == deployment.id, DailyReport.day == form.day)
    kept = await session.scalar(query.with_for_update())
    if (kept.version if kept else None) != form.version:
        raise Changed("Somebody else has reported of this day meanwhile. Read it, then add what is missing.")
    fields = {**form.model_dump(include={"done", "planned", "needs", "people_reached"}),
              "reported_at": clock.now(), "by_kind": by.kind, "by_id": by.id, "by_name": by.name}  # fmt: skip
    if kept is None:
        kept = DailyReport(deployment_id=deployment.id, day=form.day, **fields)
        session.add(kept)
    else:
        for name, value in fields.items():
            setattr(kept, name, value)
    await session.flush()
    await _keep_lights(session, deployment, form.day, form.lights)
    await alarms.settle_key(session, f"report:{deployment.id}:{form.day}", by=by)
    await record(session, "report.kept", kept.id, topic=topic(deployment), by=by, day=form.day, needs=bool(form.needs))
    return kept


async def says(session: AsyncSession, deployment: Deployment, form: ReportIn, *, by: Actor) -> bool:
    """Whether the report that is kept of that day says this already, in this very person's words."""
    query = select(DailyReport).where(DailyReport.deployment_id == deployment.id, DailyReport.day == form.day)
    kept = await session.scalar(query)
    if kept is None or (kept.by_kind, kept.by_id) != (by.kind, by.id):
        return False
    words = form.model_dump(include={"done", "planned", "needs", "people_reached"})
    return all(getattr(kept, name) == value for name, value in words.items())


async def members(session: AsyncSession, deployment: Deployment) -> Mapping[int, Assignment]:
    """Expert to assignment of whoever is or was on the road with this team."""
    query = select(Assignment).where(
        Assignment.deployment_id == deployment.id, Assignment.state.in_((A.CONFIRMED, *WORKING))
    )
    return {row.expert_id: row for row in await session.scalars(query.order_by(Assignment.id))}


async def _keep_lights(session: AsyncSession, deployment: Deployment, day: date, lights: Mapping[int, Light]) -> None:
    team = await members(session, deployment)
    unknown = lights.keys() - team.keys()
    if unknown:
        raise Invalid(errors={"lights": "Only members of this team."})
    for expert_id, light in lights.items():
        put = insert(DailyLight).values(assignment_id=team[expert_id].id, day=day, light=light)
        await session.execute(
            put.on_conflict_do_update(index_elements=["assignment_id", "day"], set_={"light": put.excluded.light})
        )
        if light is Light.RED:
            await _raise_red(session, deployment, expert_id, day)


async def _raise_red(session: AsyncSession, deployment: Deployment, expert_id: int, day: date) -> None:
    expert = await session.get_one(Expert, expert_id)
    await alarms.sound(
        session, "assignment.red", f"red:{deployment.id}:{expert_id}:{day}", topic=topic(deployment),
        subject_id=expert_id,
        says=f"The team leader marks {expert.name} red on {day:%b} {day.day}.",
        action="Call them now, and ask whether they want to be relieved.",
    )  # fmt: skip


async def keep_hours(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, form: HoursIn, *, by: Actor
) -> Sequence[duty.Limit]:
    """Keep somebody's hours of a day, in place of what was kept before ("hours.kept").

    Returns:
        The limits that are near or broken now; a broken one is raised to the desk.

    Raises:
        Invalid: a day that has not come, or more than 24 hours in it.
    """
    if form.day > await today_there(session, deployment):
        raise Invalid(errors={"day": "This day has not come yet."})
    if sum(form.hours.values()) > 24:
        raise Invalid(errors={"hours": "A day has 24 hours."})
    await session.execute(
        delete(DutyHours).where(DutyHours.assignment_id == assignment.id, DutyHours.day == form.day)
    )  # fmt: skip
    session.add_all(
        DutyHours(assignment_id=assignment.id, day=form.day, activity=activity, hours=Decimal(str(hours)))
        for activity, hours in form.hours.items()
        if hours > 0
    )
    await session.flush()
    await record(session, "hours.kept", assignment.id, topic=topic(deployment), by=by, day=form.day)
    found = duty.warnings(await hours_by_day(session, assignment.expert_id))
    await _raise_broken(session, deployment, assignment, found)
    return found


async def hours_by_day(session: AsyncSession, expert_id: int) -> dict[date, float]:
    """Hours of work of an expert by day, over all their deployments."""
    return (await hours_of_all(session, [expert_id])).get(expert_id, {})


async def hours_of_all(session: AsyncSession, expert_ids: Sequence[int]) -> dict[int, dict[date, float]]:
    """Expert to hours of work by day, over all their deployments."""
    rows = await session.execute(
        select(Assignment.expert_id, DutyHours.day, func.sum(DutyHours.hours))
        .join(Assignment, Assignment.id == DutyHours.assignment_id)
        .where(Assignment.expert_id.in_(expert_ids))
        .group_by(Assignment.expert_id, DutyHours.day)
    )
    found: dict[int, dict[date, float]] = defaultdict(dict)
    for expert_id, day, hours in rows:
        found[expert_id][day] = float(hours)
    return found


async def hours_by_assignment(session: AsyncSession, deployment_id: int) -> dict[int, float]:
    """Assignment of a deployment to all its hours of work."""
    rows = await session.execute(
        select(DutyHours.assignment_id, func.sum(DutyHours.hours))
        .join(Assignment, Assignment.id == DutyHours.assignment_id)
        .where(Assignment.deployment_id == deployment_id)
        .group_by(DutyHours.assignment_id)
    )
    return {row[0]: float(row[1]) for row in rows}


async def _raise_broken(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, found: Sequence[duty.Limit]
) -> None:
    broken = [limit for limit in found if limit.is_broken]
    if broken:
        expert = await session.get_one(Expert, assignment.expert_id)
        await alarms.sound(
            session, "assignment.hours", f"hours:{assignment.id}:{broken[-1].day}", topic=topic(deployment),
            subject_id=assignment.id, says=f"{expert.name} worked {broken[-1].text}.",
            action="Have the team leader give them the time off, or plan relief.",
        )  # fmt: skip


async def reports(session: AsyncSession, deployment_id: int) -> Sequence[DailyReport]:
    """Every daily report of a deployment, the latest first."""
    query = select(DailyReport).where(DailyReport.deployment_id == deployment_id).order_by(DailyReport.day.desc())
    return (await session.scalars(query)).all()


async def lights(session: AsyncSession, deployment_id: int) -> dict[int, dict[date, Light]]:
    """Expert to day to colour."""
    rows = await session.execute(
        select(Assignment.expert_id, DailyLight.day, DailyLight.light)
        .join(Assignment, Assignment.id == DailyLight.assignment_id)
        .where(Assignment.deployment_id == deployment_id)
    )
    found: dict[int, dict[date, Light]] = defaultdict(dict)
    for expert_id, day, light in rows:
        found[expert_id][day] = light
    return found
