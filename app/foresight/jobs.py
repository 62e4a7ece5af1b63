"""Doors of the jobs: work out what was asked for, and readiness by itself every few hours."""

import time
from datetime import timedelta
from typing import Any

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import SYSTEM, on
from app.core.jobs import every
from app.foresight import forecasts, gathering, outlook
from app.foresight.beside import beside
from app.foresight.models import Forecast, ForecastKind
from app.rosters import rules

LEAST_S = 600.0
"""Seconds of the wall between two by itself, however fast the clock."""


@on("forecast.asked", name="foresight.work_out")
async def work_out(subject_id: int) -> None:
    """Read, work out outside of any transaction, keep. Run twice, the second finds it."""
    async with begin() as session:
        forecast = await session.get_one(Forecast, subject_id)
        if forecast.made_at or forecast.failed_because:
            return
        asked, basis = await gathering.question(session, forecast.seed)
    if not asked.people:
        async with begin() as session:
            await forecasts.fail(session, await locked(session, Forecast, subject_id), "Nobody is in the pool yet.")
        return
    started = time.monotonic()
    values = await beside(_readiness, asked)
    await _keep(subject_id, values | basis, round((time.monotonic() - started) * 1000))


def _readiness(asked: outlook.Question) -> dict[str, Any]:
    return outlook.work_out(asked).as_json()


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
