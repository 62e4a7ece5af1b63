"""A story on an empty database, its clock moved by hand."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from app.access import viewed
from app.core import jobs
from app.core.clock import Clock, clock
from app.core.database import close_engine
from app.core.settings import get_settings
from app.demo.machine import free_port
from app.rosters import solving
from app.web import refused
from tests.standing import Standing
from tests.story import START, Story, telling


@contextmanager
def surroundings(database_url: str, patch: pytest.MonkeyPatch, **more: str) -> Iterator[None]:
    """The settings of a service under test, and a clock that stands still until it is moved."""
    web, carrier = free_port(0), free_port(0)
    given = {
        "DATABASE_URL": database_url, "PUBLIC_URL": f"http://127.0.0.1:{web}", "SECRET_KEY": "k" * 40,
        "ENVIRONMENT": "test", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": "+12025550100", "TWILIO_API_URL": f"http://127.0.0.1:{carrier}", "CLOCK": "",
        "SECURE_COOKIES": "false", "REQUESTS_PER_MINUTE": "0",
        "SOLVER_PROCESSES": "0", "TEXTS_PER_SECOND": "1000", "WAVES": "false",
        "UNDO_SECONDS": "0",
    }  # fmt: skip
    for name, value in (given | more).items():
        patch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    jobs.job_app.cache_clear()
    viewed._seen.clear()
    refused._noted.clear()
    before = Clock.load(clock.dump())
    clock.follow(Clock(0, ours_start=START.timestamp()))
    yield
    clock.follow(before)
    solving.stop()
    get_settings.cache_clear()
    jobs.job_app.cache_clear()


@asynccontextmanager
async def at_standing(
    standing: Standing, address: str, patch: pytest.MonkeyPatch, experts: int = 300
) -> AsyncIterator[Story]:
    """A story at the addresses that stand, on the database at `address`."""
    standing.patch = patch
    with surroundings(address, patch, PUBLIC_URL=standing.web.url, TWILIO_API_URL=standing.carrier.url):
        await close_engine()
        async with telling(experts, standing) as told:
            yield told
        await close_engine()


@pytest.fixture
async def story(app_url: str, standing: Standing, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """A whole service with its carrier, on an empty database, as the role it works as."""
    async with at_standing(standing, app_url, monkeypatch) as told:
        yield told
