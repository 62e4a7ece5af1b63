"""One person's journey: left, arrived, delayed, never came, released, home; told by text, by page, or by others.

Every report is kept. The assignment's machine decides which one counts; a report that contradicts what stands moves
nothing and is raised to the desk.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import flush
from app.core.events import Actor, record
from app.deployments import seats
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import ASSIGNMENT, DEPLOYMENT, SEATED, AssignmentState, DeploymentState
from app.dispatch import offers
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.experts.models import Expert
from app.field import homecoming, relieving, telling
from app.field.models import CheckIn
from app.field.orders import topic
from app.field.states import Step, Way
from app.messaging import texts
from app.watch import alarms

A = AssignmentState
VERBS = {
    Step.LEFT: "depart", Step.ARRIVED: "arrive", Step.NO_SHOW: "miss", Step.RELEASED: "release", Step.HOME: "home",
}  # fmt: skip
SAYS_THE_SAME = {
    Step.LEFT: (A.EN_ROUTE, A.ON_SITE, A.RELEASED, A.RELIEVED, A.HOME),
    Step.ARRIVED: (A.ON_SITE, A.RELEASED, A.RELIEVED, A.HOME),
    Step.NO_SHOW: (A.NO_SHOW,),
    Step.RELEASED: (A.RELEASED, A.RELIEVED, A.HOME),
    Step.HOME: (A.HOME,),
    Step.DELAYED: (A.CONFIRMED, A.ORDERED, A.EN_ROUTE),
    Step.NOT_THERE: (A.CONFIRMED, A.ORDERED, A.EN_ROUTE),
}
"""States in which a step tells nothing new, and contradicts nothing."""
IN_WORDS = {
    Step.LEFT: "has left home", Step.ARRIVED: "is on site", Step.DELAYED: "comes later", Step.NOT_THERE: "is not there",
    Step.NO_SHOW: "did not come", Step.RELEASED: "is released", Step.HOME: "is home",
}  # fmt: skip


async def report(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, step: Step, way: Way, *, by: Actor,
    note: str = "", happened_at: datetime | None = None,
) -> CheckIn:  # fmt: skip
    """Keep a report about somebody's journey, and do what follows from it ("assignment.arrived" and the like).

    Args:
        session: the transaction; deployment and assignment are locked by the caller, in this order.
        deployment: whose team it is.
        assignment: who it is about.
        step: what is told.
        way: how.
        by: who told it.
        note: their words, whole.
        happened_at: when it happened, if not now.

    Returns:
        The report; `has_counted` says whether it moved anything.
    """
    verb = VERBS.get(step)
    counts = verb is not None and ASSIGNMENT.can(assignment.state, verb)
    told = CheckIn(
        assignment_id=assignment.id, step=step, way=way, told_at=clock.now(), happened_at=happened_at or clock.now(),
        by_kind=by.kind, by_id=by.id, by_name=by.name, note=note, has_counted=counts,
    )  # fmt: skip
    session.add(told)
    _keep_words(assignment, step, note)
    if counts:
        await _move(session, deployment, assignment, told, by)
    elif assignment.state not in SAYS_THE_SAME[step] or await _is_news(session, assignment, step):
        await _contradiction(session, deployment, assignment, step, by)
    if counts or step in (Step.DELAYED, Step.NOT_THERE):
        await record(session, f"assignment.{step}", assignment.id, topic=topic(deployment), by=by, way=way)
    await flush(session)
    return told


async def _is_news(session: AsyncSession, assignment: Assignment, step: Step) -> bool:
    """Whether somebody says that they are there who was sent home on the way: the texts have crossed."""
    return step is Step.ARRIVED and not await homecoming.was_on_site(session, assignment)


def _keep_words(assignment: Assignment, step: Step, note: str) -> None:
    """What people tell themselves stands with their seat too: it shows whether they are under way."""
    if step is Step.ARRIVED:
        assignment.told_arrived_at = assignment.told_arrived_at or clock.now()
    elif step is Step.HOME:
        assignment.told_home_at = assignment.told_home_at or clock.now()
    elif step is Step.DELAYED:
        assignment.told_delay = note


async def _move(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, told: CheckIn, by: Actor
) -> None:
    if told.step is Step.NO_SHOW:
        await _free_seat(session, deployment, assignment, by)
        return
    assignment.state = ASSIGNMENT.after(assignment.state, VERBS[told.step])
    if told.step is Step.ARRIVED and DEPLOYMENT.can(deployment.state, "arrive"):
        deployment.state = DEPLOYMENT.after(deployment.state, "arrive")
        await record(session, "deployment.active", deployment.id, topic=topic(deployment), by=by)
    if told.step is Step.ARRIVED:
        await relieving.hand_over(session, deployment, assignment, by=by)
    elif told.step is Step.RELEASED:
        if deployment.state is DeploymentState.ACTIVE:
            await seats.close(session, assignment.position_id)
        await homecoming.begin_journey(session, deployment, assignment)
        await telling.tell_once(session, assignment, texts.released, f"released:{assignment.id}")
    elif told.step is Step.HOME:
        await homecoming.begin_rest(session, deployment, assignment, told.happened_at)


async def _free_seat(session: AsyncSession, deployment: Deployment, assignment: Assignment, by: Actor) -> None:
    """Somebody did not come: their seat is open at once, and the next person is looked for."""
    position = await session.get_one(Position, assignment.position_id, with_for_update=True)
    await seats.vacate(session, deployment, position, assignment.expert_id, by=by, verb="miss")
    offer = await session.scalar(
        select(Offer)
        .where(Offer.position_id == position.id, Offer.expert_id == assignment.expert_id)
        .where(Offer.state == OfferState.ACCEPTED)
        .with_for_update()
    )
    if offer is not None:
        await offers.withdraw(session, deployment, offer, None, by=by)


async def _contradiction(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, step: Step, by: Actor
) -> None:
    expert = await session.get_one(Expert, assignment.expert_id)
    stands = assignment.state.replace("_", " ")
    await alarms.sound(
        session, "assignment.contradicted", f"contradiction:{assignment.id}", topic=topic(deployment),
        subject_id=assignment.id,
        says=f"{by.name or 'Somebody'} says that {expert.name} {IN_WORDS[step]}, but here they are {stands}.",
        action="Call them, and enter what is true on the deployment's page.",
    )  # fmt: skip


async def of_expert(session: AsyncSession, deployment_id: int, expert_id: int) -> Assignment | None:
    """The latest assignment of somebody in a deployment, locked."""
    query = select(Assignment).where(Assignment.deployment_id == deployment_id, Assignment.expert_id == expert_id)
    query = query.order_by(Assignment.state.in_(SEATED).desc(), Assignment.id.desc()).limit(1)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))
