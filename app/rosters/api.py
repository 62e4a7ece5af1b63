"""HTTP API: proposed rosters."""

import asyncio
import zlib
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayReadDeployments, MayWorkRoster
from app.deployments import queries as deployments
from app.rosters import proposals, queries, wishes
from app.rosters.models import Pick, Proposal, ProposalState
from app.web.given import Body
from app.web.session import Session
from solver import record

router = APIRouter(prefix="/api/v1/deployments/{reference}/rosters", tags=["rosters"])


class ReasonOut(BaseModel):
    """One fact that speaks for, or warns about, a choice."""

    code: str
    text: str
    is_warning: bool


class ChangeOut(BaseModel):
    """What became of one person between two rosters."""

    kind: Literal["came", "left", "moved", "stays"]
    expert_id: int
    text: str


class DifferenceOut(BaseModel):
    """How much worse another roster is at one level of the goals; below zero it is better there."""

    level: str
    worse: int
    text: str


class OtherRosterOut(BaseModel):
    """Another roster: what would change, and what that costs, as sentences and as data."""

    changes: list[str] = []
    costs: list[str] = []
    moves: list[ChangeOut] = []
    differences: list[DifferenceOut] = []
    is_proven: bool = False


class FunnelStepOut(BaseModel):
    """How many experts fell at one rule for an empty seat, and how many were left."""

    rule: str
    fell: int
    left: int
    text: str


class WaiverOut(BaseModel):
    """One rule set aside for one person: minutes late or early, missing levels, or how many beyond the cap."""

    rule: str
    expert_id: int
    amount: int
    text: str


class HelpOut(OtherRosterOut):
    """What would fill an empty seat, verified by solving again; cheapest first by `cost` (minutes of trouble)."""

    text: str
    cost: int
    waivers: list[WaiverOut]


class ChoiceOut(BaseModel):
    """One person for one seat."""

    expert_id: int
    name: str
    city: str
    state: str
    reasons: list[ReasonOut]
    travel: dict[str, Any] | None
    costs: str
    differences: list[DifferenceOut] = []
    """Of an alternate: the cost level by level while everybody else stays."""


class ProposedSeatOut(BaseModel):
    """One seat: the choice with its alternates, or why nobody fits and what would help."""

    number: int
    code: str
    title: str
    choice: ChoiceOut | None
    alternates: list[ChoiceOut]
    empty_because: list[ReasonOut]
    instead: OtherRosterOut | None
    """The best whole team with somebody else in this seat."""
    funnel: list[FunnelStepOut]
    helps: list[HelpOut]


class WhyNotIn(BaseModel):
    """An expert, and the number of a seat."""

    seat: int
    expert_id: int


class WhyNotOut(OtherRosterOut):
    """Why an expert is not in a seat: rules that keep her out; or, when none does, the best team with her there."""

    rules: list[str]
    broken: list[ReasonOut]
    """The same rules by their names."""


