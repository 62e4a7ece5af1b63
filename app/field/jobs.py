"""What follows on the road: orders are texted, late ones are asked after, the day's report is missed, homecomings."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.database import begin, locked
from app.core.events import on
from app.core.jobs import defer, job
from app.deployments import road
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import SEATED, AssignmentState, DeploymentState
from app.experts.models import Expert
from app.field import homecoming, orders, relieving, telling
from app.field.models import CheckIn, DailyReport, MissionOrder, OrderCopy, Relief, SignOff, Stay
from app.field.orders import topic
from app.field.states import Step
from app.messaging import texts
from app.requests.models import Request
from app.watch import alarms
from app.watch.models import Alarm

A = AssignmentState
READ_BEFORE = timedelta(hours=1)
"""So long before leaving home an order must be acknowledged, or somebody calls."""
READ_WITHIN, READ_ON_THE_ROAD_WITHIN = timedelta(minutes=30), timedelta(hours=2)
"""So long anybody has for it; on the road there is other work, and no journey waits for a change."""
LATE = timedelta(hours=1)
"""So long after the planned arrival somebody who has not checked in is asked after."""
DELAY_GRACE = timedelta(hours=3)
"""And so much later, who has told of a delay."""
REPORT_AT = time(20)
"""When the day's report is due, at the place."""
REPORT_GRACE = timedelta(hours=2)


@on("order.sent", name="field.text_order")
async def text_order(subject_id: int) -> None:
    """Text somebody that their order is ready, and set the times at which to look after them."""
    async with begin() as session:
        copy = await session.get_one(OrderCopy, subject_id)
        order = await session.get_one(MissionOrder, copy.order_id)
        assignment = await session.get_one(Assignment, copy.assignment_id)
        if assignment.state not in SEATED or copy.acknowledged_at is not None:
            return
        said = texts.mission_order if order.number == 1 else texts.order_amended
        if not await telling.tell_once(session, assignment, said, f"order:{copy.id}"):
            return
        await defer(session, "field.check_read", at=_read_by(assignment), copy_id=copy.id)
        await defer(session, "field.check_arrival", at=assignment.arrives_at + LATE, assignment_id=assignment.id)


def _read_by(assignment: Assignment) -> datetime:
    """When somebody is reminded of an order that was sent now."""
    if road.is_under_way(assignment):
        return clock.now() + READ_ON_THE_ROAD_WITHIN
    leaves = assignment.span.lower or assignment.arrives_at
    return max(leaves - READ_BEFORE, clock.now() + READ_WITHIN)


