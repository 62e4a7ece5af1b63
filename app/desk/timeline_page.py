"""The timeline's page and its API: who is where, by expert or by request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.access.viewer import MayReadDeployments
from app.core.clock import clock, in_zone
from app.core.places import STATES
from app.core.text import whole
from app.desk import timeline, timeline_queries
from app.desk.timeline import BarKind, Row
from app.experts.taxonomy import DISCIPLINES
from app.web.given import Day
from app.web.pictures import axis_of, days_of
from app.web.render import DESK_ZONE, render
from app.web.session import Session

router = APIRouter()
BEFORE = 2
"""Days shown before today when nothing else is asked for."""
LENGTHS = (7, 14, 28, 56)
ROWS = 40
"""Lines of one page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show, as the form says it; `wrong` says what of it nobody could read."""

    first: date
    days: int
    by: str
    show: str
    q: str
    discipline: str
    state: str
    page: int
    wrong: str


def _today() -> date:
    return in_zone(clock.now(), DESK_ZONE).date()


def read_filter(  # noqa: PLR0917 - the form's fields
    start: Annotated[str, Query(max_length=20)] = "",
    days: Annotated[str, Query(max_length=4)] = "14",
    by: Literal["expert", "request"] = "expert",
    show: Literal["team", "all"] = "team",
    q: Annotated[str, Query(max_length=100)] = "",
    discipline: Annotated[str, Query(max_length=4)] = "",
    state: Annotated[str, Query(max_length=4)] = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> Filter:
    """The filter of the address. What cannot be read is said, and today's days are shown."""
    first, wrong = _today() - timedelta(days=BEFORE), ""
    if start:
        try:
            first = date.fromisoformat(start)
        except ValueError:
            wrong = f"{start} is not a date. Write it like {first:%Y-%m-%d}."
    length = found if (found := whole(days)) in LENGTHS else 14
    known = discipline if discipline in DISCIPLINES else "", state if state in STATES else ""
    return Filter(first, length, by, show, q.strip(), *known, page, wrong)


TheFilter = Annotated[Filter, Depends(read_filter)]


def _headline(rows: Sequence[Row], span: str, by: str) -> str:
    clashing = sum(row.is_clashing for row in rows)
    if not clashing:
        return f"Who is where, {span}"
    what = ("expert" if by == "expert" else "team") + ("" if clashing == 1 else "s")
    return f"{clashing} {what} with overlaps, {span}"


def _span(first: date, last: date) -> str:
    month = "" if first.month == last.month else f"{last:%b} "
    return f"{first:%b} {first.day} to {month}{last.day}"


async def _rows(session: Session, asked: Filter) -> list[Row]:
    axis = axis_of(asked.first, asked.days, DESK_ZONE)
    bars = await timeline_queries.bars(session, axis)
    people = await timeline_queries.people(session, bars, text=asked.q, discipline=asked.discipline, state=asked.state)
    if asked.by == "expert":
        return timeline.by_expert(bars, people, axis, everybody=asked.show == "all")
    names = {expert.id: expert.name for expert in people}
    theirs = [bar for bar in bars if bar.expert_id in names]
    rows = timeline.by_request(theirs, await timeline_queries.stays(session, axis), names, axis)
    is_narrowed = asked.q or asked.discipline or asked.state
    return [row for row in rows if row.bars] if is_narrowed else rows


@router.get("/desk/timeline", include_in_schema=False)
async def the_timeline(
    request: Request, session: Session, viewer: MayReadDeployments, asked: TheFilter, part: str = ""
) -> Response:
    """Every deployment and every expert's days; `?part=timeline` is the part that changes live."""
    axis = axis_of(asked.first, asked.days, DESK_ZONE)
    rows = await _rows(session, asked)
    last = asked.first + timedelta(days=asked.days - 1)
    now = clock.now()
    return render(
        request,
        "desk/timeline_part.html" if part == "timeline" else "desk/timeline.html",
        asked=asked,
        axis=axis,
        days=days_of(axis, DESK_ZONE),
        today=_today(),
        now_at=axis.at(now) if axis.shows(now, now + timedelta(minutes=1)) else None,
        rows=rows[(asked.page - 1) * ROWS : asked.page * ROWS],
        count=len(rows),
        pages=max(1, -(-len(rows) // ROWS)),
        clashing=sum(row.is_clashing for row in rows),
        headline=_headline(rows, _span(asked.first, last), asked.by),
        words=timeline.WORDS,
        kinds=list(BarKind),
        team=timeline.TEAM,
        lengths=LENGTHS,
        disciplines=DISCIPLINES,
        states=STATES,
        earlier=asked.first - timedelta(days=asked.days),
        later=asked.first + timedelta(days=asked.days),
    )


class BarOut(BaseModel):
    """One stretch of one expert's days."""

    model_config = ConfigDict(from_attributes=True)

    expert_id: int
    kind: BarKind
    start: datetime
    end: datetime
    reference: str
    role: str
    clashes: bool


@router.get("/api/v1/timeline", tags=["desk"])
async def read_timeline(
    session: Session,
    viewer: MayReadDeployments,
    start: Annotated[Day | None, Query(description="First day; none: today")] = None,
    days: Annotated[int, Query(ge=1, le=92)] = 14,
) -> list[BarOut]:
    """Who is deployed, asked, proposed, at rest or away on these days, and what of it overlaps."""
    axis = axis_of(start or _today(), days, DESK_ZONE)
    return [BarOut.model_validate(bar) for bar in await timeline_queries.bars(session, axis)]
