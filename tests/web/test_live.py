"""The listener behind live pages: what is told while it has no connection is looked for when it has one again."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from app.core.events import CHANNEL
from app.web import live as module
from app.web.live import Live
from tests.postgres import libpq
from tests.story import Story


@pytest.fixture
async def listening(story: Story, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncIterator[str | None]]:
    """The signals that one page gets, after the two of connecting: the page's own, and the listener's."""
    monkeypatch.setattr(module, "LOOK_S", 0.1)
    live = Live()
    signals = live.signals()
    assert await anext(signals) == ""
    live.start()
    assert await asyncio.wait_for(anext(signals), 10) == ""
    yield signals
    await live.stop()


async def test_a_signal_comes_after_the_listener_has_looked_many_times(
    listening: AsyncIterator[str | None], database_url: str
) -> None:
    await asyncio.sleep(0.35)
    async with await psycopg.AsyncConnection.connect(libpq(database_url), autocommit=True) as other:
        for topic in ("request:1", "request:2"):
            await other.execute("select pg_notify(%s, %s)", [CHANNEL, topic])
    assert [await asyncio.wait_for(anext(listening), 10) for _ in range(2)] == ["request:1", "request:2"]


async def test_every_page_looks_again_when_the_listener_was_cut_off(
    listening: AsyncIterator[str | None], database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(libpq(database_url), autocommit=True) as other:
        listener = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and"
        await other.execute(f"{listener} query in (%s, 'select 1') and pid <> pg_backend_pid()", [f"listen {CHANNEL}"])
        await other.execute("select pg_notify(%s, 'request:1')", [CHANNEL])
    assert await asyncio.wait_for(anext(listening), 10) == ""
