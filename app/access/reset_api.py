"""HTTP API: a new way to sign in for somebody who lost theirs; one administrator asks, another gives the code."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictBool

from app.access import resets
from app.access.models import User
from app.access.viewer import MayChangeUsers, MayManageUsers
from app.core.database import locked
from app.web.given import Body
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["access"])


class ResetIn(Body):
    """What was lost, and how one knows that it is them."""

    lost_password: StrictBool = Field(False, description="They choose a new password with the code")
    lost_factor: StrictBool = Field(False, description="Their second factors and recovery codes go with the code")
    reason: str = Field(min_length=1, max_length=500, description="How you know that it is them; stands in the log")


class ResetOut(BaseModel):
    """A reset that waits for the second administrator, or for its owner."""

    id: int
    user_id: int
    user_name: str
    lost_password: bool
    lost_factor: bool
    reason: str
    asked_at: datetime
    asked_by: str
    given_at: datetime | None
    given_by: str | None


class ResetGiven(BaseModel):
    """The code, shown this once: tell it to the owner, by voice, on a number you know."""

    code: str
    good_until: datetime


def _out(one: resets.Asked) -> ResetOut:
    row = one.reset
    return ResetOut(
        id=row.id, user_id=row.user_id, user_name=one.user.name, lost_password=row.lost_password,
        lost_factor=row.lost_factor, reason=row.reason, asked_at=row.asked_at, asked_by=one.asked_by,
        given_at=row.given_at, given_by=one.given_by if row.given_at else None,
    )  # fmt: skip


@router.get("/resets")
async def list_resets(session: Session, viewer: MayManageUsers) -> list[ResetOut]:
    """What waits for a second administrator, or for its owner, the oldest first."""
    return [_out(one) for one in await resets.waiting(session)]


@router.post("/users/{user_id}/resets", status_code=201)
async def ask_reset(user_id: int, form: ResetIn, session: Session, viewer: MayChangeUsers) -> ResetOut:
    """Ask another administrator to give somebody a new way to sign in. An earlier one of the account ends."""
    user = await locked(session, User, user_id)
    made = await resets.ask(session, user, form.lost_password, form.lost_factor, form.reason, by=viewer.actor)
    return _out((await resets.named(session, [made]))[0])


@router.post("/resets/{reset_id}/give")
async def give_reset(reset_id: int, session: Session, viewer: MayChangeUsers) -> ResetGiven:
    """Give the code, as the second administrator. It is in this answer and never again."""
    reset = await resets.find(session, reset_id)
    code = await resets.give(session, reset, by=viewer.actor)
    return ResetGiven(code=code, good_until=resets.good_until(reset))


@router.post("/resets/{reset_id}/stop", status_code=204)
async def stop_reset(reset_id: int, session: Session, viewer: MayChangeUsers) -> None:
    """Take it back, or refuse to give the code."""
    await resets.stop(session, await resets.find(session, reset_id), by=viewer.actor)
