"""How often somebody may ask: counted in the database, so that all processes share one count.

Counted in whole minutes of the wall, also where our clock is accelerated. The table is not written to the log of the
database: after a crash everybody begins at nought.
"""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import RateCount
from app.core.problems import TooMany

SPAN_S = 60


async def over(session: AsyncSession, key: str, most: int) -> int:
    """Count one more of `key`.

    Returns:
        0: within `most` a minute; else after how many seconds to try again.
    """
    now = time.time()
    start = datetime.fromtimestamp(now - now % SPAN_S, UTC)
    counted = insert(RateCount).values(key=key, window_start=start, count=1)
    again = counted.on_conflict_do_update(
        index_elements=["key", "window_start"], set_={"count": RateCount.count + 1}
    ).returning(RateCount.count)
    count = await session.scalar(again) or 0
    if count == 1:
        await session.execute(delete(RateCount).where(RateCount.key == key, RateCount.window_start < start))
    return max(1, round(SPAN_S - now % SPAN_S)) if count > most else 0


async def forget_old(session: AsyncSession) -> None:
    """Drop counts that nothing asks for any more."""
    long_ago = datetime.fromtimestamp(time.time(), UTC) - timedelta(hours=1)
    await session.execute(delete(RateCount).where(RateCount.window_start < long_ago))


class TooOften(TooMany):
    """You ask more often than is allowed. Wait a moment, then go on."""
