"""Doors of the jobs: work out what was asked for, and readiness by itself every few hours."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import SYSTEM, on
from app.core.jobs import every
from app.core.problems import Conflict, Problem
from app.foresight import forecasts, past
from app.foresight.beside import beside
from app.foresight.models import Forecast, ForecastKind
from app.rosters import rules

if TYPE_CHECKING:
    from app.foresight.advice import Wish
    from app.foresight.outlook import Question

Work = Callable[[Any], dict[str, Any]]
LEAST_S = 600.0
"""Seconds of the wall between two by itself, however fast the clock."""


class NobodyThere(Conflict):
    """Nobody is in the pool yet."""


@on("forecast.asked", name="foresight.work_out")
async def work_out(subject_id: int) -> None:
    """Read, work out outside of any transaction, keep. Run twice, the second finds it."""
    async with begin() as session:
        forecast = await session.get_one(Forecast, subject_id)
        if forecast.made_at or forecast.failed_because:
            return
        try:
            work, asked, basis = await _read(session, forecast)
        except Problem as problem:
            await forecasts.fail(session, forecast, problem.detail)
            return
    started = time.monotonic()
    values = await beside(work, asked)
    await _keep(subject_id, values | basis, round((time.monotonic() - started) * 1000))


async def _read(session: AsyncSession, forecast: Forecast) -> tuple[Work, object, dict[str, Any]]:
    """What is to be worked out, from what, and on what it rests.

    Raises:
        NobodyThere: the pool is empty.
        NoIncidents: it is not known where people are needed.
    """
    from app.foresight import gathering  # noqa: PLC0415 - the web knows the jobs, and never loads what they compute with

    if forecast.kind is ForecastKind.RECRUITING:
        wish = await gathering.wish(session, forecast.seed, forecast.asks)
        if not wish.experts:
            raise NobodyThere
        synthetic = any(file.is_synthetic for file in await past.files(session))
        return _recruiting, wish, {
            "incidents_known": len(wish.demand.incidents), "is_synthetic": True, "from_synthetic": synthetic,
        }  # fmt: skip
    asked, basis = await gathering.question(session, forecast.seed)
    if not asked.people:
        raise NobodyThere
    return _readiness, asked, basis


def _readiness(asked: "Question") -> dict[str, Any]:
    from app.foresight import outlook  # noqa: PLC0415 - see above

    return outlook.work_out(asked).as_json()


def _recruiting(wish: "Wish") -> dict[str, Any]:
    from app.foresight import recruiting  # noqa: PLC0415 - see above

    return recruiting.advise(wish).as_json()


async def _keep(forecast_id: int, values: dict[str, Any], took_ms: int) -> None:
    async with begin() as session:
        forecast = await locked(session, Forecast, forecast_id)
        if forecast.made_at or forecast.failed_because:
            return
        before = await forecasts.newest(session, forecast.kind)
        await forecasts.keep(session, forecast, values, took_ms)
        if forecast.kind is ForecastKind.READINESS:
            await forecasts.watch(session, forecast, before, await rules.current(session))


@every(timedelta(hours=1), "foresight.look_ahead")
async def look_ahead() -> None:
    """Work readiness out anew when the last time is some hours ago."""
    async with begin() as session:
        last = await forecasts.last_asked(session, ForecastKind.READINESS)
        age = clock.now() - last.asked_at if last else None
        if age is None or (age >= forecasts.FRESH and clock.real_seconds(age) >= LEAST_S):
            await forecasts.ask(session, ForecastKind.READINESS, by=SYSTEM)
