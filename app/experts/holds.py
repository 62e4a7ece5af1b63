"""Not before a day: the one thing that rest, exposure and wellness say of an expert to everybody else."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, bindparam, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Actor, record
from app.experts.models import Expert

_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_HOLDING = (
    update(Expert)
    .where(Expert.id == bindparam("held_id", type_=BigInteger))
    .where(or_(Expert.eligible_from.is_(None), Expert.eligible_from < _UNTIL))
    .values(eligible_from=_UNTIL, version=Expert.version + 1)
    .returning(Expert)
    .execution_options(synchronize_session=False, populate_existing=True)
)
"""Whoever holds the row sees it as it is then."""


async def not_before(session: AsyncSession, expert_id: int, until: datetime, *, by: Actor) -> bool:
    """Ask nobody to ask an expert for a time before `until` ("expert.held"). A later day that stands already stays.

    Why is not kept here, on purpose: the desk, the solver and the log see the date only (domain.md 4).

    Returns:
        Whether it moved.
    """
    if await session.scalar(_HOLDING, {"held_id": expert_id, "until": until}) is None:
        return False
    await record(session, "expert.held", expert_id, by=by)
    return True
