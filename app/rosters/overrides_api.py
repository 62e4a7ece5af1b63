"""HTTP API: caps that two people set aside, for one person in one deployment."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.access.viewer import MayOverride, MayReadDeployments
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.rosters import overrides
from app.rosters.models import Cap
from app.web.given import Body, Moment
from app.web.session import Session

router = APIRouter(prefix="/api/v1/deployments/{reference}/overrides", tags=["rosters"])


class OverrideIn(Body):
    """Whose cap shall be set aside, and why."""

    expert_id: int = Field(ge=1, le=2**53)
    cap: Cap
    until: Moment | None = Field(None, description="Last moment on site for which it holds; none: the deployment's")
    reason: str = Field(max_length=4000)


class ReasonIn(Body):
    """Why the second person decides so."""

    reason: str = Field(max_length=4000)


class OverrideOut(BaseModel):
    """A cap set aside, or asked to be."""

    id: int
    expert_id: int
    expert_name: str
    cap: Cap
    until: datetime
    reason: str
    asked_at: datetime
    asked_by_name: str
    granted_at: datetime | None
    granted_by_name: str | None
    refused_at: datetime | None
    refused_by_name: str | None
    second_reason: str


def _out(asked: overrides.Asked) -> OverrideOut:
    names = OverrideOut.model_fields.keys() - {"expert_name"}
    return OverrideOut(expert_name=asked.expert.name, **{name: getattr(asked.override, name) for name in names})


async def _all(session: Session, deployment: Deployment) -> list[OverrideOut]:
    await session.flush()
    return [_out(one) for one in await overrides.of_deployment(session, deployment.id)]


@router.get("")
async def read(reference: str, session: Session, viewer: MayReadDeployments) -> list[OverrideOut]:
    """Every override of a deployment, the latest first."""
    return await _all(session, await deployments.find(session, viewer, reference))


@router.post("", status_code=201)
async def ask(reference: str, form: OverrideIn, session: Session, viewer: MayOverride) -> list[OverrideOut]:
    """Ask for a cap to be set aside. Nothing changes before a second person grants it."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    until = form.until or deployment.ends_at
    await overrides.ask(session, deployment, form.expert_id, form.cap, until, form.reason, by=viewer.actor)
    return await _all(session, deployment)


@router.post("/{override_id}/grant")
async def grant(
    reference: str, override_id: int, form: ReasonIn, session: Session, viewer: MayOverride
) -> list[OverrideOut]:
    """Set the cap aside. 409 for whoever asked for it."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    found = await overrides.find(session, deployment, override_id)
    await overrides.grant(session, deployment, found, form.reason, by=viewer.actor)
    return await _all(session, deployment)


@router.post("/{override_id}/refuse")
async def refuse(
    reference: str, override_id: int, form: ReasonIn, session: Session, viewer: MayOverride
) -> list[OverrideOut]:
    """The cap stands."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    found = await overrides.find(session, deployment, override_id)
    await overrides.refuse(session, deployment, found, form.reason, by=viewer.actor)
    return await _all(session, deployment)
