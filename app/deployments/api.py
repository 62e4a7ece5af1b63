"""HTTP API: deployments and their seats."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayReadDeployments, MayReadRequests, MayWorkOffers
from app.deployments import opening, queries, rating, seats
from app.deployments.models import Deployment
from app.deployments.states import AssignmentState, DeploymentState, PositionState
from app.requests.form_pages import Writer
from app.requests.states import Priority
from app.web.given import Body
from app.web.lists import IfMatch, Page, Paged, check_version, set_etag
from app.web.session import Session

router = APIRouter(prefix="/api/v1/deployments", tags=["deployments"])


class SeatOut(BaseModel):
    """One seat and who has it."""

    number: int
    code: str
    title: str
    state: PositionState
    unfillable_reason: str | None
    expert_id: int | None
    expert_name: str | None
    assignment_state: AssignmentState | None
    arrives_at: datetime | None
    """When they are expected on site."""
    arrived_at: datetime | None
    """When it was told that they are there."""


class DeploymentOut(BaseModel):
    """A deployment."""

    model_config = ConfigDict(from_attributes=True)

    reference: str
    state: DeploymentState
    version: int
    team_type: str
    priority: Priority
    starts_at: datetime
    ends_at: datetime
    opened_at: datetime
    staffed_at: datetime | None


class DeploymentWhole(DeploymentOut):
    """A deployment with its seats."""

    seats: list[SeatOut]


class RatingOut(rating.RatingIn):
    """What the agency said, and when."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime


class NoteIn(Body):
    """Why."""

    note: str = Field("", max_length=4000)


def _seat(view: queries.SeatView) -> SeatOut:
    position, assignment = view.position, view.assignment
    return SeatOut(
        number=position.number,
        code=position.code,
        title=position.title,
        state=position.state,
        unfillable_reason=position.unfillable_reason,
        expert_id=view.expert.id if view.expert else None,
        expert_name=view.expert.name if view.expert else None,
        assignment_state=assignment.state if assignment else None,
        arrives_at=assignment.arrives_at if assignment else None,
        arrived_at=assignment.told_arrived_at if assignment else None,
    )


async def _whole(session: Session, deployment: Deployment) -> DeploymentWhole:
    await session.flush()
    views = await queries.seats(session, deployment.id)
    fields = DeploymentOut.model_validate(deployment).model_dump()
    return DeploymentWhole(seats=[_seat(view) for view in views], **fields)


@router.get("")
async def list_deployments(
    session: Session,
    viewer: MayReadDeployments,
    page: Page,
    state: Annotated[list[DeploymentState] | None, Query()] = None,
) -> Paged[DeploymentOut]:
    """Deployments, newest first."""
    rows = await queries.listed(session, viewer, states=state or (), before_id=page.before_id, limit=page.limit + 1)
    return page.paged(rows, lambda row: row.id, DeploymentOut.model_validate)


@router.get("/{reference}")
async def read_deployment(
    reference: str, session: Session, viewer: MayReadDeployments, response: Response
) -> DeploymentWhole:
    """One deployment with its seats."""
    deployment = await queries.find(session, viewer, reference)
    set_etag(response, deployment.version)
    return await _whole(session, deployment)


@router.post("/{reference}/stand-down")
async def stand_down(
    reference: str, form: NoteIn, seen: IfMatch, session: Session, viewer: MayWorkOffers
) -> DeploymentWhole:
    """Call it off: everybody asked or seated is told."""
    deployment = await queries.find(session, viewer, reference, lock=True)
    check_version(seen, deployment.version)
    await opening.stand_down(session, deployment, by=viewer.actor, note=form.note)
    return await _whole(session, deployment)


@router.post("/{reference}/seats/{number}/reopen")
async def reopen_seat(reference: str, number: int, session: Session, viewer: MayWorkOffers) -> DeploymentWhole:
    """Look again for somebody for a seat that was given up."""
    deployment = await queries.find(session, viewer, reference, lock=True)
    for position in await opening.positions_of(session, deployment, lock=True):
        if position.number == number:
            await seats.reopen(session, deployment, position, by=viewer.actor)
    return await _whole(session, deployment)


@router.get("/{reference}/rating")
async def read_rating(reference: str, session: Session, viewer: MayReadRequests) -> RatingOut | None:
    """How the agency found the help; null while it has not said so."""
    deployment = await queries.find(session, viewer, reference)
    said = await rating.of(session, deployment.id)
    return RatingOut.model_validate(said) if said else None


@router.put("/{reference}/rating")
async def rate(reference: str, form: rating.RatingIn, session: Session, viewer: Writer) -> RatingOut:
    """Say how the help was; said again, it replaces what was said before."""
    deployment = await queries.find(session, viewer, reference)
    await rating.rate(session, deployment, form, by=viewer.actor)
    return RatingOut.model_validate(await rating.of(session, deployment.id))
