"""Mission orders: issue one, amend it, and keep each member's word that they have read it.

Nobody travels before a mission order (EMAC; domain.md 1.2 step 7). It goes to everybody who holds a seat, and to
whoever takes one later; an amendment must be acknowledged again.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid
from app.deployments.models import Assignment, Deployment
from app.deployments.states import ASSIGNMENT, DEPLOYMENT, SEATED, DeploymentState
from app.field.models import MissionOrder, OrderCopy
from app.field.schemas import OrderIn
from app.field.states import Way

D = DeploymentState
MAY_BE_ORDERED = (D.OFFERING, D.STAFFED, D.MOBILISING, D.ACTIVE)


class NobodyToSend(Conflict):
    """Nobody has a seat yet, so there is nobody to send the order to."""


def topic(deployment: Deployment) -> str:
    """The story it belongs to."""
    return f"request:{deployment.request_id}"


async def latest(session: AsyncSession, deployment_id: int) -> MissionOrder | None:
    """The order in force: the last one issued."""
    query = select(MissionOrder).where(MissionOrder.deployment_id == deployment_id)
    return await session.scalar(query.order_by(MissionOrder.number.desc()).limit(1))


async def seated(session: AsyncSession, deployment_id: int) -> Sequence[Assignment]:
    """Whoever holds a seat now, in the order in which they confirmed."""
    query = select(Assignment).where(Assignment.deployment_id == deployment_id, Assignment.state.in_(SEATED))
    return (await session.scalars(query.order_by(Assignment.id))).all()


async def issue(session: AsyncSession, deployment: Deployment, form: OrderIn, *, by: Actor) -> MissionOrder:
    """Issue the mission order, or the next amendment of it; everybody with a seat gets it with this commit.

    Args:
        session: the transaction; the deployment is locked by the caller.
        deployment: whose team is sent.
        form: the order.
        by: who issues it.

    Raises:
        WrongState: the deployment is over, or nobody was asked yet.
        NobodyToSend: nobody has a seat.
        Invalid: an amendment that does not say what is different.
    """
    team = await seated(session, deployment.id)
    if deployment.state not in MAY_BE_ORDERED:
        DEPLOYMENT.after(deployment.state, "mobilise")
    if not team:
        raise NobodyToSend
    before = await latest(session, deployment.id)
    if before is not None and not form.changed:
        raise Invalid(errors={"changed": "Say in a sentence what is different, so that nobody has to compare."})
    order = MissionOrder(
        deployment_id=deployment.id,
        number=before.number + 1 if before else 1,
        issued_at=clock.now(),
        issued_by_id=by.id,
        starts_at=deployment.starts_at,
        ends_at=deployment.ends_at,
        **form.model_dump(),
    )
    session.add(order)
    if DEPLOYMENT.can(deployment.state, "mobilise"):
        deployment.state = DEPLOYMENT.after(deployment.state, "mobilise")
    await session.flush()
    for assignment in team:
        await send(session, deployment, order, assignment)
    kind = "order.issued" if before is None else "order.amended"
    await record(session, kind, order.id, topic=topic(deployment), by=by, number=order.number, people=len(team))
    return order


async def send(
    session: AsyncSession, deployment: Deployment, order: MissionOrder, assignment: Assignment
) -> OrderCopy | None:
    """Give one member of the team their copy ("order.sent"); None when they have it already."""
    query = select(OrderCopy.id).where(OrderCopy.order_id == order.id, OrderCopy.assignment_id == assignment.id)
    if await session.scalar(query):
        return None
    copy = OrderCopy(order_id=order.id, assignment_id=assignment.id, sent_at=clock.now())
    session.add(copy)
    await session.flush()
    await record(session, "order.sent", copy.id, topic=topic(deployment), number=order.number)
    return copy


async def unread_copy(session: AsyncSession, assignment_id: int) -> OrderCopy | None:
    """The latest order somebody got, if they have not acknowledged it."""
    query = select(OrderCopy).where(OrderCopy.assignment_id == assignment_id).order_by(OrderCopy.id.desc()).limit(1)
    copy = await session.scalar(query)
    return copy if copy is not None and copy.acknowledged_at is None else None


async def acknowledge(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, way: Way, *, by: Actor
) -> bool:
    """Keep somebody's word that they have read their order ("order.acknowledged").

    Deployment and assignment are locked by the caller.

    Returns:
        Whether there was an order of theirs to acknowledge; a second time changes nothing.
    """
    copy = await unread_copy(session, assignment.id)
    if copy is None:
        return False
    copy.acknowledged_at, copy.acknowledged_by = clock.now(), way
    if ASSIGNMENT.can(assignment.state, "acknowledge"):
        assignment.state = ASSIGNMENT.after(assignment.state, "acknowledge")
    await session.flush()
    await record(session, "order.acknowledged", copy.id, topic=topic(deployment), by=by, way=way)
    return True
