"""Pages of foresight: readiness, demand, and whom to recruit."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayManageExperts, MayReadExperts, Viewer
from app.core.database import locked
from app.core.places import STATES
from app.core.text import whole
from app.experts.taxonomy import DISCIPLINES, LANGUAGES
from app.foresight import forecasts, loading, past, showing
from app.foresight.models import ForecastKind, IncidentFile
from app.foresight.standard import HOURS, VIEWS
from app.rosters import rules
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/foresight", include_in_schema=False)
MOST_AGENCIES = 12
MOST_RECRUITS = 100
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
Hours = Literal["6", "12", "24", "48"]


async def _common(session: Session, viewer: Viewer, kind: ForecastKind) -> dict[str, Any]:
    """The newest result of a kind, and whether one is being worked out."""
    last = await forecasts.last_asked(session, kind)
    return {
        "forecast": await forecasts.newest(session, kind),
        "is_waiting": last is not None and last.made_at is None and last.failed_because is None,
        "failed": last.failed_because if last is not None else None,
        "failed_at": last.asked_at if last is not None else None,
        "may_manage": viewer.may(Permission.MANAGE_EXPERTS),
    }


@router.get("")
async def readiness(
    request: Request,
    session: Session,
    viewer: MayReadExperts,
    view: Annotated[str, Query(max_length=8)] = "team",
    hours: Hours = "24",
) -> Response:
    """How likely a standard team is on site in time: map, table, and the next 90 days."""
    common = await _common(session, viewer, ForecastKind.READINESS)
    forecast = common["forecast"]
    chosen = view if view in VIEWS else "team"
    within = int(hours)
    held = await rules.current(session)
    shown: dict[str, Any] = {}
    if forecast is not None:
        found = showing.rows(forecast.values, chosen, within)
        shown = {
            "headline": showing.headline(forecast.values, chosen, within), "rows": found, "values": forecast.values,
            "ahead": showing.ahead(forecast.values, chosen), "weakest": found[:5],
            "floor": showing.floor(forecast.values, held.readiness_floor, held.readiness_hours),
            "falls": showing.falls(forecast.values, within),
            "scarcest": {row.state: showing.scarcest(forecast.values, row.state, within) for row in found},
        }  # fmt: skip
    return render(
        request, "foresight/readiness.html", **common, **shown, view=chosen, hours=within, horizons=HOURS,
        titles=showing.TITLES, band_words=showing.BAND_WORDS, tile=showing.TILE, width=showing.WIDTH,
        height=showing.HEIGHT, in_100=showing.in_100,
        range_in_100=showing.range_in_100,
    )  # fmt: skip


@router.post("")
async def work_out(session: Session, viewer: MayManageExperts) -> Response:
    """Work readiness out anew."""
    await forecasts.ask(session, ForecastKind.READINESS, by=viewer.actor)
    return RedirectResponse("/desk/foresight", 303)


async def _demand(request: Request, session: Session, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    known = await past.expected(session)
    shown: dict[str, Any] = {}
    if known is not None:
        states = sorted(known.states.items(), key=lambda each: -each[1].a_year.estimate.value)
        rates = [(STATES[code], rate.a_year.estimate, rate.seen) for code, rate in states]
        months = known.month_factors()
        shown = {
            "states": showing.bars([(name, e.value, e.low, e.high, seen) for name, e, seen in rates]),
            "months": showing.bars([(n, e.value, e.low, e.high, 0) for n, e in zip(MONTHS, months, strict=True)]),
            "agencies": [
                (name, state, rate.seen, rate.a_year.estimate)
                for (name, state), rate in list(known.agencies.items())[:MOST_AGENCIES]
            ],
        }
    return render(
        request, "foresight/demand.html", status, known=known, files=await past.files(session),
        may_manage=viewer.may(Permission.MANAGE_EXPERTS), **{"errors": {}, "skip": False} | shown | more,
    )  # fmt: skip


@router.get("/demand")
async def demand(request: Request, session: Session, viewer: MayReadExperts) -> Response:
    """How often incidents are to be expected, by place and season."""
    return await _demand(request, session, viewer)


@router.post("/demand")
async def load(
    request: Request,
    session: Session,
    viewer: MayManageExperts,
    file: UploadFile,
    skip: Annotated[bool, Form()] = False,
) -> Response:
    """Load a file of past incidents; what is wrong with it is said line by line."""
    content = await file.read(loading.LARGEST_FILE + 1)
    try:
        async with session.begin_nested():
            await loading.load(session, file.filename or "incidents.csv", content, skip_unknown=skip, by=viewer.actor)
    except loading.BadFile as bad:
        return await _demand(request, session, viewer, 422, errors=bad.fields["errors"], skip=skip)
    return RedirectResponse("/desk/foresight/demand", 303)


@router.post("/demand/{incident_file_id}/forget")
async def forget(incident_file_id: int, session: Session, viewer: MayManageExperts) -> Response:
    """Take a file out again."""
    await loading.forget(session, await locked(session, IncidentFile, incident_file_id), by=viewer.actor)
    return RedirectResponse("/desk/foresight/demand", 303)


async def _recruiting(request: Request, session: Session, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    common = await _common(session, viewer, ForecastKind.RECRUITING)
    forecast = common["forecast"]
    asks = forecast.asks if forecast else {"count": 20, "may_lead": True}
    within = asks.get("within_hours")
    shown: dict[str, Any] = {"count": str(asks["count"]), "may_lead": asks["may_lead"], "within": within, "error": ""}
    if forecast is not None:
        shown |= {
            "values": forecast.values, "headline": showing.recruiting_headline(forecast.values),
            "seats": showing.gain_bars(forecast.values, "seats"), "teams": showing.gain_bars(forecast.values, "teams"),
            "is_saturated": showing.is_saturated(forecast.values), "is_ample": showing.is_ample(forecast.values),
            "worked_within": within, "population": showing.gain(forecast.values, "population"),
            "random": showing.gain(forecast.values, "random"),
        }  # fmt: skip
    return render(
        request, "foresight/recruiting.html", status, **common, states=STATES, disciplines=DISCIPLINES,
        languages=LANGUAGES, titles=showing.SEAT_TITLES, ways=showing.WAYS, most=MOST_RECRUITS, horizons=HOURS,
        said=showing.mean, between=showing.between, **shown | more,
    )  # fmt: skip


@router.get("/recruiting")
async def recruiting(request: Request, session: Session, viewer: MayReadExperts) -> Response:
    """Whom to recruit next, and what that would add."""
    return await _recruiting(request, session, viewer)


@router.post("/recruiting")
async def ask_whom(  # noqa: PLR0917 - fields of a form
    request: Request,
    session: Session,
    viewer: MayManageExperts,
    count: Annotated[str, Form(max_length=8)] = "20",
    may_lead: Annotated[bool, Form()] = False,
    within: Annotated[Literal["", "6", "12", "24", "48"], Form()] = "",
) -> Response:
    """Work out whom to recruit; a number that is none is said beside its field."""
    number, hours = whole(count), int(within) if within else None
    if number is None or not 1 <= number <= MOST_RECRUITS:
        error = f"Write a number from 1 to {MOST_RECRUITS}."
        typed = {"count": count, "may_lead": may_lead, "within": hours}
        return await _recruiting(request, session, viewer, 422, **typed, error=error)
    asks = {"count": number, "may_lead": may_lead, "within_hours": hours}
    await forecasts.ask(session, ForecastKind.RECRUITING, asks=asks, by=viewer.actor)
    return RedirectResponse("/desk/foresight/recruiting", 303)
