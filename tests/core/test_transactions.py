"""What a transaction tells at its end, what it defers, and connections that went away while they rested."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import ColumnElement, text

from app import rooms
from app.core import database, events
from app.core.database import begin, close_engine
from app.core.events import CHANNEL, record
from app.core.settings import get_settings
from tests.core.test_chain import SETTINGS
from tests.postgres import libpq


@pytest.fixture
async def service(app_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"RRT_{name}", value)
    monkeypatch.setenv("RRT_DATABASE_URL", app_url)
    get_settings.cache_clear()
    await close_engine()
    rooms.load_jobs()
    yield
    await close_engine()
    get_settings.cache_clear()


async def test_each_topic_is_told_once_with_the_commit_and_what_was_undone_is_not(
    service: None, database_url: str
) -> None:
    with psycopg.connect(libpq(database_url), autocommit=True) as listening:
        listening.execute(f"listen {CHANNEL}")
        async with begin() as session:
            await record(session, "thing.one", 1, topic="request:8")
            await record(session, "thing.two", 1, topic="request:8")
            await record(session, "thing.alone", 1)
            undone = await session.begin_nested()
            await record(session, "thing.one", 1, topic="request:9")
            await undone.rollback()
            assert list(listening.notifies(timeout=0.05)) == []
        told = [told.payload for told in listening.notifies(timeout=5, stop_after=2)]
        assert sorted(told + [told.payload for told in listening.notifies(timeout=0.1)]) == ["request:8", "thing.alone"]


async def test_a_reaction_that_would_find_nothing_is_not_deferred(
    service: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_even(subject_id: ColumnElement[int]) -> ColumnElement[bool]:
        return subject_id % 2 == 0

    # A job the queue knows: what is asked is only whether it comes.
    monkeypatch.setitem(events._REACTIONS, "thing.done", {"dispatch.tidy": is_even})
    async with begin() as session:
        await record(session, "thing.done", 1)
        await record(session, "thing.done", 2)
        rows = await session.execute(text("select args ->> 'subject_id' from procrastinate_jobs"))
        assert [row[0] for row in rows] == ["2"]


async def test_a_connection_that_ended_while_it_rested_is_replaced(
    service: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "RESTED_S", 0.0)
    async with begin() as session:
        before = await session.scalar(text("select pg_backend_pid()"))
    with psycopg.connect(libpq(database_url), autocommit=True) as owner:
        owner.execute("select pg_terminate_backend(%s, 5000)", [before])
    async with begin() as session:
        assert await session.scalar(text("select pg_backend_pid()")) != before


async def test_behind_a_pooler_limits_hold_for_one_transaction_and_nothing_stays_on_its_connection(
    service: None, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRT_DATABASE_URL", f"{app_url}?application_name=lent")
    monkeypatch.setenv("RRT_DATABASE_DIRECT_URL", app_url)
    get_settings.cache_clear()
    asked = text("select current_setting('statement_timeout'), current_setting('rrt.agency', true), pg_backend_pid()")
    for _ in range(12):  # more often than it takes for a statement to be prepared
        async with begin(fence=lambda: 7) as session:
            assert (await session.execute(asked)).one()[:2] == ("15s", "7")
    async with begin() as session:
        limit, agency, backend = (await session.execute(asked)).one()
        assert (limit, agency) == ("15s", "all")
        # Prepared ones of the very connection that was lent so often.
        assert await session.scalar(text("select count(*) from pg_prepared_statements")) == 0
    async with database.engine().connect() as lent:
        assert (await lent.execute(asked)).one() == ("0", "", backend)
