"""A queue on which nobody else works: what is known of it is never older than it is."""

from collections.abc import AsyncIterator
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app import rooms
from app.core import jobs
from app.core.clock import Clock, clock
from app.core.database import begin, close_engine
from app.core.jobs import cancel, defer
from app.core.jobs_here import MOST, next_due_alone, run_due_alone
from app.core.settings import get_settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORK, FORGOTTEN = "test.work", "test.forgotten"
SETTINGS = {
    "SECRET_KEY": "k" * 40, "ENVIRONMENT": "test", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_FROM": "+12025550100", "CLOCK": "",
}  # fmt: skip


class Queue:
    """Jobs by their number. Job 7 takes job 8 back, and defers job 9."""

    def __init__(self) -> None:
        self.ran = list[int]()
        self._ids = dict[int, int]()

    async def defers(self, number: int, minutes: int, name: str = WORK) -> None:
        async with begin() as session:
            at = clock.now() + timedelta(minutes=minutes)
            self._ids[number] = await defer(session, name, at=at, number=number)

    async def takes_back(self, number: int) -> None:
        async with begin() as session:
            await cancel(session, self._ids[number])

    async def work(self, number: int) -> None:
        self.ran.append(number)
        if number == 7:
            await self.takes_back(8)
            await self.defers(9, 0)

    async def next(self) -> float | None:
        """Minutes after noon."""
        at = await next_due_alone(FORGOTTEN)
        return None if at is None else (at - NOON) / timedelta(minutes=1)

    async def runs_at(self, minutes: int) -> list[int]:
        """Who runs, so many minutes after noon."""
        clock.step_to(NOON + timedelta(minutes=minutes))
        before = len(self.ran)
        assert await run_due_alone(FORGOTTEN) == len(self.ran) - before
        return self.ran[before:]


@pytest.fixture
async def queue(app_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Queue]:
    """An open queue, at noon of a stepped clock."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"RRT_{name}", value)
    monkeypatch.setenv("RRT_DATABASE_URL", app_url)
    get_settings.cache_clear()
    await close_engine()
    rooms.load_jobs()
    made, before = Queue(), copy(clock)
    for name in (WORK, FORGOTTEN):
        monkeypatch.setitem(jobs.HANDLERS, name, made.work)
    clock.follow(Clock(0, is_stepped=True))
    clock.step_to(NOON)
    jobs.job_app.cache_clear()
    async with jobs.job_app().open_async():
        yield made
    jobs.job_app.cache_clear()
    clock.follow(before)
    await close_engine()
    get_settings.cache_clear()


async def test_what_is_due_next_is_asked_for_again_once_somebody_touches_what_waits(queue: Queue) -> None:
    assert await queue.next() is None
    await queue.defers(1, 10)
    assert await queue.next() == 10
    await queue.defers(2, 5)
    assert await queue.next() == 5
    await queue.takes_back(2)
    assert await queue.next() == 10
    assert await queue.runs_at(4) == []
    await queue.defers(3, 6)
    assert await queue.runs_at(10) == [1, 3]
    assert await queue.next() is None


async def test_a_moment_that_was_stepped_over_brings_all_that_was_due_until_then(queue: Queue) -> None:
    for number, minutes in ((1, 6), (2, 5), (3, 20)):
        await queue.defers(number, minutes)
    assert await queue.next() == 5
    assert await queue.runs_at(10) == [1, 2]
    assert await queue.next() == 20


async def test_a_job_takes_back_one_that_was_fetched_with_it_and_defers_another(queue: Queue) -> None:
    await queue.defers(7, 5)
    await queue.defers(8, 5)
    assert await queue.next() == 5
    assert await queue.runs_at(5) == [7, 9]


async def test_what_is_forgotten_neither_waits_nor_runs(queue: Queue) -> None:
    await queue.defers(1, 5, FORGOTTEN)
    assert await queue.next() is None
    assert await queue.runs_at(5) == []
    async with begin() as session:
        assert await session.scalar(text("select count(*) from procrastinate_jobs")) == 0


async def test_more_than_are_fetched_at_once_all_run_in_their_order(queue: Queue) -> None:
    numbers = list(range(100, 100 + 2 * MOST + 3))
    for number in numbers:
        await queue.defers(number, 5)
    assert await queue.runs_at(5) == numbers
