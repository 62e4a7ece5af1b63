"""A story on an empty database, its clock moved by hand."""

from collections.abc import AsyncIterator

import pytest

from app.core import jobs
from app.core.clock import Clock, clock
from app.core.database import close_engine
from app.core.settings import get_settings
from app.demo.machine import free_port
from app.rosters import solving
from tests.story import START, Story, telling


@pytest.fixture
async def story(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database."""
    web, carrier = free_port(0), free_port(0)
    for name, value in {
        "DATABASE_URL": database_url, "PUBLIC_URL": f"http://127.0.0.1:{web}", "SECRET_KEY": "k" * 40,
        "ENVIRONMENT": "test", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": "+12025550100", "TWILIO_API_URL": f"http://127.0.0.1:{carrier}", "CLOCK": "",
        "SECURE_COOKIES": "false", "SOLVER_PROCESSES": "0", "TEXTS_PER_SECOND": "1000", "WAVES": "false",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    jobs.job_app.cache_clear()
    await close_engine()
    before = Clock.load(clock.dump())
    clock.follow(Clock(0, ours_start=START.timestamp()))
    async with telling() as told:
        yield told
    clock.follow(before)
    solving.stop()
    await close_engine()
    get_settings.cache_clear()
    jobs.job_app.cache_clear()
