"""HTTP API: start a drill, read its report, end it."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayReadDrills, MayRunDrills
from app.drills import queries, service
from app.drills.queries import Listed, Report
from app.drills.states import DrillState
from app.web.given import Body
from app.web.idempotency import OnlyOnce
from app.web.session import Session

router = APIRouter(prefix="/api/v1/drills", tags=["drills"])


class DrillIn(Body):
    """Whom a drill is for; empty lists: everybody who is ready."""

    disciplines: list[str] = Field(default_factory=list, max_length=4)
    states: list[str] = Field(default_factory=list, max_length=60)
    hours: int = Field(4, description="1 to 48")


class DrillOut(BaseModel):
    """One drill."""

    id: int
    code: str
    state: DrillState
    disciplines: list[str]
    states: list[str]
    started_at: datetime
    started_by: str
    ends_at: datetime
    ended_at: datetime | None
    people: int
    texted: int
    answered: int


class LineOut(BaseModel):
    """What became of one person's text."""

    model_config = ConfigDict(from_attributes=True)

    expert_id: int
    name: str
    outcome: str
    why: str
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    minutes: float | None


class ReportOut(DrillOut):
    """A drill with everybody in it."""

    late: int
    silent: int
    undeliverable: int
    not_asked: int
    waiting: int
    median_minutes: float | None
    last_out_at: datetime | None
    lines: list[LineOut]


def _out(listed: Listed) -> DrillOut:
    drill = listed.drill
    return DrillOut(
        id=drill.id, code=drill.code, state=drill.state, disciplines=drill.disciplines, states=drill.states,
        started_at=drill.started_at, started_by=drill.started_by, ends_at=drill.ends_at, ended_at=drill.ended_at,
        people=listed.people, texted=listed.texted, answered=listed.answered,
    )  # fmt: skip


def _reported(report: Report) -> ReportOut:
    counts = report.counts
    listed = _out(Listed(report.drill, report.people, report.texted, counts["answered"]))
    return ReportOut(
        **listed.model_dump(), late=counts["late"], silent=counts["silent"], undeliverable=counts["undeliverable"],
        not_asked=counts["not_asked"], waiting=counts["waiting"], median_minutes=report.median_minutes,
        last_out_at=report.last_out_at, lines=[LineOut.model_validate(line) for line in report.lines],
    )  # fmt: skip


@router.post("", status_code=201, response_model=ReportOut)
async def start(form: DrillIn, session: Session, viewer: MayRunDrills, once: OnlyOnce) -> JSONResponse:
    """Start a drill: everybody who is ready and fits gets a text that says it is a test."""
    earlier = await once.earlier()
    if earlier is not None:
        return earlier
    choice = service.Choice(tuple(form.disciplines), tuple(form.states), form.hours)
    drill = await service.start(session, choice, by=viewer.actor)
    report = _reported(await queries.report(session, drill))
    return await once.answer(201, report, Location=f"/api/v1/drills/{drill.id}")


@router.get("")
async def list_drills(session: Session, viewer: MayReadDrills) -> list[DrillOut]:
    """The latest drills, newest first."""
    return [_out(listed) for listed in await queries.latest(session)]


@router.get("/{drill_id}")
async def read_drill(drill_id: int, session: Session, viewer: MayReadDrills) -> ReportOut:
    """One drill's report: who got it, who answered and how fast, who never."""
    return _reported(await queries.report(session, await queries.find(session, drill_id)))


@router.post("/{drill_id}/end", status_code=204)
async def end(drill_id: int, session: Session, viewer: MayRunDrills) -> None:
    """End a drill before its time: what has not gone out is taken back, later answers are noted as late."""
    await service.end(session, await queries.find(session, drill_id, lock=True), by=viewer.actor)
