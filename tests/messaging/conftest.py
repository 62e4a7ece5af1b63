"""A desk that texts: settings, a carrier, the webhooks, and a clock that is moved by hand."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.core import jobs as core_jobs
from app.core.clock import Clock, clock
from app.core.database import close_engine
from app.core.problems import Problem
from app.core.settings import get_settings
from app.messaging import jobs, webhooks
from tests.messaging import carrier as carriers
from tests.messaging.desk import ACCOUNT, PUBLIC, TOKEN, Desk

assert jobs  # loading it makes the jobs known


@pytest.fixture(scope="session")
def _carrier() -> Iterator[carriers.Carrier]:
    with carriers.running() as carrier:
        yield carrier


@pytest.fixture
async def desk(database_url: str, _carrier: carriers.Carrier, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """A desk on an empty database, its clock standing still."""
    _carrier.texts.clear()
    _carrier.calls.clear()
    _carrier.asked.clear()
    _carrier.faults.clear()
    _carrier.hides_from_list = _carrier.listed = 0
    _carrier.list_is_down = False
    for name, value in {
        "DATABASE_URL": database_url, "PUBLIC_URL": PUBLIC, "SECRET_KEY": "k" * 40, "ENVIRONMENT": "test",
        "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_FROM": "+12025550100",
        "TWILIO_API_URL": _carrier.url, "CLOCK": "",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    core_jobs.job_app.cache_clear()
    await close_engine()
    before = Clock.load(clock.dump())
    clock.follow(Clock(0, ours_start=datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp()))
    app = FastAPI()
    app.include_router(webhooks.router)
    app.add_exception_handler(Problem, _problem)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC) as client:
        yield Desk(_carrier, client)
    clock.follow(before)
    await close_engine()
    get_settings.cache_clear()
    core_jobs.job_app.cache_clear()


async def _problem(_request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return JSONResponse({"detail": problem.detail}, problem.status)
