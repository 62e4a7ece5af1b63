"""In front of the hosts: each connection goes to the next host that takes it, as any balancer of TCP does."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import count

CONNECT_S = 1.0
AVOID_S = 3.0
"""So long a host that took no connection is passed over."""


class Balancer:
    """Listens in a thread of its own until the process ends.

    Args:
        address: where it listens.
        hosts: addresses that it passes connections to.
        port: on all of them.
    """

    def __init__(self, address: str, hosts: Sequence[str], port: int) -> None:
        self._address, self._hosts, self._port = address, hosts, port
        self._turn, self._avoid = count(), dict.fromkeys(hosts, 0.0)
        self.served = dict.fromkeys(hosts, 0)
        self._up = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve()), name="balancer", daemon=True).start()
        self._up.wait(10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._pass_on, self._address, self._port)
        self._up.set()
        async with server:
            await server.serve_forever()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            ahead = await self._connected()
            if ahead is not None:
                await asyncio.gather(_copy(reader, ahead[1]), _copy(ahead[0], writer))
        finally:
            writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        now = asyncio.get_running_loop().time()
        start = next(self._turn)
        turned = [self._hosts[(start + step) % len(self._hosts)] for step in range(len(self._hosts))]
        for host in sorted(turned, key=lambda each: self._avoid[each] > now):
            try:
                ahead = await asyncio.wait_for(asyncio.open_connection(host, self._port), CONNECT_S)
            except (OSError, TimeoutError):
                self._avoid[host] = now + AVOID_S
                continue
            self.served[host] += 1
            return ahead
        return None


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    with suppress(OSError):
        sink.close()
