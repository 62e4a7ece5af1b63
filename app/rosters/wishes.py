"""What the desk wishes of a team before it is asked: somebody in a seat, or somebody left out. Each makes a version."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, NotFound
from app.deployments.models import Deployment, Position
from app.deployments.states import DeploymentState
from app.experts.models import Expert
from app.rosters import queries, solving
from app.rosters.models import Proposal, ProposalState, Wish
from app.rosters.proposals import RosterChanged


class KeptOut(Conflict):
    """A rule keeps this person out of this seat.

    Fields: `rules`, each as a sentence.
    """


class AskedAlready(Conflict):
    """People of this team have been asked. Ask somebody else for a seat, or leave somebody out of the call-out."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished of one deployment's team.

    Args:
        pins: position to expert.
        excluded: experts that are left out.
    """

    pins: Mapping[int, int]
    excluded: frozenset[int]


_OF = select(Wish).where(Wish.deployment_id == bindparam("deployment_id", type_=BigInteger))


async def of(session: AsyncSession, deployment_id: int) -> Wishes:
    """The wishes of a deployment."""
    rows = (await session.scalars(_OF, {"deployment_id": deployment_id})).all()
    pins = {row.position_id: row.expert_id for row in rows if row.position_id is not None}
    return Wishes(pins, frozenset(row.expert_id for row in rows if row.position_id is None))


async def rules_against(session: AsyncSession, proposal: Proposal, position_id: int, expert_id: int) -> solving.Answer:
    """Which rules keep somebody out of a seat, or what seating her would cost, by the facts of a version.

    Raises:
        NotFound: no such seat or expert, or the version has no record.
    """
    kept = await queries.record_of(session, proposal)
    try:
        return await solving.why_not(kept.body, position_id, expert_id)
    except solving.NotInRecord as unknown:
        raise NotFound from unknown


async def pin(  # noqa: PLR0917 - who sits where in which version
    session: AsyncSession, deployment: Deployment, proposal: Proposal, position: Position, expert_id: int, by: Actor
) -> None:
    """Have somebody in a seat: the team is composed again around her. Deployment and proposal are locked.

    Raises:
        RosterChanged: the version is accepted or superseded.
        KeptOut: a rule keeps her out.
        NotFound: no such expert.
    """
    expert = await _asked(session, deployment, proposal, expert_id)
    answer = await rules_against(session, proposal, position.id, expert_id)
    if answer.rules:
        raise KeptOut(rules=[rule.text for rule in answer.rules])
    await _wish(session, deployment, expert, position.id, f"pinned {{name}} as {position.title}", by)


async def exclude(
    session: AsyncSession, deployment: Deployment, proposal: Proposal, expert_id: int, *, by: Actor
) -> None:
    """Leave somebody out of the team: it is composed again without her. Raises as `pin` does."""
    expert = await _asked(session, deployment, proposal, expert_id)
    await _wish(session, deployment, expert, None, "left {name} out of the team", by)


async def forget(
    session: AsyncSession, deployment: Deployment, proposal: Proposal, expert_id: int, *, by: Actor
) -> None:
    """Wish nothing of somebody any more: neither pinned nor left out. Nothing wished: nothing to do."""
    expert = await _asked(session, deployment, proposal, expert_id)
    mine = (Wish.deployment_id == deployment.id) & (Wish.expert_id == expert_id)
    gone = await session.scalar(delete(Wish).where(mine).returning(Wish.id))
    if gone is not None:
        await _tell(session, deployment, expert, "left the seat of {name} to the solver", by)


async def _asked(session: AsyncSession, deployment: Deployment, proposal: Proposal, expert_id: int) -> Expert:
    if proposal.state is not ProposalState.PROPOSED:
        raise RosterChanged
    if deployment.state is not DeploymentState.PLANNING:
        raise AskedAlready
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    return expert


async def _wish(  # noqa: PLR0917 - one wish
    session: AsyncSession, deployment: Deployment, expert: Expert, position_id: int | None, says: str, by: Actor
) -> None:
    """Replaces what was wished of the same person, or of the same seat."""
    of_person = (Wish.deployment_id == deployment.id) & (Wish.expert_id == expert.id)
    await session.execute(
        delete(Wish).where(or_(of_person, Wish.position_id == position_id) if position_id else of_person)
    )
    session.add(
        Wish(
            deployment_id=deployment.id, expert_id=expert.id, position_id=position_id, by_id=by.id, at=clock.now()
        )
    )  # fmt: skip
    await _tell(session, deployment, expert, says, by)


async def _tell(session: AsyncSession, deployment: Deployment, expert: Expert, says: str, by: Actor) -> None:
    """`says` with {name} where the expert's name is when it is shown."""
    topic = f"request:{deployment.request_id}"
    await record(session, "roster.wished", deployment.id, topic=topic, by=by, says=says, expert_id=expert.id)
