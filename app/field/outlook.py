"""What somebody would carry and pass if they stayed until a moment: the facts for `caps.py`, from the database."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.deployments.models import Assignment, Deployment
from app.experts import exposure
from app.field import caps, daily, homecoming
from app.requests.models import Request
from app.rosters import rules


def tour_of(held: rules.Rules) -> caps.Tour:
    """The limits of a stay, as the rules have them."""
    return caps.Tour(held.tour_planned_days, held.tour_extended_days, held.tour_absolute_days)


async def caps_passed(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, until: datetime
) -> tuple[caps.Passed, ...]:
    """Every cap that one of the team would pass by staying until `until`."""
    request = await session.get_one(Request, deployment.request_id)
    held = await rules.current(session)
    arrived = await homecoming.arrived_at(session, assignment)
    hours = await daily.hours_by_day(session, assignment.expert_id)
    today = in_zone(clock.now(), request.time_zone).date()
    load = caps.Load(await _carried(session, assignment, until), held.exposure_cap)
    there = in_zone(until, request.time_zone)
    return caps.passed(arrived, there, hours, today, load, tour_of(held))


async def _carried(session: AsyncSession, assignment: Assignment, until: datetime) -> float:
    """Points of exposure at the end of the stay: what they carry, and what this deployment would add."""
    facts = await homecoming.facts_of(session, assignment, until)
    before = await exposure.loads(session, until, [assignment.expert_id])
    return before.get(assignment.expert_id, 0.0) + exposure.points_of(facts)
