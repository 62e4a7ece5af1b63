"""Not before a day: the one thing that rest, exposure and wellness say of an expert to everybody else."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, bindparam, inspect, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import flush
from app.core.events import Actor, record
from app.experts.models import Expert

_EXPERTS = Expert.metadata.tables[Expert.__tablename__]
_UNTIL = bindparam("until", type_=DateTime(timezone=True))
_HOLDING = (
    update(_EXPERTS)
    .where(_EXPERTS.c.id == bindparam("held_id", type_=BigInteger))
    .where(or_(_EXPERTS.c.eligible_from.is_(None), _EXPERTS.c.eligible_from < _UNTIL))
    .values(eligible_from=_UNTIL, version=_EXPERTS.c.version + 1)
    .returning(_EXPERTS.c.id)
)


async def not_before(session: AsyncSession, expert_id: int, until: datetime, *, by: Actor) -> bool:
    """Ask nobody to ask an expert for a time before `until` ("expert.held"). A later day that stands already stays.

    Why is not kept here, on purpose: the desk, the solver and the log see the date only (domain.md 4).

    Returns:
        Whether it moved.
    """
    await flush(session)
    if await session.scalar(_HOLDING, {"held_id": expert_id, "until": until}) is None:
        return False
    known = session.identity_map.get(inspect(Expert).identity_key_from_primary_key((expert_id,)))
    if known is not None:  # whoever has loaded the row sees what it says now
        await session.refresh(known, ["eligible_from", "version"])
    await record(session, "expert.held", expert_id, by=by)
    return True
