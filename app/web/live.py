"""Live pages: the database notifies, one listener per process hears it, every open page gets a signal, never data."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import psycopg

from app.core.database import LINE
from app.core.events import CHANNEL
from app.core.settings import get_settings

logger = logging.getLogger(__name__)
PING_S = 15.0
"""A silent connection is noticed by the page when the ping is missing."""
LOOK_S = 30.0
"""So often the listener looks whether the database is still there: a connection that is cut somewhere says nothing."""
ANSWERS_WITHIN_S = 10.0


class Live:
    """The listener of one web process and the pages that wait for its signals."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Queue[str]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen from now on."""
        self._task = asyncio.create_task(self._listen_for_ever(), name="live")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                logger.warning("live listener lost its connection (%s), trying again", type(error).__name__)
                await asyncio.sleep(1)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(get_settings().libpq_url, autocommit=True, **LINE)
        async with connection:
            await connection.execute(f"listen {CHANNEL}")
            self.tell("")  # whatever happened while nobody listened
            while True:
                async for notice in connection.notifies(timeout=LOOK_S):
                    self.tell(notice.payload)
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    await connection.execute("select 1")

    def tell(self, topic: str) -> None:
        """Signal every waiting page; one that does not keep up is signalled once, which is all it needs."""
        for queue in self._waiting:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(topic)

    async def signals(self) -> AsyncIterator[str | None]:
        """Topics as they change; "" on connecting: look at everything. None when nothing came for a while.

        On every connecting, and not from the last event that the page has seen: ids of events are given before their
        transactions commit, so that one with a lower number may appear after one with a higher.
        """
        queue: asyncio.Queue[str] = asyncio.Queue(maxsize=200)
        self._waiting.add(queue)
        try:
            yield ""
            while True:
                try:
                    yield await asyncio.wait_for(queue.get(), PING_S)
                except TimeoutError:
                    yield None
        finally:
            self._waiting.discard(queue)


live = Live()
"""The process's one."""
