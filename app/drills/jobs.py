"""Jobs of drills: texts that are due are written, and a drill ends by itself. Each may run twice."""

from sqlalchemy import update

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import on
from app.core.jobs import defer, job
from app.drills import service
from app.drills.models import Drill, DrillText
from app.drills.states import DrillState


@job(service.POST)
async def post(drill_id: int) -> None:
    """Write the texts that are due; when there are many, the next ones in the next job."""
    async with begin() as session:
        if await service.post_due(session, drill_id):
            await defer(session, service.POST, priority=service.PRIORITY, drill_id=drill_id)


@job(service.END)
async def end(drill_id: int) -> None:
    """The time to answer is over."""
    async with begin() as session:
        drill = await locked(session, Drill, drill_id)
        if drill.state is not DrillState.RUNNING:
            return
        if clock.now() < drill.ends_at:
            await defer(session, service.END, at=drill.ends_at, drill_id=drill_id)
        else:
            await service.end(session, drill)


@on("expert.erased", name="drills.erased")
async def erased(subject_id: int) -> None:
    """Their numbers go; that they were texted stays."""
    async with begin() as session:
        await session.execute(update(DrillText).where(DrillText.expert_id == subject_id).values(number=None))
