"""The map's page and the readiness of regions: where requests and teams are, and who is free near them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.access.viewer import MayReadDeployments, MayReadExperts
from app.core.clock import clock, in_zone
from app.core.places import REGIONS, STATES
from app.desk import board, usmap, where
from app.experts.taxonomy import DISCIPLINES
from app.web.pictures import level
from app.web.render import DESK_ZONE, render, words
from app.web.session import Session

router = APIRouter(include_in_schema=False)
PIXELS_A_LETTER = 8.0
Layer = Literal["all", "requests", "experts"]


@dataclass(frozen=True, slots=True)
class Pin:
    """A request on the map: its row of the board and where its words stand."""

    row: board.Row
    label: usmap.Label | None


def pins(rows: list[board.Row]) -> list[Pin]:
    """One request for each point of the map, the most urgent first; those get their words first, too."""
    here = board.places(rows)[::-1]
    widths = [PIXELS_A_LETTER * max(len(row.request.city) + 4, len(words(row.request.incident_type))) for row in here]
    found = usmap.labels([row.point for row in here if row.point], widths)
    return [Pin(row, label) for row, label in zip(here, found, strict=True)]


@router.get("/desk/map")
async def the_map(  # noqa: PLR0917 - the form's fields
    request: Request,
    session: Session,
    viewer: MayReadDeployments,
    discipline: Annotated[str, Query(max_length=4)] = "",
    show: Layer = "all",
    part: str = "",
) -> Response:
    """Requests, teams and free people; `?part=map` is the part that changes live."""
    today = in_zone(clock.now(), DESK_ZONE).date()
    known = discipline if discipline in DISCIPLINES else ""
    rows = await board.rows(session, viewer) if show != "experts" else []
    free = await where.free_today(session, today, known)
    return render(
        request,
        "desk/map_part.html" if part == "map" else "desk/map.html",
        part=part,
        discipline=known,
        show=show,
        rows=rows,
        pins=pins(rows),
        free=free,
        disciplines=DISCIPLINES,
        states=STATES,
        territories=[code for code in STATES if code in usmap.TERRITORIES],
    )


@router.get("/desk/experts/readiness")
async def the_readiness(request: Request, session: Session, viewer: MayReadExperts) -> Response:
    """How many may be asked, by discipline and region."""
    today = in_zone(clock.now(), DESK_ZONE).date()
    heat = await where.readiness_by_region(session, today)
    cells = [cell for row in heat.values() for cell in row.values()]
    most = max(cell.able for cell in cells)
    fewest = min(
        ((cell, number, code) for number, row in heat.items() for code, cell in row.items()),
        key=lambda each: (each[0].able, int(each[1])),
    )
    return render(
        request,
        "desk/readiness.html",
        heat=heat,
        regions=REGIONS,
        disciplines=DISCIPLINES,
        most=most,
        fewest=fewest,
        level=level,
    )
