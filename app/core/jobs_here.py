"""Jobs run by the task that asks, one after the other: in tests, replays, and a database that was restored.

There no worker works. And what a queue still waits for.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.jobs import FETCHED, HANDLERS, PERIODIC, changes, job_app, touches, watched


async def run_due(session_factory: Callable[[], Any], only: Collection[str] | None = None) -> int:
    """Run every job that is due, in this task, one after the other, those they defer included.

    For tests, replays, and a database that was restored: there no worker works yet. `only`: of these names.

    Returns:
        How many ran.
    """
    ran = 0
    while (due := await _take_due(session_factory, only)) is not None:
        await watched(due.task_name, HANDLERS[due.task_name])(**due.args)
        async with session_factory() as session:
            await session.execute(text("delete from procrastinate_jobs where id = :id"), {"id": due.id})
        ran += 1
    return ran


async def _take_due(session_factory: Callable[[], Any], only: Collection[str] | None) -> Row[Any] | None:
    query = text(
        "update procrastinate_jobs set status = 'doing' where id = (select id from procrastinate_jobs"
        " where status = 'todo' and task_name <> all(:periodic)"
        " and (cast(:only as text[]) is null or task_name = any(cast(:only as text[])))"
        " and (scheduled_at is null or scheduled_at <= now())"
        " order by priority desc, id limit 1 for update skip locked) returning id, task_name, args"
    )
    given = {"periodic": ["core.rescue", *PERIODIC], "only": list(only) if only is not None else None}
    async with session_factory() as session:
        due: Row[Any] | None = (await session.execute(query, given)).one_or_none()
        return due


async def run_periodic(but: Collection[str] = ()) -> None:
    """Run every periodic job once, in this task. For tests. `but`: names of those to leave out."""
    for name, (handler, _) in list(PERIODIC.items()):
        if name not in but:
            await handler()


async def has_due(session: AsyncSession) -> bool:
    """Whether any job waits that is due, but for periodic ones."""
    query = text(
        "select exists (select from procrastinate_jobs where status = 'todo' and task_name <> all(:periodic)"
        " and (scheduled_at is null or scheduled_at <= now()))"
    )
    return bool(await session.scalar(query, {"periodic": ["core.rescue", *PERIODIC]}))


async def next_due(session: AsyncSession) -> datetime | None:
    """When the next waiting job is due on our clock, if one waits."""
    seconds = await session.scalar(
        text(
            "select extract(epoch from min(coalesce(scheduled_at, now())) - now()) from procrastinate_jobs"
            " where status = 'todo'"
        )
    )
    return None if seconds is None else clock.now() + timedelta(seconds=float(seconds) * (clock.rate or 1.0))


async def shift_waiting(session: AsyncSession, span: timedelta) -> None:
    """The clock was moved forward by `span`: what waits is due that much sooner."""
    await session.execute(
        text(
            "update procrastinate_jobs set scheduled_at = scheduled_at - cast(:span as interval)"
            " where status = 'todo' and scheduled_at is not null"
        ),
        {"span": span / (clock.rate or 1.0)},
    )


# Of a stepped clock, where nobody else works

MOST = 20
"""Jobs that are fetched at once."""
NEXT = (
    "with gone as (delete from procrastinate_jobs where id = any(%(done)s)"
    " or task_name = %(forgetting)s and status = 'todo'),"
    " waiting as (select id, task_name, args, priority, greatest(coalesce(scheduled_at, %(now)s), %(now)s) as due"
    " from procrastinate_jobs where status = 'todo' and task_name <> %(forgetting)s and id <> all(%(done)s))"
    " select id, task_name, args, due from waiting where due = (select min(due) from waiting)"
    " order by priority desc, id limit %(most)s"
)


@dataclass(frozen=True, slots=True)
class _Next:
    """What is due first, now or later, as long as nobody touches what waits."""

    at: datetime
    jobs: list[dict[str, Any]]
    touches: int


@dataclass(slots=True)
class _Known:
    """What is known of a queue on which nobody else works.

    Args:
        done: of its jobs, who have run; their rows go with the next question.
        next: what the last question was answered, until its jobs run.
    """

    done: list[int] = field(default_factory=list)
    next: _Next | None = None


_KNOWN: WeakKeyDictionary[AsyncConnectionPool[Any], _Known] = WeakKeyDictionary()
"""By what opened the queue: another may be another database."""


def _known() -> _Known:
    connector: Any = job_app().connector
    return _KNOWN.setdefault(connector.pool, _Known())


async def _coming(forgetting: str) -> _Next | None:
    """What is due first; asked for only where that may be something else than what was answered last."""
    known, now = _known(), clock.now()
    if known.next is None or known.next.touches != touches() or known.next.at < now:
        given = {"now": now, "done": list(known.done), "most": MOST, "forgetting": forgetting}
        jobs = await job_app().connector.execute_query_all_async(NEXT, **given)
        known.done.clear()
        known.next = _Next(jobs[0]["due"].astimezone(UTC), jobs, touches()) if jobs else None
    return known.next


async def _due_alone(forgetting: str) -> list[dict[str, Any]]:
    """Jobs that are due now, to be run."""
    coming = await _coming(forgetting)
    due = coming.jobs if coming is not None and coming.at == clock.now() else []
    if due:
        _known().next = None
    FETCHED.clear()
    FETCHED.update(row["id"] for row in due)
    return due


async def run_due_alone(forgetting: str) -> int:
    """Like `run_due`, of a stepped clock and where nobody else works. Within an opened `job_app`.

    A replay goes on from its last copy, not from a job that was under way. What is due is asked for again when a job
    has deferred another, or taken one back. `next_due_alone` follows.

    Args:
        forgetting: jobs of this name are taken back instead.

    Returns:
        How many ran.
    """
    ran, seen = 0, -1
    while changes() != seen or len(FETCHED) == MOST:
        seen = changes()
        for row in await _due_alone(forgetting):
            _known().done.append(row["id"])
            await watched(row["task_name"], HANDLERS[row["task_name"]])(**row["args"])
            ran += 1
            if changes() != seen:
                break
    FETCHED.clear()
    return ran


async def next_due_alone(forgetting: str) -> datetime | None:
    """When the next waiting job is due on a stepped clock, if one waits. Within an opened `job_app`.

    Args:
        forgetting: jobs of this name are taken back instead.
    """
    coming = await _coming(forgetting)
    return None if coming is None else coming.at
