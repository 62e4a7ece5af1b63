"""HTTP API: the desk's alarms."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from app.access.viewer import MayReadAlarms, MayWorkAlarms
from app.core import parked_jobs
from app.core.database import locked
from app.core.problems import Conflict
from app.watch import alarms
from app.watch.models import Alarm
from app.web.session import Session

router = APIRouter(prefix="/api/v1/alarms", tags=["alarms"])
FAILED_JOB = "job.failed"


class NothingToRetry(Conflict):
    """This alarm is not about a job that can be tried again."""


class AlarmOut(BaseModel):
    """Something that does not mend itself."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    topic: str
    subject_id: int | None
    says: str
    action: str
    times: int
    raised_at: datetime
    last_at: datetime


@router.get("")
async def list_alarms(
    session: Session,
    viewer: MayReadAlarms,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    after: Annotated[int, Query(ge=0, le=2**53, description="The id of the last one that you have")] = 0,
) -> list[AlarmOut]:
    """Alarms that wait for a person, oldest first, at most `limit`: as many as that, and there may be more `after`."""
    return [AlarmOut.model_validate(alarm) for alarm in await alarms.still_open(session, limit, after)]


@router.post("/{alarm_id}/settle", status_code=204)
async def settle(alarm_id: int, session: Session, viewer: MayWorkAlarms) -> None:
    """It is dealt with."""
    await alarms.settle(session, await locked(session, Alarm, alarm_id), by=viewer.actor)


@router.post("/{alarm_id}/retry", status_code=204)
async def retry(alarm_id: int, session: Session, viewer: MayWorkAlarms) -> None:
    """Have a failed job run again, and settle its alarm."""
    await retry_job(session, await locked(session, Alarm, alarm_id), viewer)


async def retry_job(session: Session, alarm: Alarm, viewer: MayWorkAlarms) -> None:
    """Put the job of an alarm back into the queue.

    Raises:
        NothingToRetry: it is not about a parked job.
    """
    if alarm.kind != FAILED_JOB or not await parked_jobs.retry(session, alarm.subject_id or 0):
        raise NothingToRetry
    alarm.kind = "job.retried"  # should it fail again, it is a new alarm
    await alarms.settle(session, alarm, by=viewer.actor)
