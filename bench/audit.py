"""What sealing the log costs: transactions that record three events each, with the chain and without, in turns.

`python -m bench.audit [ROUNDS]`: a PostgreSQL of its own, eight at once, twenty requests, medians of the rounds.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from app import rooms
from app.core import events
from app.core.database import begin, close_engine
from app.core.postgres import EmbeddedPostgres
from tests.postgres import migrate

AT_ONCE, EACH, TOPICS = 8, 40, 20


async def _work(worker: int, *, sealed: bool) -> None:
    for number in range(EACH):
        async with begin() as session:
            topic = f"request:{(worker * EACH + number) % TOPICS}"
            for kind in ("offer.accepted", "position.filled", "message.queued"):
                await events.record(session, kind, number, topic=topic)
            if not sealed:
                session.info.pop(events.UNSEALED)


async def _round(*, sealed: bool) -> float:
    """Transactions a second."""
    began = time.perf_counter()
    await asyncio.gather(*(_work(worker, sealed=sealed) for worker in range(AT_ONCE)))
    return AT_ONCE * EACH / (time.perf_counter() - began)


async def _measure(rounds: int) -> None:
    rooms.load()
    await _round(sealed=True)
    with_chain, without = [], []
    for _ in range(rounds):
        without.append(await _round(sealed=False))
        with_chain.append(await _round(sealed=True))
    await close_engine()
    one, other = statistics.median(with_chain), statistics.median(without)
    print(f"with chains {one:.0f}/s, without {other:.0f}/s, ratio {one / other:.3f}")
    print(f"a seal costs {1000 * AT_ONCE * (1 / one - 1 / other):.2f} ms of a transaction of {8000 / other:.1f} ms")


def main(rounds: int = 7) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder)) as server:
        address = server.ensure_database("rrt_bench")
        migrate(address)
        os.environ.update(
            RRT_DATABASE_URL=address, RRT_SECRET_KEY="k" * 40, RRT_ENVIRONMENT="test", RRT_TWILIO_ACCOUNT_SID="AC1",
            RRT_TWILIO_AUTH_TOKEN="t" * 3, RRT_TWILIO_FROM="+12025550100",
        )  # fmt: skip
        asyncio.run(_measure(rounds))


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
