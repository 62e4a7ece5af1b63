"""What follows from an opened deployment."""

from sqlalchemy import select

from app.core.database import begin
from app.core.events import on
from app.deployments.models import Deployment
from app.deployments.states import DeploymentState
from app.rosters import queries
from app.rosters.composing import NOTHING_YET, compose
from app.rosters.models import Proposal, ProposalState


@on("deployment.opened", name="rosters.propose")
async def propose(subject_id: int) -> None:
    """Propose the first roster. Run twice, the second finds it."""
    async with begin() as session:
        if await session.scalar(select(Proposal.id).where(Proposal.deployment_id == subject_id).limit(1)):
            return
    await compose(subject_id, NOTHING_YET, cause="approved")


@on("roster.wished", name="rosters.compose_again")
async def compose_again(subject_id: int) -> None:
    """The desk wants somebody in, or out: a new version. Run twice, the second is the same; once accepted, none."""
    async with begin() as session:
        newest = await queries.current(session, subject_id)
        deployment = await session.get_one(Deployment, subject_id)
        is_open = deployment.state is DeploymentState.PLANNING
        if newest is None or newest.state is not ProposalState.PROPOSED or not is_open:
            return
    await compose(subject_id, NOTHING_YET, cause="desk")
