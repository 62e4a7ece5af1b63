"""HTTP API: how the sending goes, and the button that releases what is held."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.access.viewer import MayReadAlarms, MayWorkAlarms
from app.core.database import locked
from app.messaging import holds, queries
from app.messaging.models import SendingHold
from app.messaging.states import HoldReason
from app.web.session import Session

router = APIRouter(prefix="/api/v1/sending", tags=["sending"])


class BatchOut(BaseModel):
    """One kind of text of one story that is still going out."""

    model_config = ConfigDict(from_attributes=True)

    topic: str
    kind: str
    total: int
    waiting: int
    gone: int


class HoldOut(BaseModel):
    """Why texts wait."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    reason: HoldReason
    error_code: int | None
    says: str
    since: datetime
    until: datetime | None


class SendingOut(BaseModel):
    """How the sending goes: what waits, how fast it goes, when the last of it is out."""

    model_config = ConfigDict(from_attributes=True)

    waiting: int
    segments_per_second: float
    ends_at: datetime | None
    batches: list[BatchOut]
    holds: list[HoldOut]


@router.get("")
async def sending(session: Session, viewer: MayReadAlarms) -> SendingOut:
    """What waits to go out, and the estimated end."""
    return SendingOut.model_validate(await queries.sending(session))


@router.post("/holds/{hold_id}/release", status_code=204)
async def release(hold_id: int, session: Session, viewer: MayWorkAlarms) -> None:
    """Release what is held: each text is looked at again, then sent."""
    await holds.release(session, await locked(session, SendingHold, hold_id), by=viewer.actor)
