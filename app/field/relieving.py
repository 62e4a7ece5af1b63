"""Relief: somebody leaves before the end. A seat is opened for whoever comes instead, and the search begins at once."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict
from app.deployments import seats
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import ASSIGNMENT, POSITION, SEATED, DeploymentState, PositionState
from app.field import homecoming
from app.field.models import Relief
from app.field.orders import topic
from app.field.states import Way
from app.rosters import relief_holds

NEEDED = (DeploymentState.MOBILISING, DeploymentState.ACTIVE)


async def open_relief(session: AsyncSession, assignment_id: int) -> Relief | None:
    """The relief of somebody that is under way, if any."""
    query = select(Relief).where(
        Relief.assignment_id == assignment_id, Relief.relieved_at.is_(None), Relief.withdrawn_at.is_(None)
    )
    return await session.scalar(query)


async def ask(session: AsyncSession, deployment: Deployment, assignment: Assignment, way: Way, *, by: Actor) -> Relief:
    """Somebody asks for relief, for themselves or for another ("relief.asked"). Asked twice, the first stands.

    Nobody gives a reason, and nothing is held against anybody (domain.md 4). Deployment and assignment are locked.

    Raises:
        Conflict: they are not on the road, or the team is leaving anyway.
    """
    there = await open_relief(session, assignment.id)
    if there is not None:
        await _sooner(session, deployment, there, by)
        return there
    if assignment.state not in SEATED or deployment.state not in NEEDED:
        raise Conflict("They are not on the road with this team, so there is nobody to relieve.")
    position = await seat_like(session, await session.get_one(Position, assignment.position_id))
    relief = Relief(
        assignment_id=assignment.id, position_id=position.id, asked_at=clock.now(), way=way,
        by_kind=by.kind, by_id=by.id, by_name=by.name,
    )  # fmt: skip
    session.add(relief)
    await session.flush()
    about = {"expert_id": assignment.expert_id, "way": way}
    await record(session, "relief.asked", relief.id, topic=topic(deployment), by=by, **about)
    return relief


async def _sooner(session: AsyncSession, deployment: Deployment, relief: Relief, by: Actor) -> None:
    """Who was to be relieved at the end of a planned stay wants it now: the seat is needed at once."""
    position = await session.get_one(Position, relief.position_id, with_for_update=True)
    if position.needed_from is not None:
        position.needed_from = None
        assignment = await session.get_one(Assignment, relief.assignment_id)
        about = {"expert_id": assignment.expert_id, "way": relief.way}
        await record(session, "relief.asked", relief.id, topic=topic(deployment), by=by, **about)


async def seat_like(session: AsyncSession, position: Position) -> Position:
    """A new seat with the same needs; whoever is held as relief for the old one is held for it."""
    last = await session.scalar(
        select(func.max(Position.number)).where(Position.deployment_id == position.deployment_id)
    )
    like = Position(
        deployment_id=position.deployment_id, number=(last or 0) + 1, code=position.code, title=position.title,
        state=PositionState.OPEN, disciplines=position.disciplines, required=position.required,
        desired=position.desired, is_leader=position.is_leader, is_remote=position.is_remote,
        is_licensed=position.is_licensed,
    )  # fmt: skip
    session.add(like)
    await session.flush()
    await relief_holds.move(session, position.id, like.id)
    return like


async def hand_over(session: AsyncSession, deployment: Deployment, newcomer: Assignment, *, by: Actor) -> bool:
    """Whoever comes instead has arrived: the other is relieved and goes home ("assignment.relieved").

    Returns:
        Whether the newcomer relieves somebody.
    """
    relief = await session.scalar(
        select(Relief).where(Relief.position_id == newcomer.position_id, Relief.relieved_at.is_(None)).with_for_update()
    )
    if relief is None or relief.withdrawn_at is not None:
        return False
    relief.relieved_at = clock.now()
    relieved = await session.get_one(Assignment, relief.assignment_id, with_for_update=True)
    if ASSIGNMENT.can(relieved.state, "relieve"):
        relieved.state = ASSIGNMENT.after(relieved.state, "relieve")
        await seats.close(session, relieved.position_id)
        await session.flush()
        await record(session, "assignment.relieved", relieved.id, topic=topic(deployment), by=by)
        await homecoming.begin_journey(session, deployment, relieved)
    return True


async def withdraw(session: AsyncSession, deployment: Deployment, relief: Relief, *, by: Actor) -> None:
    """They stay after all: the seat that was opened is not needed ("relief.withdrawn").

    Raises:
        Conflict: somebody has said yes to it already.
    """
    position = await session.get_one(Position, relief.position_id, with_for_update=True)
    if position.state is PositionState.FILLED:
        raise Conflict("Somebody has said yes to it already. Release one of the two instead.")
    relief.withdrawn_at = clock.now()
    position.state = POSITION.after(position.state, "cancel")
    await session.flush()
    await record(session, "relief.withdrawn", relief.id, topic=topic(deployment), by=by)


async def of_deployment(session: AsyncSession, deployment_id: int) -> Sequence[Relief]:
    """Every relief that was asked for."""
    query = (
        select(Relief).join(Position, Position.id == Relief.position_id).where(Position.deployment_id == deployment_id)
    )
    return (await session.scalars(query.order_by(Relief.id))).all()
