"""A database with a replica: the primary is lost, the replica takes over, and the same processes go on."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database import begin, close_engine, is_away
from app.core.postgres import EmbeddedPostgres
from app.core.postgres_programs import find_binaries
from app.core.settings import get_settings
from tests.core.test_chain import SETTINGS
from tests.postgres import libpq

Pair = tuple[EmbeddedPostgres, EmbeddedPostgres]
AGAIN_S, PATIENCE_S = 0.1, 60
WRITES = 120


def _replica_of(primary: EmbeddedPostgres, folder: Path) -> EmbeddedPostgres:
    """A copy that follows, and without whose word nothing counts as committed."""
    folder.mkdir()
    shutil.copy(primary.data_dir / "password", folder / "password")
    copy = [
        str(find_binaries().folder / "pg_basebackup"),
        "-D",
        str(folder / "cluster"),
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    ]
    subprocess.run([*copy, "-d", libpq(primary.url("postgres"))], check=True, capture_output=True)
    replica = EmbeddedPostgres(folder, durable=False)
    replica.start()
    with psycopg.connect(libpq(primary.url("postgres")), autocommit=True) as connection:
        connection.execute("alter system set synchronous_standby_names = '*'")
        connection.execute("select pg_reload_conf()")
        deadline = time.monotonic() + PATIENCE_S
        while connection.execute("select sync_state from pg_stat_replication").fetchone() != ("sync",):
            assert time.monotonic() < deadline, "the replica does not follow"
            time.sleep(0.05)
    return replica


@pytest.fixture
async def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    """Primary and replica, and settings that name both."""
    with EmbeddedPostgres(tmp_path / "primary") as primary:
        primary.ensure_database("rrt")
        replica = _replica_of(primary, tmp_path / "replica")
        password = (tmp_path / "replica" / "password").read_text()
        hosts = f"host=127.0.0.1,127.0.0.1&port={primary.port},{replica.port}&target_session_attrs=read-write"
        for name, value in (SETTINGS | {"DATABASE_URL": f"postgresql://postgres:{password}@/rrt?{hosts}"}).items():
            monkeypatch.setenv(f"RRT_{name}", value)
        get_settings.cache_clear()
        yield primary, replica
        await close_engine()
        get_settings.cache_clear()
        replica.stop()


async def _write(numbers: range, committed: list[int]) -> None:
    """One transaction a number, again until it counts; those that counted."""
    deadline = time.monotonic() + PATIENCE_S
    for number in numbers:
        while True:
            try:
                async with begin() as session:
                    await session.execute(text("insert into kept values (:n)"), {"n": number})
            except (DBAPIError, psycopg.OperationalError) as error:
                assert is_away(error), error
                assert time.monotonic() < deadline, "nobody writes any more"
                await asyncio.sleep(AGAIN_S)
            else:
                committed.append(number)
                break


@pytest.mark.slow
async def test_a_lost_primary_loses_nothing_and_the_replica_goes_on(
    pair: Pair,
) -> None:
    primary, replica = pair
    async with begin() as session:
        await session.execute(text("create table kept (n bigint)"))
    committed: list[int] = []
    writing = asyncio.create_task(_write(range(WRITES), committed))
    while len(committed) < WRITES // 3:  # noqa: ASYNC110 - it writes by itself
        await asyncio.sleep(0.01)
    os.kill(primary.pid, signal.SIGKILL)
    await asyncio.sleep(0.3)
    assert len(committed) < WRITES
    with psycopg.connect(libpq(replica.url("rrt")), autocommit=True) as connection:
        connection.execute("select pg_promote()")
    await writing
    async with begin() as session:
        kept = set(await session.scalars(text("select n from kept")))
    assert set(committed) == set(range(WRITES))
    assert set(range(WRITES)) <= kept
