"""The database that tests get is migrated and empty."""

import psycopg
from psycopg import sql

from tests.postgres import libpq

ANY_ROW = sql.SQL("select 1 from {} limit 1")


def tables_with_rows(address: str) -> list[str]:
    with psycopg.connect(libpq(address), autocommit=True) as connection:
        names = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return [name for (name,) in names if connection.execute(ANY_ROW.format(sql.Identifier(name))).fetchone()]


def test_a_test_may_leave_rows_behind(database_url: str) -> None:
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        connection.execute("insert into procrastinate_jobs (task_name, queue_name) values ('left', 'default')")
    assert "procrastinate_jobs" in tables_with_rows(database_url)


def test_the_next_one_finds_none(database_url: str) -> None:
    assert tables_with_rows(database_url) == ["alembic_version"]
