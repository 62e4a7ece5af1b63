"""Names of those who work at the desk, for lines that say who did something."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import User


async def users(session: AsyncSession, ids: Iterable[int | None]) -> dict[int, User]:
    """Users by their ids; none of those that are not there."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = await session.scalars(select(User).where(User.id.in_(wanted)))
    return {user.id: user for user in rows}
