"""One private PostgreSQL and one migrated database for each test process; every test that asks finds it empty.

`RRT_TEST_DATABASE_URL` (or `DATABASE_URL`) names another server to use: the tests make a database of their own there
and drop it again. The role must be a superuser, or be granted `session_replication_role` and `createdb`.
"""

import asyncio
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import URL, make_url

from app.core import roles
from app.core.postgres import EmbeddedPostgres
from tests import canaries

ROOT = Path(__file__).parent.parent
APP_PASSWORD = "of-the-tests"
"""Of the service's role in the database."""


@pytest.fixture(scope="session")
def migrated_database() -> Iterator[str]:
    """The address of a database with our schema, made once for the process. Use `database_url` instead."""
    given = os.environ.get("RRT_TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    with _on_given_server(given) if given else _on_own_server() as address:
        migrate(address)
        yield address


@pytest.fixture(scope="session")
def _sweeper(migrated_database: str) -> Iterator["Sweeper"]:
    with psycopg.connect(libpq(migrated_database), autocommit=True) as connection:
        yield Sweeper(connection)


@pytest.fixture
def database_url(migrated_database: str, _sweeper: "Sweeper") -> Iterator[str]:
    """The address of a migrated database without a row in it. Swept before the test: a failure's rows stay.

    After it, nobody may stand in the audit log by name: it cannot be erased.
    """
    _sweeper.sweep()
    yield migrated_database
    canaries.nobody_in(canaries.in_the_log(_sweeper.connection))


@pytest.fixture(scope="session")
def _app_role(migrated_database: str) -> str:
    with psycopg.connect(libpq(migrated_database)) as connection:
        roles.grant(connection, {roles.APP: APP_PASSWORD, roles.REPORT: APP_PASSWORD})
    return as_role(migrated_database, roles.APP)


@pytest.fixture
def app_url(database_url: str, _app_role: str) -> str:
    """As `database_url`, for the role that the service works as."""
    return _app_role


def as_role(address: str, role: str) -> str:
    """The address for another role."""
    return make_url(address).set(username=role, password=APP_PASSWORD).render_as_string(hide_password=False)


class Sweeper:
    """Deletes all rows of all tables, the job queue's and the append-only log included, in one round trip (2 ms)."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.statement = self._statement()

    def _statement(self) -> sql.Composed:
        tables = self.connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
        ).fetchall()
        deletes = [sql.SQL("delete from {}").format(sql.Identifier(name)) for (name,) in tables]
        # a replica fires neither triggers nor foreign keys; lock_timeout: a connection that a test forgot is named
        return sql.SQL("; ").join(
            [sql.SQL("set local session_replication_role = replica; set local lock_timeout = '5s'"), *deletes]
        )

    def sweep(self) -> None:
        """Empty the database."""
        with self.connection.transaction():
            self.connection.execute(self.statement)


class Picture:
    """All rows of all tables, and where the sequences stand."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        found = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version' order by 1"
        )
        names = [sql.Identifier(name) for (name,) in found.fetchall()]
        self._delete = sql.SQL("; ").join(sql.SQL("delete from {}").format(name) for name in names)
        self._rows = [(name, self._copied(name)) for name in names]
        sequences = connection.execute(
            "select sequencename, last_value from pg_sequences where schemaname = 'public' and last_value is not null"
        )
        self._sequences = sequences.fetchall()

    def _copied(self, name: sql.Identifier) -> bytes:
        with self._connection.cursor().copy(sql.SQL("copy {} to stdout").format(name)) as rows:
            return b"".join(bytes(row) for row in rows)

    def restore(self) -> None:
        """Have the database as it was."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")
            cursor.execute("set local lock_timeout = '5s'")
            cursor.execute(self._delete)
            for name, rows in self._rows:
                if rows:
                    with cursor.copy(sql.SQL("copy {} from stdin").format(name)) as copy:
                        copy.write(rows)
            for sequence, value in self._sequences:
                cursor.execute("select setval(%s, %s)", (sequence, value))


def migrate(address: str, to: str = "head") -> None:
    """Bring the database at `address` to a revision."""
    config = Config(ROOT / "alembic.ini")
    config.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
    command.upgrade(config, to)


def libpq(address: str) -> str:
    """The address as psycopg takes it."""
    return address.replace("postgresql+psycopg://", "postgresql://", 1)


BLOCKED = "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


async def blocked(address: str) -> list[int]:
    """Processes of the database that wait for a lock, once there is one."""
    async with await psycopg.AsyncConnection.connect(libpq(address), autocommit=True) as watching:
        for _ in range(400):
            found = [row[0] for row in await (await watching.execute(BLOCKED)).fetchall()]
            if found:
                return found
            await asyncio.sleep(0.05)
    pytest.fail("nothing waits")


@contextmanager
def _on_own_server() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory(prefix="rrt-tests-", ignore_cleanup_errors=True) as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        yield server.ensure_database("rrt_test")


@contextmanager
def _on_given_server(given: str) -> Iterator[str]:
    url: URL = make_url(given).set(drivername="postgresql+psycopg")
    name = f"rrt_test_{secrets.token_hex(4)}"
    server = libpq(url.render_as_string(hide_password=False))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
