"""HTTP API of what the desk's pages put together: the board, the map, readiness, how answers came in, the handover."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from app.access.viewer import MayLookAfter, MayReadDeployments, MayReadExperts
from app.core.clock import clock, in_zone
from app.core.places import REGIONS
from app.deployments import queries as deployments
from app.desk import answering, board, handover, where
from app.dispatch.states import OfferState
from app.experts.taxonomy import DISCIPLINES
from app.requests.states import Priority, RequestState
from app.web.render import DESK_ZONE
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["desk"])


class Read(BaseModel):
    """Read from what a query gives."""

    model_config = ConfigDict(from_attributes=True)


class SeatsOut(Read):
    """How many seats a team has, and in which state."""

    total: int
    filled: int
    held: int
    unfillable: int


class OpenRequest(BaseModel):
    """An open request as the one who asks sees it: the next step, and whose it is."""

    reference: str
    incident_type: str
    priority: Priority
    state: RequestState
    stage: str
    agency: str
    city: str
    place_state: str
    latitude: float
    longitude: float
    seats: SeatsOut | None
    next_step: str
    due: datetime | None
    is_yours: bool
    waits_for: str
    owner: str | None


class BoardOut(BaseModel):
    """Every open request, what is due first first."""

    headline: str
    yours: int
    requests: list[OpenRequest]


def _open(row: board.Row) -> OpenRequest:
    found = row.request
    return OpenRequest(
        reference=found.reference, incident_type=found.incident_type, priority=found.priority, state=found.state,
        stage=board.STAGES[row.step.stage], agency=row.agency_name, city=found.city, place_state=found.place_state,
        latitude=found.latitude, longitude=found.longitude,
        seats=SeatsOut.model_validate(row.seats) if row.seats else None, next_step=row.step.text, due=row.step.due,
        is_yours=row.is_yours, waits_for=row.waits_for, owner=row.owner.name if row.owner else None,
    )  # fmt: skip


@router.get("/board")
async def read_board(session: Session, viewer: MayReadDeployments) -> BoardOut:
    """What needs whom until when: the desk's board."""
    rows = await board.rows(session, viewer)
    yours = sum(row.is_yours for row in rows)
    return BoardOut(headline=board.headline(yours), yours=yours, requests=[_open(row) for row in rows])


class FreeIn(BaseModel):
    """Who is free today in a state; somebody of two disciplines is counted in both."""

    state: str
    people: int
    by_discipline: dict[str, int]


class MapOut(BaseModel):
    """Where requests are open, and how many experts are free today in each state and territory."""

    requests: list[OpenRequest]
    free: list[FreeIn]
    free_total: int


@router.get("/map")
async def read_map(
    session: Session, viewer: MayReadDeployments, discipline: Annotated[str, Query(pattern="^(LE|VA|MH|CL)?$")] = ""
) -> MapOut:
    """Open requests by place and free experts by state; of one discipline, or of all."""
    free = await where.free_today(session, in_zone(clock.now(), DESK_ZONE).date(), discipline)
    states = [
        FreeIn(state=state, people=free.people[state], by_discipline=dict(counts))
        for state, counts in free.by_state.items()
    ]
    requests = [_open(row) for row in await board.rows(session, viewer)]
    return MapOut(requests=requests, free=states, free_total=free.total)


class ReadyOut(BaseModel):
    """One discipline in one federal region: how many there are, may be asked, and may soon no more."""

    region: str
    region_name: str
    discipline: str
    discipline_name: str
    total: int
    may_be_asked: int
    expiring: int


@router.get("/readiness")
async def read_readiness(session: Session, viewer: MayReadExperts) -> list[ReadyOut]:
    """Who may be asked today, by federal region and discipline."""
    heat = await where.readiness_by_region(session, in_zone(clock.now(), DESK_ZONE).date())
    return [
        ReadyOut(
            region=number, region_name=REGIONS[number][0], discipline=code, discipline_name=DISCIPLINES[code],
            total=cell.total, may_be_asked=cell.able, expiring=cell.expiring,
        )
        for number, row in heat.items()
        for code, cell in row.items()
    ]  # fmt: skip


class AskedOut(BaseModel):
    """One person who was asked, when it arrived, and what came back."""

    expert_id: int
    expert: str
    role: str
    state: OfferState
    asked_at: datetime
    delivered_at: datetime | None
    answered_at: datetime | None
    reply_by: datetime


class AnswersOut(BaseModel):
    """How the answers of a call-out came in, against how many are needed."""

    needed: int
    asked: int
    delivered: int
    answered: int
    yes: int
    people: list[AskedOut]


@router.get("/deployments/{reference}/answers")
async def read_answers(reference: str, session: Session, viewer: MayReadDeployments) -> AnswersOut:
    """Everybody who was asked, the first first, with the moments of the curve."""
    deployment = await deployments.find(session, viewer, reference)
    lines = await answering.lines(session, deployment)
    people = [
        AskedOut(
            expert_id=line.expert.id, expert=line.expert.name, role=line.role, state=line.offer.state,
            asked_at=line.offer.asked_at, delivered_at=line.delivered_at, answered_at=line.offer.answered_at,
            reply_by=line.offer.reply_by,
        )
        for line in lines
    ]  # fmt: skip
    return AnswersOut(
        needed=await answering.seats_needed(session, deployment),
        asked=len(lines),
        delivered=sum(line.delivered_at is not None for line in lines),
        answered=sum(line.offer.answered_at is not None for line in lines),
        yes=sum(line.said_yes for line in lines),
        people=people,
    )


class PromiseOut(Read):
    """Something that somebody waits for."""

    due: datetime
    what: str
    whose: str
    is_late: bool


class HappenedOut(Read):
    """Something that happened to a request."""

    at: datetime
    reference: str
    who: str
    text: str


class HandoverOut(BaseModel):
    """All that the next person at the desk must know."""

    holder: str | None
    held_since: datetime | None
    promises: list[PromiseOut]
    changes: list[HappenedOut]


@router.get("/handover")
async def read_handover(session: Session, viewer: MayReadDeployments) -> HandoverOut:
    """Who has the desk, what is due, and what happened in the last eight hours."""
    held = await handover.holder(session)
    return HandoverOut(
        holder=held.actor_name if held else None,
        held_since=held.at if held else None,
        promises=[PromiseOut.model_validate(one) for one in await handover.promises(session, viewer)],
        changes=[HappenedOut.model_validate(line) for line in await handover.changes(session)],
    )


@router.post("/handover", status_code=204)
async def take_the_desk(session: Session, viewer: MayLookAfter) -> Response:
    """Have the desk from now on; whoever has it already changes nothing."""
    await handover.take(session, viewer)
    return Response(status_code=204)
