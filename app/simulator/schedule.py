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
    """A heap of acts for each number, and one of who is next. It never sleeps unless `run_forever` is asked to.

    Args:
        at_once: numbers served at the same time; with 1 everything comes in the same order every time.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._queues: defaultdict[str, list[_Due]] = defaultdict(list)
        self._heads: list[_Due] = []
        self._waiting: set[int] = set()
        self._order = count()
        self._woken = asyncio.Event()
        self._running = asyncio.Lock()

    def add(self, at: datetime, number: str, act: Act) -> None:
        """Have `act` done at a moment, after everything of the same number that is due before."""
        due = _Due(at, next(self._order), number, act)
        self._waiting.add(due.order)
        heapq.heappush(self._queues[number], due)
        heapq.heappush(self._heads, due)
        self._woken.set()

    def next_due(self) -> datetime | None:
        """When something happens next."""
        while self._heads and self._heads[0].order not in self._waiting:
            heapq.heappop(self._heads)
        return self._heads[0].at if self._heads else None

    async def run(self, until: datetime) -> int:
        """Do everything due until then, also what only becomes due by doing it.

        Returns:
            How much was done.
        """
        done = 0
        gate = asyncio.Semaphore(self._at_once)
        async with self._running:
            while numbers := self._take(until):
                served = (self._serve(number, until, gate) for number in numbers)
                # Not cut short by one that fails: the others would go on unseen beside the next run.
                for result in await asyncio.gather(*served, return_exceptions=True):
                    if isinstance(result, BaseException):
                        raise result
                    done += result
        return done

    def _take(self, until: datetime) -> list[str]:
        """Numbers for which something is due, those that wait longest first."""
        numbers: dict[str, None] = {}
        while (due := self.next_due()) is not None and due <= until:
            numbers[heapq.heappop(self._heads).number] = None
        return list(numbers)

    async def _serve(self, number: str, until: datetime, gate: asyncio.Semaphore) -> int:
        """One number's acts in the order of their moments; what they lead to takes its place among them."""
        queue, done = self._queues[number], 0
        try:
            async with gate:
                while queue and queue[0].at <= until:
                    one = heapq.heappop(queue)
                    self._waiting.discard(one.order)
                    await one.act(one.at)
                    done += 1
        finally:
            if queue:  # its head was taken above; after a failure it would be forgotten
                heapq.heappush(self._heads, queue[0])
        return done

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
