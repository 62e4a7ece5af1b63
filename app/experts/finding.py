"""Finding experts by name."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.experts.models import Expert


async def named(session: AsyncSession, words: str, limit: int = 10) -> Sequence[Expert]:
    """Active experts in whose name, city or state every word stands, by name."""
    query = select(Expert).where(Expert.is_active).order_by(Expert.name, Expert.id).limit(limit)
    for word in words.split()[:6]:
        part = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
        query = query.where(Expert.name.ilike(part) | Expert.city.ilike(part) | (Expert.state == word.upper()))
    return (await session.scalars(query)).all()
