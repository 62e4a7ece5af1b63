"""The planned end on site: boxes are signed one by one, then everybody is released (ICS-221)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid
from app.deployments.models import Deployment
from app.deployments.states import ASSIGNMENT, DEPLOYMENT, DeploymentState
from app.field import journeys
from app.field.models import SignOff
from app.field.orders import seated, topic
from app.field.states import Item, Step, Way


class BoxesOpen(Conflict):
    """Not every box is signed yet, so nobody can be released."""


async def begin(session: AsyncSession, deployment: Deployment, *, by: Actor) -> None:
    """The team gets ready to leave ("deployment.demobilising"). Raises WrongState when it is not on site."""
    deployment.state = DEPLOYMENT.after(deployment.state, "demobilise")
    await session.flush()
    await record(session, "deployment.demobilising", deployment.id, topic=topic(deployment), by=by)


async def sign(session: AsyncSession, deployment: Deployment, item: Item, note: str, *, by: Actor) -> None:
    """Tick a box ("deployment.signed"). The first signature stays.

    Raises:
        Invalid: a hand-off without the name of who accepted it.
        Conflict: the team is not leaving.
    """
    if deployment.state is not DeploymentState.DEMOBILISING:
        raise Conflict("Begin the demobilisation first.")
    if item is Item.HAND_OFF and not note.strip():
        raise Invalid(errors={"note": "Say who at the host has accepted the hand-off."})
    put = insert(SignOff).values(
        deployment_id=deployment.id, item=item, signed_at=clock.now(), by_kind=by.kind, by_id=by.id, by_name=by.name,
        note=note.strip(),
    )  # fmt: skip
    made = await session.scalar(put.on_conflict_do_nothing().returning(SignOff.id))
    if made is not None:
        await record(session, "deployment.signed", made, topic=topic(deployment), by=by, item=item)


async def signed(session: AsyncSession, deployment_id: int) -> Sequence[SignOff]:
    """The boxes that are ticked, in the order in which they were."""
    query = select(SignOff).where(SignOff.deployment_id == deployment_id).order_by(SignOff.id)
    return (await session.scalars(query)).all()


async def release(session: AsyncSession, deployment: Deployment, way: Way, *, by: Actor) -> int:
    """Release everybody who is on site; who has a seat and never came is a no-show's or a cancellation's business.

    Returns:
        How many are on their way home.

    Raises:
        BoxesOpen: boxes are not signed.
    """
    if {row.item for row in await signed(session, deployment.id)} != set(Item):
        raise BoxesOpen
    count = 0
    for assignment in await seated(session, deployment.id):
        if ASSIGNMENT.can(assignment.state, "release"):
            await journeys.report(session, deployment, assignment, Step.RELEASED, way, by=by)
            count += 1
    return count
