"""Not before a day: the one thing that rest, exposure and wellness say of an expert to everybody else."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Actor, record
from app.experts.models import Expert


async def not_before(session: AsyncSession, expert: Expert, until: datetime, *, by: Actor) -> bool:
    """Ask nobody to ask `expert` for a time before `until` ("expert.held"). A later day that stands already stays.

    Why is not kept here, on purpose: the desk, the solver and the log see the date only (domain.md 4).

    Returns:
        Whether it moved.
    """
    if expert.eligible_from is not None and expert.eligible_from >= until:
        return False
    expert.eligible_from = until
    await session.flush()
    await record(session, "expert.held", expert.id, by=by)
    return True
