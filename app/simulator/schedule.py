"""What is due when, in our clock's time: many numbers at once, each number in its order."""

import asyncio
import heapq
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from app.core.clock import clock

logger = logging.getLogger(__name__)
Act = Callable[[datetime], Awaitable[None]]
"""Something to do; it is told the moment it was due, so that what follows is counted from there, not from now."""
AT_ONCE = 16
"""Numbers served at the same time."""
LONGEST_WAIT_S = 1.0
"""A clock that is moved by hand wakes nobody: look again at least this often."""


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    order: int
    number: str = field(compare=False)
    act: Act = field(compare=False)


class Schedule:
    """A heap of acts. It never sleeps unless `run_forever` is asked to."""

    def __init__(self) -> None:
        self._due: list[_Due] = []
        self._order = count()
        self._woken = asyncio.Event()
        self._running = asyncio.Lock()

    def add(self, at: datetime, number: str, act: Act) -> None:
        """Have `act` done at a moment, after everything of the same number that was due before."""
        heapq.heappush(self._due, _Due(at, next(self._order), number, act))
        self._woken.set()

    def next_due(self) -> datetime | None:
        """When something happens next."""
        return self._due[0].at if self._due else None

    async def run(self, until: datetime) -> int:
        """Do everything due until then, also what only becomes due by doing it.

        Returns:
            How much was done.
        """
        done = 0
        async with self._running:
            while batch := self._take(until):
                await self._serve(batch)
                done += len(batch)
        return done

    def _take(self, until: datetime) -> list[_Due]:
        batch = []
        while self._due and self._due[0].at <= until:
            batch.append(heapq.heappop(self._due))
        return batch

    async def _serve(self, batch: list[_Due]) -> None:
        queues: defaultdict[str, list[_Due]] = defaultdict(list)
        for one in batch:
            queues[one.number].append(one)
        gate = asyncio.Semaphore(AT_ONCE)

        async def serve(queue: list[_Due]) -> None:
            async with gate:
                for one in queue:
                    await one.act(one.at)

        await asyncio.gather(*(serve(queue) for queue in queues.values()))

    async def run_forever(self) -> None:
        """Do what is due when it is due, in real time as the clock counts it."""
        while True:
            self._woken.clear()
            try:
                await self.run(clock.now())
            except Exception:  # this is the simulator's worker loop: one broken phone must not silence the others
                logger.exception("a simulated act failed")
            await self._wait()

    async def _wait(self) -> None:
        due = self.next_due()
        seconds = LONGEST_WAIT_S if due is None else clock.real_seconds(due - clock.now())
        try:
            await asyncio.wait_for(self._woken.wait(), min(max(seconds, 0.005), LONGEST_WAIT_S))
        except TimeoutError:
            return
