"""The database's time decides, whatever this machine's clock shows (reliability.md A7)."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core import jobs, jobs_here
from app.core.clock import Clock, clock
from app.core.database import begin
from app.messaging.states import MessageState
from tests.messaging.desk import Desk

HOUR_S = 3600.0


@pytest.fixture(params=[-HOUR_S, HOUR_S], ids=["an hour behind", "an hour ahead"])
def skewed(request: pytest.FixtureRequest, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk in real time on a machine whose clock is wrong."""
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + request.param)
    clock.follow(Clock())
    return desk


async def test_our_time_is_the_databases_on_a_machine_whose_clock_is_wrong(skewed: Desk) -> None:
    assert skewed
    async with begin() as session:
        databases = await session.scalar(select(func.clock_timestamp()))
    assert databases is not None
    assert abs(clock.now() - databases) < timedelta(seconds=1)


async def test_a_deadline_is_decided_by_the_databases_time(skewed: Desk) -> None:
    async with begin():
        pass
    still_good = await skewed.posts(valid_until=clock.now() + timedelta(minutes=30))
    over = await skewed.posts(valid_until=clock.now() - timedelta(minutes=30))
    await skewed.works()
    assert (await skewed.message(still_good)).state is MessageState.SENT
    assert (await skewed.message(over)).state is MessageState.CANCELLED


async def test_a_timer_is_due_by_the_databases_time(skewed: Desk) -> None:
    async with begin() as session:
        at = clock.now() + timedelta(minutes=10)
        await jobs.defer(session, "messaging.send", at=at, message_id=0)
        due = await jobs_here.next_due(session)
    assert due is not None
    assert abs(due - at) < timedelta(seconds=1)


def test_a_demos_clock_is_its_own() -> None:
    fast = Clock(60, ours_start=0.0)
    assert not fast.is_due
    fast.set_by(clock.now(), 0.0)
    assert fast.timestamp() < 60
