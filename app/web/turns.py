"""One making for all who ask in the same moment: whoever asks gets what was begun after they asked, never before.

While one making is under way, everybody who asks waits for the next one, which serves them all. Nothing is kept beyond
that: there is no time after which something is too old, and nothing to invalidate. Each process takes its own turns.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Makes something for many.

    Args:
        make: reads and computes what all of them may have; it knows nothing of who asks.
    """

    def __init__(self, make: Callable[[], Awaitable[T]]) -> None:
        self._make = make
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def made(self) -> T:
        """What is made from now on. Raises: whatever the making raised."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # the one before has ended, and its tasks with it
            self._loop, self._running, self._next = loop, None, None
        if self._next is None:
            # In a context of its own: no language, no log's binding of the one who happened to ask first.
            self._next = loop.create_task(self._turn(self._running), context=Context())
        # One who leaves does not take it from the others.
        return await asyncio.shield(self._next)

    async def _turn(self, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before])
        # Here it begins: who asks from now on waits for the turn after.
        self._running, self._next = self._next, None
        return await self._make()
