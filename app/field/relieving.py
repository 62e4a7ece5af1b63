"""Relief: somebody leaves before the end. A seat is opened for whoever comes instead, and the search begins at once.

What becomes of the one relieved, by where they are when relief comes:

- at home, the journey not begun: they do not go, from the moment somebody says yes to going instead; no rest begins;
- by the plan on the way, or said so: relieved, they turn round, and are looked after until they are home;
- on site: relieved, they go home and rest;
- released or home already, or they do not come (a no, a no-show): nothing more; their seat is not filled again.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.core.problems import Conflict
from app.core.settings import get_settings
from app.deployments import road, seats
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import (
    ASSIGNMENT,
    POSITION,
    SEATED,
    AssignmentState,
    DeploymentState,
    PositionState,
)
from app.dispatch import offers
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.dispatch.words import words_of
from app.field import homecoming
from app.field.models import Relief
from app.field.orders import topic
from app.field.states import Way
from app.messaging import texts
from app.rosters import relief_holds

NEEDED = (DeploymentState.MOBILISING, DeploymentState.ACTIVE)
A = AssignmentState


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
        is_licensed=position.is_licensed, relieves_id=position.id,
    )  # fmt: skip
    session.add(like)
    await session.flush()
    await relief_holds.move(session, position.id, like.id)
    return like


async def hand_over(session: AsyncSession, deployment: Deployment, newcomer: Assignment, *, by: Actor) -> bool:
    """Whoever comes instead has arrived: the other goes home ("assignment.relieved"), or does not leave it.

    Returns:
        Whether the newcomer relieves somebody.
    """
    relief = await _under_way_for(session, newcomer.position_id)
    if relief is None:
        return False
    relieved = await session.get_one(Assignment, relief.assignment_id, with_for_update=True)
    if is_at_home(relieved):
        await _stays_home(session, deployment, relief, relieved, by=by)
        return True
    relief.relieved_at = clock.now()
    if ASSIGNMENT.can(relieved.state, "relieve"):
        relieved.state = ASSIGNMENT.after(relieved.state, "relieve")
        await seats.close(session, relieved.position_id)
        await session.flush()
        await record(session, "assignment.relieved", relieved.id, topic=topic(deployment), by=by)
        await homecoming.begin_journey(session, deployment, relieved)
    return True


_UNDER_WAY_FOR = (
    select(Relief)
    .where(Relief.position_id == bindparam("position_id", type_=BigInteger))
    .where(Relief.relieved_at.is_(None), Relief.withdrawn_at.is_(None))
    .with_for_update()
)


async def _under_way_for(session: AsyncSession, position_id: int) -> Relief | None:
    """The relief for which a seat was opened, if it is still to come; locked."""
    return await session.scalar(_UNDER_WAY_FOR, {"position_id": position_id})


def is_at_home(assignment: Assignment) -> bool:
    """Whether somebody with a seat has not left, by the plan and by what they told."""
    return assignment.state in (A.CONFIRMED, A.ORDERED) and not road.is_under_way(assignment)


async def spare_the_journey(session: AsyncSession, deployment: Deployment, position: Position) -> bool:
    """Somebody has said yes to going instead: who asked for it at home need not leave ("assignment.spared").

    The deployment is locked. Run twice, the second finds nobody. A relief for the rest of a stay spares nobody: until
    then they are needed.
    """
    if position.needed_from is not None or position.state is not PositionState.FILLED:
        return False
    relief = await _under_way_for(session, position.id)
    if relief is None:
        return False
    relieved = await session.get_one(Assignment, relief.assignment_id, with_for_update=True)
    if not is_at_home(relieved):
        return False
    await _stays_home(session, deployment, relief, relieved, by=SYSTEM)
    return True


async def _stays_home(
    session: AsyncSession, deployment: Deployment, relief: Relief, relieved: Assignment, *, by: Actor
) -> None:
    """Their seat is over before they left: it is cancelled, they are told, and no rest begins."""
    relief.relieved_at = clock.now()
    relieved.state = ASSIGNMENT.after(relieved.state, "cancel")
    await seats.close(session, relieved.position_id)
    await session.flush()
    await record(session, "assignment.spared", relieved.id, topic=topic(deployment), by=by)
    query = select(Offer).where(Offer.position_id == relieved.position_id, Offer.expert_id == relieved.expert_id)
    offer = await session.scalar(query.where(Offer.state == OfferState.ACCEPTED).with_for_update())
    if offer is not None:
        words = texts.need_not_go(await words_of(session, offer), get_settings().desk_phone)
        await offers.withdraw(session, deployment, offer, words, by=by)


async def withdraw(session: AsyncSession, deployment: Deployment, assignment: Assignment, *, by: Actor) -> None:
    """They go on after all: the seat that was opened is not needed ("relief.withdrawn"). Who was asked for it is told.

    Deployment and assignment are locked.

    Raises:
        Conflict: nobody is looked for, it is for the rest of a stay that they do not stay for, or somebody has said
            yes to it already.
    """
    relief = await open_relief(session, assignment.id)
    if relief is None:
        raise Conflict("Nobody is being looked for to relieve them.")
    position = await session.get_one(Position, relief.position_id, with_for_update=True)
    if position.needed_from is not None:
        raise Conflict("They do not stay for the longer stay, so somebody is needed for the rest of it.")
    if position.state is PositionState.FILLED:
        raise Conflict("Somebody has said yes to it already. Release one of the two instead.")
    relief.withdrawn_at = clock.now()
    position.state = POSITION.after(position.state, "cancel")
    await session.flush()
    asked = select(Offer).where(Offer.position_id == position.id, Offer.state.in_(OPEN)).order_by(Offer.id)
    for offer in await session.scalars(asked.with_for_update()):
        await offers.withdraw(session, deployment, offer, texts.withdrawn(await words_of(session, offer)), by=by)
    await record(session, "relief.withdrawn", relief.id, topic=topic(deployment), by=by)


async def of_deployment(session: AsyncSession, deployment_id: int) -> Sequence[Relief]:
    """Every relief that was asked for."""
    query = (
        select(Relief).join(Position, Position.id == Relief.position_id).where(Position.deployment_id == deployment_id)
    )
    return (await session.scalars(query.order_by(Relief.id))).all()
