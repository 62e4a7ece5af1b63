"""A carrier that costs next to nothing: it takes every text at once and notes when. No callbacks, no people.

On two cores the simulated carrier would be a good part of what is measured; this one is some dozen microseconds a text.
"""

import asyncio
import json
import threading
import time
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Handed:
    """One text that was handed over, and when on this process's clock."""

    number: str
    body: str
    at: float


class Carrier:
    """Listens on a port of this machine in a thread of its own; `handed` grows."""

    def __init__(self) -> None:
        self.handed: list[Handed] = []
        self.port = 0
        self._sids = count(1)
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[started], daemon=True)
        self._thread.start()
        started.wait()

    def stop(self) -> None:
        """Stop listening."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def has(self, count: int, within_s: float = 300) -> None:
        """Wait until so many texts were handed over.

        Raises:
            TimeoutError: they are not.
        """
        deadline = time.monotonic() + within_s
        while len(self.handed) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.handed)} of {count} texts were handed over")
            await asyncio.sleep(0.001)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                length = next((int(line[15:]) for line in lines if line.lower().startswith("content-length:")), 0)
                body = (await reader.readexactly(length)).decode()
                status, said = self._answer(lines[0].split()[0], body)
                told = json.dumps(said).encode()
                kind = "Content-Type: application/json"
                writer.write(f"HTTP/1.1 {status} OK\r\n{kind}\r\nContent-Length: {len(told)}\r\n\r\n".encode() + told)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, method: str, body: str) -> tuple[int, dict[str, Any]]:
        if method != "POST":
            return 200, {"messages": [], "calls": [], "next_page_uri": None}
        form = parse_qs(body)
        handed = Handed(form["To"][0], form.get("Body", [""])[0], time.monotonic())
        self.handed.append(handed)
        return 201, {"sid": f"SM{next(self._sids):032x}", "status": "queued", "to": handed.number}
