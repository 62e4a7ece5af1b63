"""What follows from an opened deployment."""

from sqlalchemy import select

from app.core.database import begin
from app.core.events import on
from app.rosters.composing import NOTHING_YET, compose
from app.rosters.models import Proposal


@on("deployment.opened", name="rosters.propose")
async def propose(subject_id: int) -> None:
    """Propose the first roster. Run twice, the second finds it."""
    async with begin() as session:
        if await session.scalar(select(Proposal.id).where(Proposal.deployment_id == subject_id).limit(1)):
            return
    await compose(subject_id, NOTHING_YET, cause="approved")
