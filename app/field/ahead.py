"""Limits of each stay, known from the day the team is ordered out, and the relief that is held for them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.database import begin
from app.core.events import on
from app.core.jobs import defer, every, job
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import ON_THE_ROAD
from app.dispatch.models import Offer
from app.dispatch.states import OPEN
from app.field import extending, homecoming, outlook, relieving
from app.field.models import MissionOrder
from app.field.orders import seated
from app.requests.models import Request
from app.rosters import relief_holds, rules
from app.rosters.models import Cap
from app.rosters.relief_holds import Need

LOOK = "field.look_ahead"
DAY = timedelta(days=1)
MOST_DAYS = 31


async def end_of(session: AsyncSession, deployment: Deployment) -> datetime:
    """Until when the team may be on site: as it stands, or as it is being asked to stay."""
    extension = await extending.newest(session, deployment.id)
    return max(deployment.ends_at, extension.until) if extension else deployment.ends_at


async def limit_of(session: AsyncSession, assignment: Assignment) -> datetime:
    """Until when somebody's stay is within the days that are planned."""
    tour = outlook.tour_of(await rules.current(session))
    return await homecoming.arrived_at(session, assignment) + timedelta(days=tour.planned)


async def need_of(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, until: datetime
) -> Need | None:
    """From when a stay until `until` would outlast somebody's limits, and which; None when it does not."""
    request = await session.get_one(Request, deployment.request_id)
    limit = await limit_of(session, assignment)
    found = await outlook.caps_passed(session, deployment, assignment, until)
    because = next((one.text for one in found), "")
    start = limit
    if not because and until <= limit:
        return None
    if found and (found[0].cap is not Cap.TOUR or until <= limit):
        start = await _first_passed(session, deployment, assignment, until) or limit
    if not because:
        there = in_zone(limit, request.time_zone)
        because = f"the planned days on site are over on {there:%b} {there.day}"
    soonest = max(start, clock.now() + DAY / 2)
    return Need(soonest, because) if soonest < until else None


async def _first_passed(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, until: datetime
) -> datetime | None:
    """The first day on which a cap would be passed."""
    arrived = await homecoming.arrived_at(session, assignment)
    for number in range(1, MOST_DAYS):
        moment = min(arrived + number * DAY, until)
        if await outlook.caps_passed(session, deployment, assignment, moment):
            return moment
    return None


async def needs(session: AsyncSession, deployment: Deployment, until: datetime) -> dict[int, Need]:
    """Position to its need, of whoever is seated on site and not to be relieved anyway."""
    found = {}
    for assignment in await seated(session, deployment.id):
        position = await session.get_one(Position, assignment.position_id)
        if position.is_remote or await relieving.open_relief(session, assignment.id) is not None:
            continue
        need = await need_of(session, deployment, assignment, until)
        if need is not None:
            found[position.id] = need
    return found


async def _asked(session: AsyncSession, deployment_id: int) -> Collection[int]:
    query = select(Offer.expert_id).where(Offer.deployment_id == deployment_id, Offer.state.in_(OPEN))
    return set(await session.scalars(query))


@job(LOOK)
async def look(deployment_id: int) -> None:
    """Hold relief where the stay may outlast limits, and let go of what is not needed. Twice is once."""
    async with begin() as session:
        deployment = await session.get_one(Deployment, deployment_id)
        if deployment.state not in ON_THE_ROAD:
            await relief_holds.release_all(session, deployment_id)
            return
        until = await end_of(session, deployment)
        wanted, asked = await needs(session, deployment, until), await _asked(session, deployment_id)
        is_idle = not wanted and not await relief_holds.standing(session, deployment_id)
    if not is_idle:
        await relief_holds.look(deployment_id, wanted, until, asked)


@on("order.issued", name="field.hold_relief")
@on("order.amended", name="field.hold_relief_again")
async def after_order(subject_id: int) -> None:
    """The team is ordered out, or for longer: its limits are known from here on."""
    async with begin() as session:
        order = await session.get_one(MissionOrder, subject_id)
    await look(order.deployment_id)


@on("deployment.demobilising", name="field.release_holds")
@on("deployment.released", name="field.release_holds_after")
@on("deployment.stood_down", name="field.release_holds_off")
async def release_holds(subject_id: int) -> None:
    """The team leaves: nobody is held for it any more."""
    async with begin() as session:
        await relief_holds.release_all(session, subject_id)


@every(timedelta(hours=1), "field.look_ahead_again")
async def look_again() -> None:
    """Every team on the road is looked at: limits come nearer, and people who were held are sent elsewhere."""
    async with begin() as session:
        query = select(Deployment.id).where(Deployment.state.in_(ON_THE_ROAD)).order_by(Deployment.id)
        for deployment_id in await session.scalars(query):
            await defer(session, LOOK, deployment_id=deployment_id)
