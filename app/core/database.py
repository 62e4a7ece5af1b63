"""PostgreSQL through SQLAlchemy: the base of all tables, the engine, and the one way to open a transaction."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from typing import Any, TypeVar

import psycopg
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Identity,
    MetaData,
    Select,
    String,
    bindparam,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.alone import Alone
from app.core.clock import clock
from app.core.problems import NotFound
from app.core.settings import get_settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that every refusal of the database can have a sentence."""


class Table(DeclarativeBase):
    """Base of all tables: named constraints, time with its zone, a `bigint` identity."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(String),
        list[int]: ARRAY(BigInteger),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        int: BigInteger,
    }

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


def state_column(kind: type[StrEnum], length: int = 24) -> Enum:
    """The column type of a state: text with a CHECK that holds the enum's values."""
    return Enum(
        kind,
        name=kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=length,
        values_callable=lambda states: [str(state.value) for state in states],
    )


def engine() -> AsyncEngine:
    """The process's engine for the database of the settings."""
    settings = get_settings()
    return _engine(settings.sqlalchemy_url, pooled=settings.is_pooled, alone=settings.one_at_a_time)


ENGINES: list[AsyncEngine] = []
"""All that this process has made, one for each database it was sent to."""


LINE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A host that vanished says nothing: without these a connection to it is waited on for a quarter of an hour."""
LIMITS = {
    "statement_timeout": "15000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "30000",
    "timezone": "UTC",
    "rrt.agency": "all",  # row-level security: a transaction of an agency's narrows it
}
"""Statements and locks have limits, so that nothing hangs (reliability.md R18)."""

SET_LIMITS = text("select " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in LIMITS.items()))


def _connecting(*, pooled: bool, alone: bool) -> dict[str, Any]:
    """How a connection begins. What is set on a pooler's would be the next one's too, or nobody's; so would statements
    that were prepared on it."""
    if pooled:
        return LINE | {"prepare_threshold": None}
    own = {"async_creator_fn": Alone.connect} if alone else {}
    return LINE | {"options": " ".join(f"-c {name}={value}" for name, value in LIMITS.items())} | own


@cache
def _engine(url: str, *, pooled: bool = False, alone: bool = False) -> AsyncEngine:
    made = create_async_engine(
        url,
        pool_size=10,
        max_overflow=10,
        hide_parameters=True,  # what people typed stands in no log line of an error
        pool_use_lifo=True,  # few connections under way, so that each knows its statements
        connect_args=_connecting(pooled=pooled, alone=alone),
    )
    if alone:
        event.listen(made.sync_engine, "connect", partial(_keeps_statements, made.dialect))
    event.listen(made.sync_engine, "checkin", _rests)
    event.listen(made.sync_engine, "checkout", partial(_is_there, made.dialect))
    ENGINES.append(made)
    return made


STATEMENTS = 500
"""Prepared on the one connection of a process that does one thing at a time. A call-out asks over 200: of psycopg's 100
some are forgotten before they come again. Where many connections are kept, their plans would take too much memory."""


def _keeps_statements(dialect: Dialect, connection: Any, _record: ConnectionPoolEntry) -> None:
    dialect.get_driver_connection(connection).prepared_max = STATEMENTS


RESTED_S = 0.5
"""Seconds after which a connection is asked whether it still is one. No server is killed and up again sooner."""


def _rests(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _is_there(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _used: Any) -> None:
    """Ask a connection that has rested; those under way would be asked before each transaction for nothing.

    Raises:
        InvalidatePoolError: it is none any more, so the pool makes new ones.
    """
    since = record.info.get("rests_since")
    if since is None or time.monotonic() - since < RESTED_S:
        return
    try:
        dialect.do_ping(connection)
    except psycopg.Error as error:
        if dialect.is_disconnect(error, connection, None):  # type: ignore[arg-type]  # psycopg's own is one of PEP 249
            raise InvalidatePoolError from error
        raise


@cache
def _sessions(made: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(made, expire_on_commit=False)


@asynccontextmanager
async def begin(
    *, only_reads: bool = False, fence: Callable[[], int | None] | None = None
) -> AsyncIterator[AsyncSession]:
    """One transaction: committed at the end, rolled back by a raise. The only way jobs and doors get a session.

    Args:
        only_reads: the database refuses every change in it.
        fence: asked before the first statement for the agency whose rows alone are there; None: all are.
    """
    async with _opened() as session:
        if get_settings().is_pooled:
            event.listen(session.sync_session, "after_begin", _limit)
        if only_reads:
            event.listen(session.sync_session, "after_begin", _refuse_changes)
        if fence is not None:
            event.listen(session.sync_session, "after_begin", partial(_fence_in, fence))
        elif clock.is_due:  # a question of ours would come before anybody knows who asks
            await _set_clock(session)
        yield session


def _opened() -> AbstractAsyncContextManager[AsyncSession]:
    made = _sessions(engine())
    return _opened_alone(made()) if get_settings().one_at_a_time else made.begin()


@asynccontextmanager
async def _opened_alone(session: AsyncSession) -> AsyncIterator[AsyncSession]:
    """Nothing cancels the work of a process that does one thing at a time: its transactions end in the task itself, not
    each in two of their own, which cost as much as two statements."""
    try:
        async with session.begin():
            yield session
    finally:
        await session.close()


def _limit(_session: Any, _transaction: Any, connection: Connection) -> None:
    """On a connection that is lent for one transaction, the limits hold for it alone."""
    connection.execute(SET_LIMITS)


def _refuse_changes(_session: Any, _transaction: Any, connection: Connection) -> None:
    connection.execute(text("set transaction read only"))


def _fence_in(fence: Callable[[], int | None], _session: Any, _transaction: Any, connection: Connection) -> None:
    agency = fence()
    if agency is not None:
        connection.execute(text("select set_config('rrt.agency', :agency, true)"), {"agency": str(agency)})


async def _set_clock(session: AsyncSession) -> None:
    """Have this process's clock show the database's time; how long the question took is known after connecting."""
    await session.connection()
    asked = time.monotonic()
    shown = await session.scalar(select(func.clock_timestamp()))
    assert shown is not None  # noqa: S101 - a clock always shows something
    clock.set_by(shown, time.monotonic() - asked)


async def close_engine() -> None:
    """Close all connections (end of a process or of a test); the engine keeps its statements, and opens new ones."""
    for made in ENGINES:
        await made.dispose()


Row = TypeVar("Row", bound=Table)


async def locked(session: AsyncSession, table: type[Row], row_id: int) -> Row:
    """Load one row for change. Lock in one order: request, deployment, position, offer (design.md).

    Raises:
        NotFound: no such row.
    """
    found: Row | None = await session.scalar(_locking(table), {"row_id": row_id})
    if found is None:
        raise NotFound
    return found


@cache
def _locking(table: type[Table]) -> Select[Any]:
    """The statement, made once: making it costs as much as asking it."""
    row_id = bindparam("row_id", type_=BigInteger)
    return select(table).where(table.id == row_id).with_for_update().execution_options(populate_existing=True)


async def flush(session: AsyncSession) -> None:
    """Write what has changed, where anything has: asking for nothing costs more than looking."""
    if session.new or session.dirty or session.deleted:
        await session.flush()


AWAY = ("08", "57P", "53300")
"""How the codes of a database begin that went away, is starting, or has no connection left. No code: nobody there."""


def is_away(error: BaseException | None) -> bool:
    """Whether an error says only that the database could not be reached, or left while it was asked."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(origin, psycopg.OperationalError) and (origin.sqlstate or AWAY[0]).startswith(AWAY)


async def raw_connection(session: AsyncSession) -> Any:
    """The psycopg connection under the session's own transaction, for work that must commit with it."""
    connection = await session.connection()
    return (await connection.get_raw_connection()).driver_connection
