"""Jobs that follow from a change: deferred in the same transaction, run by any worker, each able to run twice.

The only module that imports procrastinate.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job, Status
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    String,
    column,
    insert,
    literal,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import tracing
from app.core.alone import Alone
from app.core.clock import clock
from app.core.database import LINE, RESTED_S, is_away, raw_connection
from app.core.log import bound
from app.core.settings import get_settings

logger = logging.getLogger(__name__)
Handler = Callable[..., Awaitable[None]]
HANDLERS: dict[str, Handler] = {}
"""Every job by its name."""
PERIODIC: dict[str, tuple[Handler, timedelta]] = {}
"""Those that run by themselves, and how often."""
_CHANGES, _TOUCHES = [0], [0]
FETCHED: set[int] = set()
"""Jobs that were fetched to be run where nobody else works."""
QUEUE = "default"
JOBS = table(
    "procrastinate_jobs",
    column("id", BigInteger), column("queue_name", String), column("task_name", String), column("priority", Integer),
    column("args", JSONB),
)  # fmt: skip
CANCELLING = "delete from procrastinate_jobs where id = %s and status = 'todo'"
DEFERRING = (
    f"with gone as ({CANCELLING})"  # noqa: S608 - no input
    " insert into procrastinate_jobs (queue_name, task_name, priority, args, scheduled_at)"
    f" values ('{QUEUE}', %s, %s, %s, %s) returning id"
)
"""What procrastinate's function does; asking that one takes an array of rows, and several times as long."""
COME_BACK_S = 0.5
HEARTBEAT_S = 6
"""A worker silent for this many seconds has lost its jobs to the others."""
MOST_TRIES = 8
"""A job that failed so often by itself is parked, and shown to the desk."""
UNCOUNTED = "update procrastinate_jobs set attempts = attempts - 1 where id = %(id)s and status = 'todo'"
"""That its worker died is not a failure of the job."""
SHORTEST_PERIOD_S = 5
"""Seconds of the wall between two runs of a periodic job, however fast the clock."""
PERIODIC_PRIORITY = 100
"""Who watches must not queue behind what is watched."""


def job(name: str) -> Callable[[Handler], Handler]:
    """Register a coroutine function as the job called `name` ("room.what_it_does"). It takes ids, never rows."""

    def register(handler: Handler) -> Handler:
        if name in HANDLERS and HANDLERS[name] is not handler:
            raise ValueError(f"two jobs are called {name}")
        HANDLERS[name] = handler
        return handler

    return register


def every(span: timedelta, name: str) -> Callable[[Handler], Handler]:
    """Register a coroutine function without arguments as the job `name`, run by one worker every `span` of our clock.

    It is not tried again when it fails: the next one comes soon, and the failed one is shown like any failed job.
    """

    def register(handler: Handler) -> Handler:
        PERIODIC[name] = (handler, span)
        return handler

    return register


def _cron(span: timedelta) -> str:
    """When a periodic job runs on the wall's clock; an accelerated clock runs it more often, within reason."""
    seconds = max(SHORTEST_PERIOD_S, round(clock.real_seconds(span)))
    return f"*/{seconds // 60} * * * *" if seconds >= 60 else f"* * * * * */{seconds}"


def _is_away(error: BaseException) -> bool:
    """Whether an error says only that the database could not be reached, the queue's own word for it included."""
    return is_away(error.__cause__ if isinstance(error, ConnectorException) else error)


def ticking(handler: Handler) -> Handler:
    async def tick(timestamp: int) -> None:
        try:
            await handler()
        except (DBAPIError, psycopg.OperationalError, ConnectorException) as error:
            if not _is_away(error):
                raise
            logger.warning("%s: the database is away; the next run comes soon", handler.__name__)

    return tick


def watched(name: str, handler: Handler) -> Handler:
    """A job whose lines in the log carry its name and what it is about, and which goes on with its trace."""

    async def run(**given: Any) -> None:
        within = given.pop(tracing.CARRIED, None)
        with bound(job=name, **given), tracing.span(f"job {name}", within, **given):
            await handler(**given)

    return run


class Patience(procrastinate.BaseRetryStrategy):
    """How often a job is tried again. That its database or its worker went away does not count: it is not its fault."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        if _is_away(exception) or isinstance(exception, asyncio.CancelledError | JobAborted):
            return procrastinate.RetryDecision(retry_in={"seconds": 1})
        if job.attempts >= MOST_TRIES:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": 1 + 2 ** (job.attempts + 1)})


_TAKEN: WeakKeyDictionary[psycopg.AsyncConnection[Any], float] = WeakKeyDictionary()


async def _is_there(connection: psycopg.AsyncConnection[Any]) -> None:
    """Ask a connection of the queue whether it still is one, unless it was used just now."""
    now = time.monotonic()
    if now - _TAKEN.get(connection, -RESTED_S) >= RESTED_S:
        await AsyncConnectionPool.check_connection(connection)
    _TAKEN[connection] = now


def _pool(**given: Any) -> AsyncConnectionPool[Any]:
    """The queue's connections. Each of its statements is a transaction: asking, beginning and committing are spared."""
    kind = Alone if get_settings().one_at_a_time else psycopg.AsyncConnection[Any]
    return AsyncConnectionPool(**given | {"check": _is_there, "configure": _commit_each, "connection_class": kind})


