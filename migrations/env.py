"""How Alembic reaches the database: one migrator at a time, with limits, our tables only."""

import os
from typing import Any

from alembic import context
from sqlalchemy import create_engine, text

from app import rooms
from app.core.database import Table
from app.core.sealing import seal, unseal

ADVISORY_LOCK = 20261123
"""One migrator at a time; the others wait and then find nothing to do."""


def database_url() -> str:
    """The database's address, from the configuration that a command set or from the environment."""
    url = (
        context.config.get_main_option("sqlalchemy.url")
        or os.environ.get("RRT_DATABASE_URL")
        or os.environ["DATABASE_URL"]
    )
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Whether Alembic compares this object: the job queue's tables are frozen SQL of its own."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    """Migrate over one connection, each revision in its own transaction.

    A revision that seals what is there gets the functions from here: they need this installation's keys.
    """
    rooms.load()
    context.config.attributes.update(seal=seal, unseal=unseal)
    engine = create_engine(
        database_url(), connect_args={"options": "-c lock_timeout=10000 -c statement_timeout=600000"}
    )
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Table.metadata,
            include_object=ours,
            transaction_per_migration=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("select pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()
    engine.dispose()


run()