class RosterOut(BaseModel):
    """One version of a roster."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    state: ProposalState
    cause: str
    status: str
    pool_size: int
    considered: int
    solve_ms: int
    solver_version: str
    gap: float | None
    goals: dict[str, int]
    shortages: list[dict[str, Any]]
    changes: list[ChangeOut]
    runner_up: OtherRosterOut | None
    edits: list[dict[str, Any]]
    made_at: datetime


class RosterWhole(RosterOut):
    """A roster with its seats."""

    seats: list[ProposedSeatOut]


class AcceptIn(Body):
    """How an accepted version is asked."""

    hold_seconds: int = Field(0, ge=0, le=600, description="Ask nobody for so long; until then it can be taken back")


class SwapIn(Body):
    """Put this alternate into that seat."""

    seat: int
    expert_id: int


def _reasons(pick: Pick) -> list[ReasonOut]:
    return [ReasonOut.model_validate(reason) for reason in pick.reasons]


def _choice(choice: queries.Choice) -> ChoiceOut:
    expert, pick = choice.expert, choice.pick
    return ChoiceOut(
        expert_id=expert.id, name=expert.name, city=expert.city, state=expert.state,
        reasons=_reasons(pick), travel=pick.travel, costs=pick.costs,
        differences=(pick.facts or {}).get("differences", []),
    )  # fmt: skip


def _seat(seat: queries.ProposedSeat) -> ProposedSeatOut:
    pick = seat.choice.pick if seat.choice else seat.empty
    facts: dict[str, Any] = (pick.facts if pick else None) or {}
    return ProposedSeatOut(
        number=seat.position.number,
        code=seat.position.code,
        title=seat.position.title,
        choice=_choice(seat.choice) if seat.choice else None,
        alternates=[_choice(alternate) for alternate in seat.alternates],
        empty_because=_reasons(seat.empty) if seat.empty else [],
        instead=facts.get("instead"),
        funnel=facts.get("funnel", []),
        helps=facts.get("helps", []),
    )


async def _whole(session: Session, proposal: Proposal) -> RosterWhole:
    views = await queries.seats(session, proposal)
    return RosterWhole(seats=[_seat(v) for v in views], **RosterOut.model_validate(proposal).model_dump())


@router.get("")
async def list_rosters(reference: str, session: Session, viewer: MayReadDeployments) -> list[RosterOut]:
    """Every version, newest first."""
    deployment = await deployments.find(session, viewer, reference)
    return [RosterOut.model_validate(row) for row in await queries.versions(session, deployment.id)]


@router.get("/{version}")
async def read_roster(reference: str, version: int, session: Session, viewer: MayReadDeployments) -> RosterWhole:
    """One version with its people and reasons."""
    deployment = await deployments.find(session, viewer, reference)
    return await _whole(session, await queries.version(session, deployment.id, version))


@router.get("/{version}/record", response_class=Response, responses={200: {"content": {"application/json": {}}}})
async def read_record(reference: str, version: int, session: Session, viewer: MayWorkRoster) -> Response:
    """All that a version was made of, and what people changed: `rrt solve` makes the roster again from it."""
    deployment = await deployments.find(session, viewer, reference)
    proposal = await queries.version(session, deployment.id, version)
    kept = await queries.record_of(session, proposal)
    name = f'attachment; filename="{reference}-roster-{version}.json"'
    # A pool of thousands is megabytes: not on the event loop.
    body = await asyncio.to_thread(lambda: record.with_edits(zlib.decompress(kept.body), proposal.edits))
    return Response(body, media_type="application/json", headers={"Content-Disposition": name})


@router.get("/{version}/why-not")
async def why_not(
    reference: str, version: int, who: Annotated[WhyNotIn, Query()], session: Session, viewer: MayWorkRoster
) -> WhyNotOut:
    """Why an expert is not in a seat (its number), by the facts that the version was made of."""
    deployment = await deployments.find(session, viewer, reference)
    proposal = await queries.version(session, deployment.id, version)
    positions = {one.position.number: one.position.id for one in await queries.seats(session, proposal)}
    answer = await wishes.rules_against(session, proposal, positions.get(who.seat, 0), who.expert_id)
    return WhyNotOut(
        rules=[rule.text for rule in answer.rules],
        broken=[ReasonOut(code=rule.code, text=rule.text, is_warning=True) for rule in answer.rules],
        **(proposals.other_facts(answer.instead) if answer.instead else {}),
    )


@router.post("/{version}/accept")
async def accept_roster(
    reference: str, version: int, session: Session, viewer: MayWorkRoster, form: AcceptIn | None = None
) -> RosterWhole:
    """Work with this version: its people are asked at once. The version itself guards against a newer one."""
    hold = timedelta(seconds=form.hold_seconds if form else 0)
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await queries.version(session, deployment.id, version, lock=True)
    await proposals.accept(session, deployment, proposal, by=viewer.actor, hold=hold)
    return await _whole(session, proposal)


@router.post("/{version}/swap")
async def swap(reference: str, version: int, form: SwapIn, session: Session, viewer: MayWorkRoster) -> RosterWhole:
    """Put an alternate into a seat before anybody is asked."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await queries.version(session, deployment.id, version, lock=True)
    positions = {seat.position.number: seat.position.id for seat in await queries.seats(session, proposal)}
    await proposals.swap(session, deployment, proposal, positions.get(form.seat, 0), form.expert_id, by=viewer.actor)
    return await _whole(session, proposal)
