"""Many live boards at once: how long from a commit until every open page has its signal, and what they cost."""

import asyncio
import statistics
import time
from dataclasses import dataclass

from app.core.database import begin
from app.core.events import record

PATIENCE_S = 20
OPEN_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Lag:
    """Milliseconds from the commit to the signal, over all boards and changes."""

    p50: float
    p99: float
    most: float
    last: float
    """Median, over the changes, of when the last board had it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What it took until every board had fetched its part after one change."""

    last_ms: float
    """From the commit to the last board's last byte; median over the changes."""
    refused: int
    """Answers that were none."""
    kilobytes: float
    """Of one part, as it came over the wire."""


class Boards:
    """Open streams of signals, each as a browser holds it."""

    def __init__(self, host: str, port: int, cookie: str) -> None:
        self._host, self._port, self._cookie = host, port, cookie
        self._open: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def open(self, count: int) -> None:
        """Open so many, and wait until each hears."""
        for start in range(0, count, OPEN_AT_ONCE):
            await asyncio.gather(*(self._one() for _ in range(min(OPEN_AT_ONCE, count - start))))

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        head = f"GET /live HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nCookie: {self._cookie}\r\n\r\n"
        writer.write(head.encode())
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"/live answers {status!r}")
        await self._hears(reader, "")
        self._open.append((reader, writer))

    async def _hears(self, reader: asyncio.StreamReader, topic: str) -> float:
        """When a signal about `topic` came."""
        wanted = f"data: {topic}".strip().encode()
        async with asyncio.timeout(PATIENCE_S):
            while (line := await reader.readline()).strip() != wanted:
                if not line:
                    raise RuntimeError("a stream of signals ended")
        return time.monotonic()

    async def lag(self, changes: int, pause_s: float = 0.3) -> Lag:
        """Change something so often, and see when everybody knows."""
        all_of_them: list[float] = []
        last: list[float] = []
        for number in range(changes):
            topic = f"request:{9_000_000 + number}"
            hearing = [asyncio.create_task(self._hears(reader, topic)) for reader, _ in self._open]
            await asyncio.sleep(0)
            async with begin() as session:
                await record(session, "request.noted", 1, topic=topic)
            committed = time.monotonic()
            heard = [1000 * (at - committed) for at in await asyncio.gather(*hearing)]
            all_of_them += heard
            last.append(max(heard))
            await asyncio.sleep(pause_s)
        quantiles = statistics.quantiles(all_of_them, n=100)
        return Lag(quantiles[49], quantiles[98], max(all_of_them), statistics.median(last))

    async def look(self, changes: int, pause_s: float = 1.0) -> Looked:
        """Change something so often; each board fetches its part as soon as it hears, as a page does."""
        last, refused, size = list[float](), 0, 0
        for number in range(-1, changes):
            topic = f"request:{8_000_000 + number}"
            fetching = [asyncio.create_task(self._fetch(heard, topic)) for heard, _ in self._open]
            await asyncio.sleep(0)
            async with begin() as session:
                await record(session, "request.noted", 1, topic=topic)
            committed = time.monotonic()
            answers = await asyncio.gather(*fetching)
            if number >= 0:  # the first warms up
                last.append(1000 * (time.monotonic() - committed))
                refused += sum(status != b"200" for status, _ in answers)
            size = answers[0][1]
            await asyncio.sleep(pause_s)
        return Looked(statistics.median(last), refused, size / 1000)

    async def _fetch(self, heard: asyncio.StreamReader, topic: str) -> tuple[bytes, int]:
        """The status of the answer, and how many bytes it is."""
        await self._hears(heard, topic)
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(
            f"GET /desk?part=board HTTP/1.1\r\nHost: {self._host}:{self._port}\r\nCookie: {self._cookie}\r\n"
            "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
        )
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        return head.split(b" ", 2)[1], len(body)

    def close(self) -> None:
        """Close all."""
        for _, writer in self._open:
            writer.close()
        self._open.clear()
