"""HTTP API: a team stays longer. The desk asks; the team answers by text, on its page, or through the desk."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, StrictBool

from app.access.viewer import MayReadDeployments, MayWorkField
from app.core.database import locked
from app.core.problems import Conflict
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.field import extending, journeys, queries
from app.field.models import Stay
from app.field.schemas import Prose
from app.field.states import StayState, Way
from app.web.given import Body, Day
from app.web.session import Session

router = APIRouter(prefix="/api/v1/deployments/{reference}", tags=["field"])


class ExtensionIn(Body):
    """Until when a team shall stay, and why."""

    until: Day
    reason: Prose


class StayIn(Body):
    """What somebody said on the phone."""

    stays: StrictBool


class CapOut(BaseModel):
    """One cap that the longer stay would pass."""

    cap: str
    text: str


class StayOut(BaseModel):
    """One of the team and their answer."""

    expert_id: int
    expert_name: str
    state: StayState
    caps: list[CapOut]
    note: str
    reply_by: datetime
    answered_at: datetime | None


class ExtensionOut(BaseModel):
    """A longer stay, asked or in force."""

    was: datetime
    until: datetime
    reason: str
    asked_at: datetime
    by_name: str
    settled_at: datetime | None
    stays: list[StayOut]


async def _out(session: Session, deployment: Deployment) -> ExtensionOut | None:
    await session.flush()
    found = await queries.extension_of(session, deployment.id)
    if found is None:
        return None
    fields = {name: getattr(found.extension, name) for name in ("was", "until", "reason", "asked_at", "by_name")}
    stays = [
        StayOut(
            expert_id=one.expert.id, expert_name=one.expert.name, state=one.stay.state, note=one.stay.note,
            caps=[CapOut.model_validate(cap) for cap in one.stay.caps], reply_by=one.stay.reply_by,
            answered_at=one.stay.answered_at,
        )
        for one in found.stays
    ]  # fmt: skip
    return ExtensionOut(**fields, settled_at=found.extension.settled_at, stays=stays)


async def stay_of(session: Session, deployment: Deployment, expert_id: int) -> Stay:
    """The question to a member of the team, locked.

    Raises:
        Conflict: they have no seat in this team, or it is not asked to stay.
    """
    assignment = await journeys.of_expert(session, deployment.id, expert_id)
    found = await queries.stay_of(session, assignment.id) if assignment else None
    if found is None:
        raise Conflict("This person is not asked whether they can stay.")
    return await locked(session, Stay, found.id)


@router.get("/extension")
async def read(reference: str, session: Session, viewer: MayReadDeployments) -> ExtensionOut | None:
    """The last extension and its answers; null when there was none."""
    return await _out(session, await deployments.find(session, viewer, reference))


@router.post("/extension", status_code=201)
async def ask(reference: str, form: ExtensionIn, session: Session, viewer: MayWorkField) -> ExtensionOut | None:
    """Ask everybody on the team whether they can stay. Caps keep people from being asked until two set them aside."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await extending.ask(session, deployment, form.until, form.reason, by=viewer.actor)
    return await _out(session, deployment)


@router.post("/extension/withdraw", status_code=204)
async def withdraw(reference: str, session: Session, viewer: MayWorkField) -> None:
    """Take the question back before everybody has answered."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await extending.withdraw(session, deployment, by=viewer.actor)


@router.post("/members/{expert_id}/stay")
async def answer(
    reference: str, expert_id: int, form: StayIn, session: Session, viewer: MayWorkField
) -> ExtensionOut | None:
    """Keep what somebody said on the phone. 409 where a cap is in the way, or it is too late for a yes."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    stay = await stay_of(session, deployment, expert_id)
    state = await extending.answer(session, deployment, stay, Way.DESK, stays=form.stays, by=viewer.actor)
    if state is None:
        raise Conflict("A yes cannot be taken now: a cap stands, or the time is over.")
    return await _out(session, deployment)