async def _commit_each(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


@cache
def job_app() -> procrastinate.App:
    """The process's job application, with every registered job. All rooms must be loaded before."""
    connector = procrastinate.PsycopgConnector(
        conninfo=get_settings().libpq_url, min_size=1, max_size=6, kwargs=dict(LINE), pool_factory=_pool
    )
    app = procrastinate.App(connector=connector)
    for name, handler in HANDLERS.items():
        app.task(name=name, retry=Patience())(watched(name, handler))
    for name, (handler, span) in PERIODIC.items():
        task = app.task(name=name, queueing_lock=name, priority=PERIODIC_PRIORITY)(ticking(handler))
        app.periodic(cron=_cron(span))(task)
    # Without a lock, or it would stall itself; ahead of everything, or it would queue behind what waits for it.
    task = app.task(name="core.rescue", priority=PERIODIC_PRIORITY, pass_context=False)(ticking(rescue))
    app.periodic(cron="* * * * * */3")(task)
    return app


async def rescue() -> None:
    """Give the jobs of dead workers to the living. Within an opened `job_app`.

    A periodic job is dropped instead: the next one comes soon, and the queue holds only one, so where it has come
    already the dead one would be refused. What cannot be taken over must not keep the others from it.
    """
    manager = job_app().job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=HEARTBEAT_S):
        try:
            if is_periodic(stalled.task_name):
                await manager.finish_job(stalled, status=Status.FAILED, delete_job=True)
            else:
                await manager.retry_job(stalled)
                await manager.connector.execute_query_async(UNCOUNTED, id=stalled.id)
                logger.warning("job %s (%s) taken over from a dead worker", stalled.id, stalled.task_name)
        except ConnectorException as error:
            # Most often another worker was faster.
            logger.info("job %s (%s) not taken over: %r", stalled.id, stalled.task_name, error.__cause__)


async def defer(
    session: AsyncSession, name: str, *, at: datetime | None = None, priority: int = 0, instead_of: int | None = None,
    **ids: int,
) -> int:  # fmt: skip
    """Have job `name` run after this transaction commits; rolled back, it never was.

    Args:
        session: the transaction it belongs to.
        name: a registered job.
        at: not before this moment of our clock.
        priority: higher first.
        instead_of: a waiting job that is taken back, as by `cancel`.
        ids: what the job takes.

    Returns:
        The job's id.
    """
    if name not in HANDLERS and name not in PERIODIC:
        raise LookupError(f"no job is called {name}")
    _TOUCHES[0] += 1
    _CHANGES[0] += at is None or at <= clock.now() or instead_of in FETCHED
    given = (instead_of, name, priority, Jsonb({**ids, **tracing.carried()}), clock.real_time(at) if at else None)
    made = await (await raw_connection(session)).execute(DEFERRING, given)
    (job_id,) = await made.fetchone()
    return int(job_id)


def deferring(about: ColumnElement[Any], wanted: Iterable[tuple[str, int, ColumnElement[bool] | None]]) -> CTE:
    """Part of a statement that defers several jobs, in their order, as it does something else; call `deferred` with it.

    Args:
        about: what all of them take, as JSON.
        wanted: name, priority, and what must hold.
    """
    chosen = [
        select(literal(QUEUE), literal(name), literal(priority), about).where(*[] if when is None else [when])
        for name, priority, when in wanted
    ]
    rows = chosen[0] if len(chosen) == 1 else union_all(*chosen)
    return insert(JOBS).from_select(["queue_name", "task_name", "priority", "args"], rows).returning(JOBS.c.id).cte()


def deferred() -> None:
    """A statement with `deferring` has been asked."""
    _TOUCHES[0] += 1
    _CHANGES[0] += 1


async def cancel(session: AsyncSession, job_id: int | None) -> None:
    """Take a waiting job back; one that runs already finds nothing to do by itself.

    Its row goes: nearly every timer is taken back, and the queue would grow with each.
    """
    if job_id is not None:
        _TOUCHES[0] += 1
        _CHANGES[0] += job_id in FETCHED
        await (await raw_connection(session)).execute(CANCELLING, (job_id,))


async def come_back(work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` until cancelled. A database that goes away ends no worker: it begins again when the database is back.

    A worker that loses its database may raise, or end as if it had been told to.
    """
    while True:
        try:
            await work()
            why = "it ended by itself"
        except (ConnectorException, OperationalError, psycopg.OperationalError) as error:
            why = type(error).__name__
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            return
        logger.warning("the database is away (%s); this worker tries again", why)
        await asyncio.sleep(COME_BACK_S)


async def run_worker(concurrency: int = 8, *, wait: bool = True) -> None:
    """Work until cancelled, jobs under way finished first, or with `wait=False` until nothing is due."""
    async with job_app().open_async():
        await job_app().run_worker_async(
            concurrency=concurrency,
            wait=wait,
            fetch_job_polling_interval=1,
            update_heartbeat_interval=2,
            stalled_worker_timeout=HEARTBEAT_S,
            listen_notify=wait,
            install_signal_handlers=False,
            delete_jobs="successful",
        )


def is_periodic(name: str) -> bool:
    """Whether a job runs by itself again and again."""
    return name in PERIODIC or name == "core.rescue"


def changes() -> int:
    """How often this process has changed what is due now, rolled back or not: unchanged, nothing else is due."""
    return _CHANGES[0]


def touches() -> int:
    """How often it has changed what waits at all: unchanged, what was due next still is."""
    return _TOUCHES[0]
