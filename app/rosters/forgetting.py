"""Reasons and changes of rosters name people; who is erased is named no more."""

import json

from sqlalchemy import String, cast, func, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from app.rosters.models import Pick, Proposal


async def rename(session: AsyncSession, name: str, becomes: str) -> None:
    """Write another name wherever a roster's documents say `name`."""
    inside = json.dumps(name, ensure_ascii=False)[1:-1]
    for table in (Proposal, Pick):
        for column in table.__table__.columns:
            if isinstance(column.type, JSONB):
                said = cast(column, String)
                anew = cast(func.replace(said, inside, becomes), JSONB)
                change = update(table).where(said.contains(inside, autoescape=True)).values({column.name: anew})
                await session.execute(change.execution_options(synchronize_session=False))
