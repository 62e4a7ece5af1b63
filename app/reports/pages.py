"""The page of figures, each down to its cases; as a table for a spreadsheet, small cells suppressed."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import select

from app.access.policy import Permission
from app.access.viewer import MayReadFigures
from app.core.clock import clock, in_zone
from app.core.problems import NotFound
from app.reports import charts, excel, measures, quality
from app.reports.figures import SMALLEST, Figure, left_out, said
from app.requests.models import Request as RequestRow
from app.requests.states import RequestState
from app.web.csv_out import csv_answer
from app.web.render import DESK_ZONE, render
from app.web.session import Session

pages = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/v1", tags=["figures"])
GROUPS = ("Demand", "Speed", "Staffing", "Care", "Service", "Quality", "Money")
HEAD = ("group", "measure", "unit", "value", "90th percentile", "cases", "target missed")
Quarter = Annotated[str, Query(pattern=r"^20\d\d-q[1-4]$|^$")]


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter of a year, at the desk."""

    year: int
    quarter: int

    @property
    def slug(self) -> str:
        """As addresses name it: "2026-q4"."""
        return f"{self.year}-q{self.quarter}"

    @property
    def title(self) -> str:
        """In words: "October to December 2026"."""
        first = date(self.year, self.quarter * 3 - 2, 1)
        last = date(self.year, self.quarter * 3, 1)
        return f"{first:%B} to {last:%B} {self.year}"

    @property
    def span(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first one after it."""
        after = (self.year + 1, 1) if self.quarter == 4 else (self.year, self.quarter * 3 + 1)
        zone = ZoneInfo(DESK_ZONE)
        start = datetime.combine(date(self.year, self.quarter * 3 - 2, 1), time(), zone)
        return start.astimezone(UTC), datetime.combine(date(*after, 1), time(), zone).astimezone(UTC)

    def before(self, quarters: int = 1) -> "Period":
        """So many quarters earlier."""
        whole = self.year * 4 + self.quarter - 1 - quarters
        return Period(whole // 4, whole % 4 + 1)


def period_of(slug: str) -> Period:
    """The quarter of an address; without one, the present one."""
    if slug:
        return Period(int(slug[:4]), int(slug[-1]))
    today = in_zone(clock.now(), DESK_ZONE)
    return Period(today.year, (today.month + 2) // 3)


async def _figures(session: Session, period: Period) -> list[Figure]:
    counted = await measures.facts(session, *period.span)
    return [*measures.figures(counted), *quality.figures(counted, await quality.facts(session, counted))]


async def _quarters(session: Session, last: Period) -> charts.Columns:
    """Requests and approvals of eight quarters up to `last`."""
    periods = [last.before(back) for back in range(7, -1, -1)]
    rows = await session.execute(
        select(RequestRow.filed_at, RequestRow.state).where(
            RequestRow.filed_at >= periods[0].span[0], RequestRow.filed_at < last.span[1]
        )
    )
    found = [(filed_at, state) for filed_at, state in rows if filed_at is not None]
    counts = []
    for one in periods:
        start, end = one.span
        states = [state for filed_at, state in found if start <= filed_at < end]
        approved = sum(state is RequestState.APPROVED for state in states)
        counts.append((one.slug, f"Q{one.quarter} {one.year}", len(states), approved))
    return charts.columns_of(counts)


@pages.get("/desk/figures")
async def page(request: Request, session: Session, viewer: MayReadFigures, quarter: Quarter = "") -> Response:
    """Every measure of a quarter, by group."""
    period = period_of(quarter)
    found = await _figures(session, period)
    may_see_cases = viewer.may(Permission.READ_DEPLOYMENTS)
    untold = _untold(found, may_see_cases=may_see_cases)
    groups = {group: [one for one in found if one.group == group] for group in GROUPS}
    return render(
        request, "reports/figures.html", period=period, groups=groups, said=said, received=found[0],
        earlier=[period_of("").before(back) for back in range(8)], smallest=SMALLEST, untold=untold,
        may_see_cases=may_see_cases, bars=charts.span_bars([one for one in groups["Speed"] if one.slug not in untold]),
        quarters=await _quarters(session, period),
    )  # fmt: skip


def _untold(found: list[Figure], *, may_see_cases: bool) -> frozenset[str]:
    """Slugs of figures whose value the page keeps to itself: few answers of people; without a right to cases, all that
    is not published."""
    few = {one.slug for one in found if one.is_personal and len(one.cases) < SMALLEST and one.cases}
    return frozenset(few) if may_see_cases else left_out(found)


@pages.get("/desk/figures/{slug}")
async def cases(
    slug: str, request: Request, session: Session, viewer: MayReadFigures, quarter: Quarter = ""
) -> Response:
    """What one measure was counted from. Who sees figures only sees no cases; of single people nobody does."""
    period = period_of(quarter)
    figure = next((one for one in await _figures(session, period) if one.slug == slug), None)
    if figure is None or figure.is_personal or not viewer.may(Permission.READ_DEPLOYMENTS):
        raise NotFound
    ordered = sorted(figure.cases, key=lambda case: (-case.value, case.reference))
    most = charts.axis_of(figure, max((case.value for case in figure.cases), default=0))
    return render(
        request, "reports/cases.html", period=period, figure=figure, cases=ordered, said=said, most=most
    )  # fmt: skip


@pages.get("/desk/figures.csv")
async def table(session: Session, viewer: MayReadFigures, quarter: Quarter = "") -> Response:
    """The figures of a quarter for a grant report; figures of fewer than five requests are left out."""
    period = period_of(quarter)
    return csv_answer(f"rrt-figures-{period.slug}.csv", HEAD, await _rows(session, period))


@pages.get("/desk/figures.xlsx", response_class=Response)
async def sheet(session: Session, viewer: MayReadFigures, quarter: Quarter = "") -> Response:
    """The same as an Excel file."""
    period = period_of(quarter)
    rows, title = await _rows(session, period), f"Rapid Response Team, {period.title}"
    notes = (
        "Counted from what the service recorded, for requests filed in this quarter.",
        f"Counts of fewer than {SMALLEST}, and figures counted from fewer than {SMALLEST} requests, are left out, and"
        " with them counts from which they could be worked out.",
        "Minutes: median and 90th percentile. A share is between 0 and 1.",
    )
    body = await asyncio.to_thread(excel.workbook, title, HEAD, rows, notes)
    return excel.excel_answer(f"rrt-figures-{period.slug}.xlsx", body)


class FigureOut(BaseModel):
    """One measure of a quarter. Values that published tables leave out (few cases, or a total would tell) are null."""

    slug: str
    group: str
    title: str
    unit: str
    value: float | None
    high: float | None
    target: float | None
    missed: int | None
    cases: int | None
    is_suppressed: bool


@api.get("/figures")
async def read_figures(session: Session, viewer: MayReadFigures, quarter: Quarter = "") -> list[FigureOut]:
    """The measures of a quarter ("2026-q4"; the present one when left out), small ones suppressed."""
    found = await _figures(session, period_of(quarter))
    withheld = left_out(found)
    return [_out(one, is_suppressed=one.slug in withheld) for one in found]


def _out(one: Figure, *, is_suppressed: bool) -> FigureOut:
    about: dict[str, Any] = {name: getattr(one, name) for name in ("slug", "group", "title", "unit", "target")}
    if is_suppressed:
        return FigureOut(**about, value=None, high=None, missed=None, cases=None, is_suppressed=True)
    return FigureOut(
        **about, value=one.value, high=one.high, missed=one.missed_told, cases=len(one.cases), is_suppressed=False
    )  # fmt: skip


async def _rows(session: Session, period: Period) -> list[tuple[object, ...]]:
    """Lines of the published table, small cells suppressed."""
    found = await _figures(session, period)
    withheld = left_out(found)
    few = f"fewer than {SMALLEST}"
    return [
        (f.group, f.title, f.unit, *((few if f.is_small else "left out",) * 4 if f.slug in withheld else _cells(f)))
        for f in found
    ]


def _cells(figure: Figure) -> tuple[object, ...]:
    value = "" if figure.value is None else round(figure.value, 3)
    high = "" if figure.high is None else round(figure.high, 1)
    missed = "left out" if figure.missed_told is None else figure.missed_told
    return value, high, len(figure.cases), "" if figure.target is None else missed


router = APIRouter()
router.include_router(pages)
router.include_router(api)
