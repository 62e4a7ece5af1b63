"""A real worker, from its first moment: it reads what was missed, holds what waited too long, and is seen alive."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.core.clock import Clock, clock
from app.core.database import begin
from app.core.jobs import job_app
from app.messaging.models import Message
from app.messaging.states import MessageState
from app.processes import look_before_working
from app.rooms import load_jobs
from app.simulator.faults import Faults
from app.watch import heartbeats
from tests.story import START, Story

PATIENCE_S = 40


@contextmanager
def _worker() -> Iterator[None]:
    clock.follow(Clock(1.0, ours_start=max(START.timestamp(), clock.timestamp())))
    command = [sys.executable, "-m", "app.cli", "worker"]
    worker = subprocess.Popen(command, env=os.environ | {"RRT_CLOCK": clock.dump()}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.kill()
        worker.wait()


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)


async def test_it_reads_what_was_missed_and_its_auditor_is_seen_alive(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    story.carrier.faults = Faults(lost_webhooks=1)
    story.carrier.phone_texts(people[0].number, "yes")
    clock.advance(timedelta(minutes=1))

    async def accepted() -> bool:
        return bool((await story.offer_to(reference, people[0]))["state"] == "accepted")

    async def audited() -> bool:
        async with begin() as session:
            return await heartbeats.last(session, heartbeats.AUDITOR) is not None

    with _worker():
        await _until(accepted)
        await _until(audited)
    assert [alarm["kind"] for alarm in await story.get("/alarms")] == ["webhooks.lost"]


async def test_after_a_long_gap_it_holds_before_its_first_job(story: Story) -> None:
    async with begin() as session:
        await heartbeats.beat(session, heartbeats.WORKER)
    clock.advance(timedelta(hours=2))
    await story.files()  # its acknowledgement waits to go out

    async def held() -> bool:
        return [hold["reason"] for hold in (await story.get("/sending"))["holds"]] == ["gap"]

    async def written() -> bool:
        async with begin() as session:
            return (await session.scalars(select(Message))).first() is not None

    with _worker():
        await _until(held)
        await _until(written)
        await asyncio.sleep(1)
    assert story.carrier.messages == []
    async with begin() as session:
        assert [message.state for message in await session.scalars(select(Message))] == [MessageState.QUEUED]


async def test_what_dead_workers_left_is_taken_over_though_one_of_it_cannot_be(story: Story) -> None:
    audit = (
        "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, status)"
        " values ('default', 'dispatch.audit', 'dispatch.audit', cast(:status as procrastinate_job_status))"
    )
    async with begin() as session:
        for status in ("doing", "todo"):
            await session.execute(text(audit), {"status": status})
    await story.files()
    async with begin() as session:
        theirs = "update procrastinate_jobs set status = 'doing' where task_name <> 'dispatch.audit' returning id"
        dead = list(await session.scalars(text(theirs)))
    await look_before_working()
    async with begin() as session:
        rows = await session.execute(text("select id, task_name, status::text from procrastinate_jobs"))
        left = {(id_, status) for id_, name, status in rows if name != "dispatch.audit"}
        audits = await session.scalars(
            text("select status::text from procrastinate_jobs where queueing_lock is not null")
        )
    assert dead
    assert left == {(each, "todo") for each in dead}
    assert list(audits) == ["todo"]


@pytest.mark.usefixtures("story")
async def test_who_takes_over_does_not_queue_behind_what_waits_for_it() -> None:
    load_jobs()
    others = [task.priority for name, task in job_app().tasks.items() if name != "core.rescue"]
    assert job_app().tasks["core.rescue"].priority >= max(others) > 0