def _has_order(position_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the seat's team has its order. Who issues one locks the deployment, as who fills a seat does."""
    return exists().where(MissionOrder.deployment_id == Position.deployment_id, Position.id == position_id)


@on("position.filled", name="field.order_newcomer", when=_has_order)
async def order_newcomer(subject_id: int) -> None:
    """Somebody takes a seat of a team that has its order: they get it too. Run twice, the second sends nothing."""
    async with begin() as session:
        position = await session.get_one(Position, subject_id)
        deployment = await locked(session, Deployment, position.deployment_id)
        order = await orders.latest(session, deployment.id)
        if order is None:
            return
        for assignment in await orders.seated(session, deployment.id):
            if assignment.position_id == position.id:
                await orders.send(session, deployment, order, assignment)


@job("field.check_read")
async def check_read(copy_id: int) -> None:
    """Somebody leaves soon, or is away, and has not acknowledged the order: told once more, and the desk calls."""
    async with begin() as session:
        copy = await session.get_one(OrderCopy, copy_id)
        assignment = await session.get_one(Assignment, copy.assignment_id)
        newest = await orders.unread_copy(session, assignment.id)
        if newest is None or newest.id != copy.id or assignment.state not in SEATED:
            return
        order = await session.get_one(MissionOrder, copy.order_id)
        is_change = order.number > 1 and road.is_under_way(assignment)
        said = texts.change_unread if is_change else texts.order_unread
        await telling.tell_once(session, assignment, said, f"unread:{copy.id}")
        what = "the change of the mission order" if is_change else "the mission order"
        await _raise(
            session, assignment, "order.unread", f"unread:{copy.id}", f"has not acknowledged {what}",
            f"Call them{'' if is_change else ' before they leave'}, and enter that they have read it.",
        )  # fmt: skip


@job("field.check_arrival")
async def check_arrival(assignment_id: int) -> None:
    """Somebody should be on site: they are asked, leader and desk are told. Who told of a delay gets more time."""
    async with begin() as session:
        assignment = await locked(session, Assignment, assignment_id)
        if assignment.state not in (A.CONFIRMED, A.ORDERED, A.EN_ROUTE):
            return
        if clock.now() < assignment.arrives_at + LATE - timedelta(minutes=1):
            return
        delayed = await _told_of_delay(session, assignment)
        due = delayed + DELAY_GRACE if delayed else assignment.arrives_at + LATE
        if delayed and clock.now() < due:
            await defer(session, "field.check_arrival", at=due, assignment_id=assignment.id)
            return
        await telling.tell_once(session, assignment, texts.are_you_there, f"there:{assignment.id}")
        # Of several who are late at once the leader hears once; who it is stands on their page. What they were due for
        # decides, not when this runs: arrivals are planned for whole hours, and jobs run on either side of one.
        missing = f"missing:{assignment.deployment_id}:{due:%Y-%m-%d %H}"
        await telling.tell_leader(session, assignment, texts.member_missing, missing)
        await _raise(
            session, assignment, "assignment.overdue", f"overdue:{assignment.id}", "has not checked in on site",
            "Call them and the team leader. If they do not come, enter a no-show: the next person is asked at once.",
        )  # fmt: skip


async def _told_of_delay(session: AsyncSession, assignment: Assignment) -> datetime | None:
    query = select(CheckIn.told_at).where(CheckIn.assignment_id == assignment.id, CheckIn.step == Step.DELAYED)
    return await session.scalar(query.order_by(CheckIn.id.desc()).limit(1))


async def _raise(  # noqa: PLR0917 - what, who, and what to do
    session: AsyncSession, assignment: Assignment, kind: str, key: str, says: str, action: str
) -> None:
    expert = await session.get_one(Expert, assignment.expert_id)
    deployment = await session.get_one(Deployment, assignment.deployment_id)
    await alarms.sound(
        session, kind, key, topic=topic(deployment), subject_id=assignment.id, says=f"{expert.name} {says}.",
        action=action,
    )  # fmt: skip


def _is_overdue_or_active(assignment_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether something was raised about them, or the team's days can begin: no team becomes active without one more
    arrival. Who reports one has locked deployment and assignment, and who raises something the assignment."""
    overdue = exists().where(Alarm.key == func.concat("overdue:", assignment_id), Alarm.settled_at.is_(None))
    active = exists(
        select(Assignment.id)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Assignment.id == assignment_id, Deployment.state == DeploymentState.ACTIVE)
    )
    return overdue | active


@on("assignment.arrived", name="field.after_arrival", when=_is_overdue_or_active)
async def after_arrival(subject_id: int) -> None:
    """Somebody is there: what was raised about them is over, and the team's days begin."""
    async with begin() as session:
        assignment = await session.get_one(Assignment, subject_id)
        await alarms.settle_key(session, f"overdue:{assignment.id}")
        deployment = await session.get_one(Deployment, assignment.deployment_id)
        await defer(
            session, "field.check_report", at=await _report_due(session, deployment), deployment_id=deployment.id
        )


@on("order.acknowledged", name="field.after_reading")
async def after_reading(subject_id: int) -> None:
    """The order was read: nobody has to call about it."""
    async with begin() as session:
        await alarms.settle_key(session, f"unread:{subject_id}")


async def _report_due(session: AsyncSession, deployment: Deployment) -> datetime:
    request = await session.get_one(Request, deployment.request_id)
    return next_evening(clock.now(), request.time_zone)


def next_evening(now: datetime, zone: str) -> datetime:
    """The next evening at the place at which a report is missed: the same hour there, whatever the clocks do."""
    due = datetime.combine(in_zone(now, zone).date(), REPORT_AT, ZoneInfo(zone)) + REPORT_GRACE
    return due if due > now else due + timedelta(days=1)


@job("field.check_report")
async def check_report(deployment_id: int) -> None:
    """Evening at the place: without a report of today the leader is asked and the desk sees it. Then the next evening.

    Run twice, or begun by several arrivals, an evening is looked at once: its texts and alarm have a key.
    """
    async with begin() as session:
        deployment = await locked(session, Deployment, deployment_id)
        if deployment.state is not DeploymentState.ACTIVE:
            return
        request = await session.get_one(Request, deployment.request_id)
        day = in_zone(clock.now() - REPORT_GRACE, request.time_zone).date()
        kept = select(DailyReport.id).where(DailyReport.deployment_id == deployment.id, DailyReport.day == day)
        is_first = await telling.once(session, f"report:{deployment.id}:{day}")
        if not is_first:
            return
        await defer(
            session, "field.check_report", at=await _report_due(session, deployment), deployment_id=deployment.id
        )
        if await session.scalar(kept) is None:
            await telling.ask_for_report(session, deployment, day)


@job("field.text_released")
async def text_released(subject_id: int) -> None:
    """Somebody is released: told with the release itself, but where the code before this has deferred it."""
    async with begin() as session:
        assignment = await session.get_one(Assignment, subject_id)
        await telling.tell_once(session, assignment, texts.released, f"released:{assignment.id}")


@on("assignment.relieved", name="field.text_relieved")
async def text_relieved(subject_id: int) -> None:
    """Whoever comes instead is there: the other may go home, from the place or from wherever they are on the way."""
    async with begin() as session:
        assignment = await session.get_one(Assignment, subject_id)
        was_there = await homecoming.was_on_site(session, assignment)
        said = texts.released if was_there else texts.turn_back
        await telling.tell_once(session, assignment, said, f"released:{assignment.id}")


def _is_relief(position_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the seat was opened for a relief that is still to come."""
    return exists().where(
        Relief.position_id == position_id, Relief.relieved_at.is_(None), Relief.withdrawn_at.is_(None)
    )


@on("position.filled", name="field.spare_the_journey", when=_is_relief)
async def spare_the_journey(subject_id: int) -> None:
    """Somebody goes instead: who asked for it before leaving home stays there."""
    async with begin() as session:
        position = await session.get_one(Position, subject_id)
        deployment = await locked(session, Deployment, position.deployment_id)
        await session.refresh(position, with_for_update=True)
        await relieving.spare_the_journey(session, deployment, position)


@on("relief.asked", name="field.seek_relief")
async def seek_relief(subject_id: int) -> None:
    """Relief was asked for: the person is told, the desk sees it, and the search begins at once."""
    async with begin() as session:
        relief = await session.get_one(Relief, subject_id)
        assignment = await session.get_one(Assignment, relief.assignment_id)
        deployment = await session.get_one(Deployment, assignment.deployment_id)
        said = texts.relief_before_leaving if relieving.is_at_home(assignment) else texts.relief_noted
        await telling.tell_once(session, assignment, said, f"relief:{relief.id}")
        await _raise(
            session, assignment, "relief.asked", f"relief:{relief.id}", "is to be relieved",
            "The next person is being looked for. Call them: how are they, and can they go on until then?",
        )  # fmt: skip
        await defer(session, telling.SEEK, deployment_id=deployment.id)


@job(homecoming.CHECK_HOME)
async def check_home(assignment_id: int) -> None:
    """Somebody should be at home: they are asked, and the desk sees it."""
    async with begin() as session:
        assignment = await session.get_one(Assignment, assignment_id)
        if assignment.state not in (A.RELEASED, A.RELIEVED):
            return
        await telling.tell_once(session, assignment, texts.are_you_home, f"home:{assignment.id}")
        await _raise(
            session, assignment, "assignment.not_home", f"home:{assignment.id}", "has not said that they are home",
            "Call them. If they are safe at home, enter it: their rest begins with it.",
        )  # fmt: skip


@on("deployment.stood_down", name="field.called_off")
async def called_off(subject_id: int) -> None:
    """Called off while people are on the way or on site: they come home, and are looked after until they are there."""
    async with begin() as session:
        deployment = await locked(session, Deployment, subject_id)
        released = select(Assignment).where(
            Assignment.deployment_id == deployment.id, Assignment.state == AssignmentState.RELEASED
        )
        for assignment in await session.scalars(released.order_by(Assignment.id).with_for_update()):
            if await telling.once(session, f"called_off:{assignment.id}"):
                await homecoming.begin_journey(session, deployment, assignment)


@on("expert.erased", name="field.erased")
async def erased(subject_id: int) -> None:
    """What they told from the road stays as times, without their name and words."""
    theirs = select(Assignment.id).where(Assignment.expert_id == subject_id)
    async with begin() as session:
        told = update(CheckIn).where(CheckIn.assignment_id.in_(theirs))
        await session.execute(told.values(note=""))
        asked = update(Stay).where(Stay.assignment_id.in_(theirs))  # whether they stayed is kept, their limits are not
        await session.execute(asked.values(note="", caps=[]))
        for table in (CheckIn, DailyReport, SignOff, Relief):
            mine = update(table).where(table.by_kind == "expert", table.by_id == subject_id)
            await session.execute(mine.values(by_name=""))
