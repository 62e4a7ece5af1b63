"""Jobs that failed as often as they may: parked until somebody has them run again."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that failed as often as it may; parked until somebody has it run again."""

    id: int
    name: str
    args: dict[str, Any]


async def failed(session: AsyncSession, but: Collection[int] = (), limit: int = 100) -> list[FailedJob]:
    """Parked jobs other than `but`, oldest first. Periodic ones are dropped once told: the next one runs soon."""
    query = (
        "select id, task_name, args from procrastinate_jobs"
        " where status = 'failed' and id <> all(:but) order by id limit :most"
    )
    rows = await session.execute(text(query), {"but": list(but), "most": limit})
    return [FailedJob(*row) for row in rows]


async def drop_failed(session: AsyncSession, name: str) -> None:
    """Forget the failed runs of a periodic job."""
    query = "delete from procrastinate_jobs where status = 'failed' and task_name = :name"
    await session.execute(text(query), {"name": name})


async def retry(session: AsyncSession, job_id: int) -> bool:
    """Have a parked job run again, with all its tries; False when it is not parked."""
    query = text(
        "update procrastinate_jobs set status = 'todo', attempts = 0, scheduled_at = null"
        " where id = :id and status = 'failed' returning id"
    )
    return await session.scalar(query, {"id": job_id}) is not None
