"""Finding agencies."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency

MOST = 8


async def matching(session: AsyncSession, words: str, limit: int = MOST) -> Sequence[Agency]:
    """Agencies in whose name, city, state or ORI every word stands, by name."""
    query = select(Agency).order_by(Agency.name, Agency.state).limit(limit)
    for word in words.split()[:6]:
        part = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        is_state = Agency.state == word.upper()
        query = query.where(Agency.name.ilike(part) | Agency.city.ilike(part) | Agency.ori.ilike(part) | is_state)
    return (await session.scalars(query)).all()
