"""How often a job is tried: its own failures count, those of its database and its worker do not."""

import asyncio

import procrastinate
import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from psycopg import errors
from sqlalchemy.exc import OperationalError

from app.core.jobs import MOST_TRIES, Patience, ticking

AWAY = psycopg.OperationalError("connection refused")


def _after(error: BaseException, tries: int) -> procrastinate.RetryDecision | None:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="x", task_kwargs={}, attempts=tries)
    return Patience().get_retry_decision(exception=error, job=job)


@pytest.mark.parametrize(
    "error",
    [AWAY, OperationalError("select 1", {}, AWAY), errors.AdminShutdown(), asyncio.CancelledError()],
)
def test_a_job_is_not_given_up_because_its_database_or_worker_goes_away(error: BaseException) -> None:
    assert _after(error, 100) is not None


@pytest.mark.parametrize("error", [ValueError(), errors.QueryCanceled(), errors.UniqueViolation()])
def test_a_job_that_fails_by_itself_is_given_up_in_the_end(error: BaseException) -> None:
    assert _after(error, MOST_TRIES - 1) is not None
    assert _after(error, MOST_TRIES) is None


async def test_a_periodic_job_that_found_no_database_has_not_failed() -> None:
    async def look() -> None:
        raise AWAY

    async def rescue() -> None:
        raise ConnectorException from AWAY

    async def err() -> None:
        raise errors.UniqueViolation

    await ticking(look)(0)
    await ticking(rescue)(0)
    with pytest.raises(errors.UniqueViolation):
        await ticking(err)(0)
