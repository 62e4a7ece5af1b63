"""A recall of 500 people at three segments a second, against the simulated carrier: `python bench/messaging/recall.py`.

The service's own outbox, jobs, pacing and Twilio client; the clock stands still and moves in tenths of a second, so
what is printed is the pace itself and not this machine's speed. Half way an answer to somebody's YES goes out, to see
that it does not wait behind the recall. With `--limit 3` the carrier refuses whatever is faster (429), and says so.
"""

import argparse
import asyncio
import os
import tempfile
import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from app import rooms
from app.core.clock import Clock, clock
from app.core.database import begin, close_engine
from app.core.jobs import job_app
from app.core.jobs_here import run_due, shift_waiting
from app.core.log import start_logging
from app.core.settings import get_settings
from app.core.text import segments
from app.demo import machine
from app.messaging import outbox, queries, texts
from app.messaging.models import Message
from app.messaging.states import MessageState
from app.processes import migrate
from app.simulator.carrier import Carrier
from app.simulator.faults import Faults
from app.simulator.server import create_simulator
from tests.serving import served

START = datetime(2026, 11, 23, 17, tzinfo=UTC)
STEP = timedelta(seconds=0.1)
WORDS = texts.OfferWords("412", "Clinician", "TX", "Nov 23-26", "4:30am CT")


class Recall:
    """One recall, and what was seen of it."""

    def __init__(self, carrier: Carrier, people: int) -> None:
        self.carrier, self.people = carrier, people
        self.said_end: datetime | None = None
        self.progress: list[tuple[float, int, float]] = []
        self.answer_waited = 0.0

    async def run(self) -> None:
        """Post all at once, then let time pass until the last one is with the carrier."""
        async with begin() as session:
            for number in range(self.people):
                await outbox.post(
                    session, texts.stood_down(WORDS, "202-555-0142"), to=f"+1202{5550000 + number}", topic="request:1",
                    priority=1,
                )  # fmt: skip
        answered = False
        while await self._waiting():
            await run_due(begin)
            if self.said_end is None:
                await self._look()
            if not answered and len(self.carrier.messages) >= self.people // 2:
                answered = True
                await self._answer()
                await self._look()
            clock.advance(STEP)
            async with begin() as session:
                await shift_waiting(session, STEP)

    async def _waiting(self) -> int:
        async with begin() as session:
            return await session.scalar(select(func.count()).where(Message.state == MessageState.QUEUED)) or 0

    async def _look(self) -> None:
        """What the board says now."""
        async with begin() as session:
            sending = await queries.sending(session)
        assert sending.ends_at is not None
        self.said_end = self.said_end or sending.ends_at
        gone = sum(batch.gone for batch in sending.batches)
        left = (sending.ends_at - clock.now()).total_seconds()
        self.progress.append(((clock.now() - START).total_seconds(), gone, left))

    async def _answer(self) -> None:
        began = clock.now()
        async with begin() as session:
            words = texts.confirmed(WORDS, "202-555-0142")
            answer = await outbox.post(session, words, to="+12025559999", topic="request:2", priority=2)
        while True:
            await run_due(begin)
            async with begin() as session:
                if (await session.get_one(Message, answer.id)).state is not MessageState.QUEUED:
                    break
            clock.advance(STEP)
            async with begin() as session:
                await shift_waiting(session, STEP)
        self.answer_waited = (clock.now() - began).total_seconds()


def busiest(moments: list[float], counts: list[int], window_s: float) -> int:
    """Most segments within any stretch of `window_s` seconds."""
    best = 0
    for index, moment in enumerate(moments):
        best = max(best, sum(counts[index : bisect_right(moments, moment + window_s - 1e-3)]))
    return best


async def measure(people: int, limit: int) -> Table:
    """Run it, and make the table."""
    settings = get_settings()
    rooms.load_jobs()
    token = settings.twilio_auth_token.get_secret_value()
    simulator = create_simulator(
        account_sid=settings.twilio_account_sid, auth_token=token, public_url=settings.public_url, runs_by_itself=False
    )
    carrier: Carrier = simulator.state.carrier
    carrier.faults = Faults(most_a_second=limit)
    refused: list[datetime] = []
    taken = carrier.is_too_fast

    def counted() -> bool:
        if too_fast := taken():
            refused.append(clock.now())
        return too_fast

    carrier.is_too_fast = counted  # type: ignore[method-assign]  # counts what the carrier refuses
    recall, began = Recall(carrier, people), time.monotonic()
    async with job_app().open_async(), served(simulator, settings.twilio_api_url):
        await recall.run()
    await close_engine()
    return shown(recall, len(refused), wall_s=time.monotonic() - began)


def shown(recall: Recall, refused: int, wall_s: float) -> Table:
    """What the carrier took when, and what the board said, as a table."""
    sent = recall.carrier.messages
    moments = [(message["at"] - START).total_seconds() for message in sent]
    counts = [segments(message["body"]) for message in sent]
    rate, took = get_settings().texts_per_second, moments[-1] - moments[0]
    table = Table("what", "is", title=f"Recall of {recall.people} people at {rate:g} segments/s")
    table.add_row("texts, segments", f"{len(sent)}, {sum(counts)}")
    table.add_row("sent twice", str(len(sent) - len({(m["to"], m["body"]) for m in sent})))
    table.add_row("refused with 429", str(refused))
    table.add_row("first to last", f"{took:.1f} s (exact: {(sum(counts) - 1) / rate:.1f} s)")
    table.add_row("segments/s over all", f"{(sum(counts) - 1) / took:.2f}")
    for window in (1, 10, 60):
        table.add_row(f"most in any {window} s", f"{busiest(moments, counts, window)} (pace: {rate * window:g})")
    if recall.said_end is not None:
        missed = moments[-1] - (recall.said_end - START).total_seconds()
        table.add_row("end, as said at the start", f"off by {missed:+.1f} s")
    for at, gone, left in recall.progress:
        table.add_row(f"board after {at:.0f} s", f"{gone} gone, {left:.0f} s left")
    table.add_row("an answer in the middle waited", f"{recall.answer_waited:.1f} s")
    table.add_row("wall time of the run", f"{wall_s:.1f} s")
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--limit", type=int, default=0, help="the carrier takes so many a second; 0: any number")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, machine.database(Path(folder), durable=False) as address:
        web, simulator = machine.free_port(0), machine.free_port(0)
        machine.set_environment(address, Path(folder), web=web, simulator=simulator, clock=None)
        os.environ["RRT_LOG_LEVEL"] = "ERROR"
        get_settings.cache_clear()
        migrate()
        start_logging("ERROR")
        clock.follow(Clock(0, ours_start=START.timestamp()))
        Console().print(asyncio.run(measure(options.people, options.limit)))


if __name__ == "__main__":
    main()
