"""HTTP API: what is kept how long, what is due, legal holds."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayManageHolds, MayReadAudit
from app.privacy import holds, purging
from app.privacy.models import HoldKind, LegalHold
from app.web.given import Body
from app.web.idempotency import OnlyOnce
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["retention"])


class KeptOut(BaseModel):
    """One rule of the schedule, and what it finds now."""

    name: str
    says: str
    days: int
    since: str
    deletes: bool = Field(description="False: the row stays and is emptied")
    due: int
    held: int


class LegalHoldIn(Body):
    """What is held, and why."""

    kind: HoldKind
    about: Annotated[str, Field(max_length=40, description="An expert's number, or a request's reference")]
    why: Annotated[str, Field(max_length=2000)]


class LiftIn(Body):
    """Why a hold is lifted."""

    why: Annotated[str, Field(max_length=2000)]


class LegalHoldOut(BaseModel):
    """A legal hold."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: HoldKind
    subject_id: int
    why: str
    set_at: datetime
    set_by_id: int
    lifted_at: datetime | None
    lifted_by_id: int | None
    lifted_why: str | None


@router.get("/retention")
async def retention(session: Session, _viewer: MayReadAudit) -> list[KeptOut]:
    """The schedule, and how many rows would go now."""
    return [
        KeptOut(
            name=one.rule.name, says=one.rule.says, days=one.days, since=one.rule.since,
            deletes=not one.rule.empties, due=one.due, held=one.held,
        )
        for one in await purging.due(session)
    ]  # fmt: skip


@router.get("/legal-holds", response_model=list[LegalHoldOut])
async def legal_holds(session: Session, _viewer: MayReadAudit) -> list[LegalHold]:
    """The newest 200; those that stand come first."""
    return list(await holds.latest(session))


@router.post("/legal-holds", status_code=201, response_model=LegalHoldOut)
async def put(form: LegalHoldIn, session: Session, viewer: MayManageHolds, once: OnlyOnce) -> LegalHold | JSONResponse:
    """Set a legal hold: nothing of this expert or request is purged or erased until it is lifted."""
    if earlier := await once.earlier():
        return earlier
    subject = await holds.find(session, form.kind, form.about)
    hold = await holds.put(session, form.kind, subject, form.why, by=viewer.actor)
    return await once.answer(201, LegalHoldOut.model_validate(hold))


@router.post("/legal-holds/{legal_hold_id}/lift", response_model=LegalHoldOut)
async def lift(legal_hold_id: int, form: LiftIn, session: Session, viewer: MayManageHolds) -> LegalHold:
    """Lift a legal hold."""
    return await holds.lift(session, legal_hold_id, form.why, by=viewer.actor)
