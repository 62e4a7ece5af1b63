"""A whole service for a state machine: driven without `await`, soon put back to its start, with two workers.

Every example begins from one picture of the database, taken when the town was built, so that the same steps do the
same.
"""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

import httpx
import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import jobs
from app.core.clock import Clock, clock
from app.core.database import begin, close_engine
from app.core.jobs_here import next_due, shift_waiting
from app.simulator.faults import Dice
from app.simulator.records import Book
from app.simulator.schedule import Schedule
from app.simulator.threads import Threads
from app.web.problems import TRY_AGAIN
from tests.postgres import Picture
from tests.story import Story, telling

Result = TypeVar("Result")
TAKE = text(
    "delete from procrastinate_jobs where id in (select id from procrastinate_jobs where status = 'todo'"
    " and (scheduled_at is null or scheduled_at <= now()) order by priority desc, id for update skip locked)"
    " returning priority, id, task_name, args"
)
STEP = timedelta(seconds=30)
WORKERS = 2
TRIES = 4
TWICE = 0.15
"""Share of the jobs that run a second time, as those of a worker do that was slow and lost them."""


class Town:
    """The service, its carrier and its workers, on an event loop of their own."""

    story: Story

    def __init__(self, connection: psycopg.Connection) -> None:
        self._runner = asyncio.Runner()
        self._open = AsyncExitStack()
        self._connection = connection
        self._picture: Picture | None = None
        self._clock = Clock.load(clock.dump())
        self._synced = self._pictured = time.time()
        self.random = Random(0)
        self.ran: Counter[str] = Counter()
        self.put_off: Counter[str] = Counter()
        """Jobs that the database had begin again, by what it said."""

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do something that waits."""
        return self._runner.run(work)

    def build(self, experts: int) -> None:
        """Start the service with an invented pool."""

        async def start() -> Story:
            await close_engine()
            story = await self._open.enter_async_context(telling(experts))
            # Between two steps the loop stands still and idle connections die: each call has one of its own.
            single = httpx.AsyncClient(
                base_url=story.http.base_url, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
            )
            story.http = await self._open.enter_async_context(single)
            return story

        self.story = self.run(start())

    def take_picture(self) -> None:
        """What `begin` goes back to."""
        self._picture, self._clock, self._pictured = Picture(self._connection), Clock.load(clock.dump()), time.time()

    def begin(self, seed: int) -> None:
        """Be as in the picture; the workers draw from `seed`."""
        assert self._picture is not None
        self._picture.restore()
        clock.follow(Clock.load(self._clock.dump()))
        self.random, self._synced = Random(seed), self._pictured
        carrier = self.story.carrier
        carrier._texts, carrier._calls, carrier.threads = Book(), Book(), Threads("+12025550100")
        carrier._creates.clear()
        carrier.opted_out.clear()
        carrier.dice = Dice(seed)
        while carrier._schedule.next_due() is not None:
            self._empty(carrier._schedule)

    @staticmethod
    def _empty(schedule: Schedule) -> None:
        schedule._queues.clear()
        schedule._heads.clear()
        schedule._waiting.clear()

    def close(self) -> None:
        """Stop everything."""

        async def stop() -> None:
            await self._open.aclose()
            await close_engine()

        self.run(stop())
        self._runner.close()

    # Work

    async def drain(self) -> None:
        """Two workers do all that is due, and the carrier delivers meanwhile, until nothing more is."""
        await self._shift(timedelta())
        is_busy = True
        while is_busy:
            waiting = deque(await self._due())
            async with asyncio.TaskGroup() as group:
                carrier = group.create_task(self.story.carrier.run_due())
                is_busy = bool(waiting)
                for _ in range(WORKERS):
                    group.create_task(self._work(waiting))
            is_busy = is_busy or carrier.result() > 0

    async def _due(self) -> list[tuple[str, dict[str, int]]]:
        """What is due, taken from the queue."""
        async with begin() as session:
            rows = await session.execute(TAKE)
            return [(row.task_name, row.args) for row in rows]

    async def _work(self, waiting: deque[tuple[str, dict[str, int]]]) -> None:
        while waiting:
            name, ids = waiting.popleft()
            runs = 2 if self.random.random() < TWICE else 1
            self.ran[name] += runs
            if self.random.random() < 0.5:
                for _ in range(runs):
                    await self._job(name, ids)
            else:
                await asyncio.gather(*(self._job(name, ids) for _ in range(runs)))

    async def _job(self, name: str, ids: dict[str, int]) -> None:
        """Run one job; what the database puts off is tried again, as a worker does."""
        for left in reversed(range(TRIES)):
            try:
                await jobs.HANDLERS[name](**ids)
            except DBAPIError as error:
                if left == 0 or not isinstance(error.orig, TRY_AGAIN):
                    raise
                self.put_off[f"{name}: {type(error.orig).__name__}"] += 1
            else:
                return

    async def _shift(self, span: timedelta) -> None:
        """Timers wait by the wall's clock, which goes on while ours stands still: take back what has passed."""
        now = time.time()
        async with begin() as session:
            await shift_waiting(session, span + timedelta(seconds=self._synced - now))
        self._synced = now

    async def next_due(self) -> timedelta | None:
        """How long until the next thing happens; None when nothing will."""
        async with begin() as session:
            found = [at for at in (await next_due(session), self.story.carrier.next_due()) if at is not None]
        return max(timedelta(), min(found) - clock.now()) if found else None

    async def skip(self, span: timedelta) -> None:
        """Time passes in one step; nothing is done yet."""
        clock.advance(span)
        await self._shift(span)

    async def passes(self, span: timedelta) -> None:
        """Time passes, with everything that falls due on the way; what falls into the same half minute together."""
        end = clock.now() + span
        await self.drain()
        while (left := end - clock.now()) > timedelta():
            due = await self.next_due()
            await self.skip(left if due is None else min(left, max(due, STEP)))
            await self.drain()


@contextlib.contextmanager
def built(connection: psycopg.Connection, experts: int) -> Iterator[Town]:
    """A town for a while."""
    town = Town(connection)
    try:
        town.build(experts)
        yield town
    finally:
        town.close()
