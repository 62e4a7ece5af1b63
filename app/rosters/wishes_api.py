"""HTTP API: what the desk wishes of a team before it is asked, and two versions side by side."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.access.viewer import MayReadDeployments, MayWorkRoster, Viewer
from app.core.problems import NotFound
from app.deployments import queries as deployments
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.rosters import proposals, queries, wishes
from app.rosters.comparing import compare
from app.rosters.models import Proposal
from app.web.given import Body
from app.web.session import Session

router = APIRouter(prefix="/api/v1/deployments/{reference}", tags=["rosters"])


class PinIn(Body):
    """Somebody for a seat."""

    version: int = Field(ge=1, le=2**53, description="The version it was decided by; an older one is refused")
    seat: int = Field(ge=1, le=100, description="Number of the seat")
    expert_id: int = Field(ge=1, le=2**53)


class ExcludeIn(Body):
    """Somebody not for this team; or nothing wished of them any more."""

    version: int = Field(ge=1, le=2**53, description="The version it was decided by; an older one is refused")
    expert_id: int = Field(ge=1, le=2**53)


class PinOut(BaseModel):
    """Who is wished in which seat."""

    seat: int
    expert_id: int


class WishesOut(BaseModel):
    """What is wished of a team."""

    pins: list[PinOut]
    excluded: list[int]


class PairOut(BaseModel):
    """One seat in two versions."""

    title: str
    one: str
    other: str


class ComparedOut(BaseModel):
    """The second version against the first."""

    pairs: list[PairOut]
    costs: list[str]
    better: int | None = Field(description="The better version; null when both are as good")


async def current(session: Session, viewer: Viewer, reference: str, version: int) -> tuple[Deployment, Proposal]:
    """A deployment and one version of its roster, both locked."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    return deployment, await queries.version(session, deployment.id, version, lock=True)


async def seat_of(session: Session, deployment: Deployment, number: int) -> Position:
    """The seat of a number.

    Raises:
        NotFound: no such seat.
    """
    for position in await positions_of(session, deployment):
        if position.number == number:
            return position
    raise NotFound


@router.get("/wishes")
async def read_wishes(reference: str, session: Session, viewer: MayReadDeployments) -> WishesOut:
    """Whom the desk wants in which seat, and whom not at all."""
    deployment = await deployments.find(session, viewer, reference)
    wished = await wishes.of(session, deployment.id)
    numbers = {position.id: position.number for position in await positions_of(session, deployment)}
    pins = [PinOut(seat=numbers[seat], expert_id=who) for seat, who in wished.pins.items()]
    return WishesOut(pins=sorted(pins, key=lambda pin: pin.seat), excluded=sorted(wished.excluded))


@router.post("/wishes/pin", status_code=204)
async def pin(reference: str, form: PinIn, session: Session, viewer: MayWorkRoster) -> None:
    """Have somebody in a seat: the team is composed again around them. 409 with the rules that keep them out."""
    deployment, proposal = await current(session, viewer, reference, form.version)
    position = await seat_of(session, deployment, form.seat)
    await wishes.pin(session, deployment, proposal, position, form.expert_id, viewer.actor)


@router.post("/wishes/exclude", status_code=204)
async def exclude(reference: str, form: ExcludeIn, session: Session, viewer: MayWorkRoster) -> None:
    """Leave somebody out of the team: it is composed again without them."""
    deployment, proposal = await current(session, viewer, reference, form.version)
    await wishes.exclude(session, deployment, proposal, form.expert_id, by=viewer.actor)


@router.post("/wishes/forget", status_code=204)
async def forget(reference: str, form: ExcludeIn, session: Session, viewer: MayWorkRoster) -> None:
    """Wish nothing of somebody any more: neither pinned nor left out."""
    deployment, proposal = await current(session, viewer, reference, form.version)
    await wishes.forget(session, deployment, proposal, form.expert_id, by=viewer.actor)


@router.post("/rosters/{version}/take-back", status_code=204)
async def take_back(reference: str, version: int, session: Session, viewer: MayWorkRoster) -> None:
    """Undo an acceptance while nobody was asked yet."""
    deployment, proposal = await current(session, viewer, reference, version)
    await proposals.take_back(session, deployment, proposal, by=viewer.actor)


@router.post("/rosters/{version}/hasten", status_code=204)
async def hasten(reference: str, version: int, session: Session, viewer: MayWorkRoster) -> None:
    """Ask the people of an accepted version now, without waiting until it can no longer be taken back."""
    deployment, proposal = await current(session, viewer, reference, version)
    await proposals.hasten(session, deployment, proposal, by=viewer.actor)


@router.get("/rosters/{version}/against")
async def against(
    reference: str, version: int, other: int, session: Session, viewer: MayReadDeployments
) -> ComparedOut:
    """Another version against this one: who sits where, and what is better or worse."""
    deployment = await deployments.find(session, viewer, reference)
    one, two = [await queries.version(session, deployment.id, number) for number in (version, other)]
    found = compare(one, two, await queries.seats(session, one), await queries.seats(session, two))
    pairs = [PairOut(title=pair.title, one=pair.one, other=pair.other) for pair in found.pairs]
    return ComparedOut(pairs=pairs, costs=list(found.costs), better=found.better)
