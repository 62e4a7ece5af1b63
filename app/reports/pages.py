"""The page of figures, each down to its cases; as a table for a spreadsheet, small cells suppressed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.access.policy import Permission
from app.access.viewer import MayReadFigures
from app.core.clock import clock, in_zone
from app.core.problems import NotFound
from app.reports import measures
from app.reports.figures import SMALLEST, Figure, said
from app.web.csv_out import csv_answer
from app.web.render import DESK_ZONE, render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
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
    return measures.figures(await measures.facts(session, *period.span))


@router.get("/desk/figures")
async def page(request: Request, session: Session, viewer: MayReadFigures, quarter: Quarter = "") -> Response:
    """Every measure of a quarter, by group."""
    period = period_of(quarter)
    found = await _figures(session, period)
    groups: dict[str, list[Figure]] = {}
    for figure in found:
        groups.setdefault(figure.group, []).append(figure)
    return render(
        request, "reports/figures.html", period=period, groups=groups, said=said, received=found[0],
        earlier=[period_of("").before(back) for back in range(8)], smallest=SMALLEST,
        may_see_cases=viewer.may(Permission.READ_DEPLOYMENTS),
    )  # fmt: skip


@router.get("/desk/figures/{slug}")
async def cases(
    slug: str, request: Request, session: Session, viewer: MayReadFigures, quarter: Quarter = ""
) -> Response:
    """What one measure was counted from. Whoever sees figures only, sees no cases."""
    period = period_of(quarter)
    figure = next((one for one in await _figures(session, period) if one.slug == slug), None)
    if figure is None or not viewer.may(Permission.READ_DEPLOYMENTS):
        raise NotFound
    ordered = sorted(figure.cases, key=lambda case: (-case.value, case.reference))
    most = max((case.value for case in figure.cases), default=0)
    return render(
        request, "reports/cases.html", period=period, figure=figure, cases=ordered, said=said, most=most
    )  # fmt: skip


@router.get("/desk/figures.csv")
async def table(session: Session, viewer: MayReadFigures, quarter: Quarter = "") -> Response:
    """The figures of a quarter for a grant report; figures of fewer than five requests are left out."""
    period = period_of(quarter)
    rows = [
        (f.group, f.title, f.unit, *((f"fewer than {SMALLEST}",) * 4 if f.is_small else _cells(f)))
        for f in await _figures(session, period)
    ]
    head = ("group", "measure", "unit", "value", "90th percentile", "cases", "target missed")
    return csv_answer(f"rrt-figures-{period.slug}.csv", head, rows)


def _cells(figure: Figure) -> tuple[object, ...]:
    value = "" if figure.value is None else round(figure.value, 3)
    high = "" if figure.high is None else round(figure.high, 1)
    return value, high, len(figure.cases), figure.missed if figure.target is not None else ""
