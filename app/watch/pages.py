"""What the board's buttons do about an alarm."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayWorkAlarms
from app.core.database import locked
from app.watch import alarms
from app.watch.api import retry_job
from app.watch.models import Alarm
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.post("/desk/alarms/{alarm_id}")
async def work_alarm(
    alarm_id: int, session: Session, viewer: MayWorkAlarms, verb: Annotated[Literal["settle", "retry"], Form()]
) -> Response:
    """Settle an alarm, or have its failed job run again."""
    alarm = await locked(session, Alarm, alarm_id)
    if verb == "retry":
        await retry_job(session, alarm, viewer)
    else:
        await alarms.settle(session, alarm, by=viewer.actor)
    return RedirectResponse("/desk", 303)
