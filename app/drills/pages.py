"""Pages of drills: start one, watch it, read who can be reached."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayReadDrills, MayRunDrills, Viewer
from app.core.clock import clock
from app.core.places import STATES
from app.core.problems import Invalid
from app.drills import queries, service
from app.drills.models import Drill
from app.drills.queries import Report
from app.drills.states import DrillState
from app.experts.taxonomy import DISCIPLINES
from app.messaging import texts
from app.web.pictures import Axis, Plot, ticks
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/drills", include_in_schema=False)
HOURS = (1, 2, 4, 8, 24, 48)
WIDTH, HEIGHT = 640, 190


async def _all(
    request: Request, session: Session, viewer: Viewer, given: dict[str, Any], errors: dict[str, str]
) -> Response:
    drills = await queries.latest(session)
    running = [listed for listed in drills if listed.drill.state is DrillState.RUNNING]
    return render(
        request,
        "drills/list.html",
        422 if errors else 200,
        drills=drills,
        headline=_headline(len(running)),
        may_run=viewer.may(Permission.RUN_DRILLS),
        given={"disciplines": [], "states": [], "hours": 4} | given,
        errors=errors,
        disciplines=DISCIPLINES,
        states=STATES,
        hours=HOURS,
        preview=texts.drill("D47").body,
    )


def _headline(running: int) -> str:
    if not running:
        return "No drill is running"
    return "One drill is running" if running == 1 else f"{running} drills are running"


@router.get("")
async def all_drills(request: Request, session: Session, viewer: MayReadDrills) -> Response:
    """The drills so far, and the form to start one."""
    return await _all(request, session, viewer, {}, {})


@router.post("")
async def start(  # noqa: PLR0917 - the form's fields
    request: Request,
    session: Session,
    viewer: MayRunDrills,
    disciplines: Annotated[list[str] | None, Form()] = None,
    states: Annotated[list[str] | None, Form()] = None,
    hours: Annotated[str, Form(max_length=10)] = "4",
) -> Response:
    """Start a drill; what is wrong is said beside its field, and what was chosen stays."""
    given = {"disciplines": disciplines or [], "states": [state for state in states or [] if state], "hours": hours}
    length = int(hours) if hours.isascii() and hours.isdigit() else 0
    choice = service.Choice(tuple(given["disciplines"]), tuple(given["states"]), length)
    try:
        async with session.begin_nested():
            drill = await service.start(session, choice, by=viewer.actor)
    except Invalid as problem:
        return await _all(request, session, viewer, given, problem.fields["errors"])
    except service.NobodyToText as problem:
        return await _all(request, session, viewer, given, {"states": problem.detail})
    return RedirectResponse(f"/desk/drills/{drill.id}", 303)


@router.get("/{drill_id}")
async def one_drill(
    drill_id: int, request: Request, session: Session, viewer: MayReadDrills, part: str = ""
) -> Response:
    """One drill with its report; `?part=live` is the part that changes live."""
    drill = await queries.find(session, drill_id)
    report = await queries.report(session, drill)
    return render(
        request,
        "drills/drill_part.html" if part == "live" else "drills/drill.html",
        part=part,
        drill=drill,
        report=report,
        headline=_said(report),
        whom=_whom(drill),
        words=queries.WORDS,
        disciplines=DISCIPLINES,
        groups=[
            (
                "Discipline",
                [(DISCIPLINES.get(name, name), *counts) for name, *counts in _grouped(report, "discipline")],
            ),
            ("State", [(STATES.get(name, name), *counts) for name, *counts in _grouped(report, "state")]),
        ],
        may_run=viewer.may(Permission.RUN_DRILLS),
        **_picture(report),
    )


@router.post("/{drill_id}/end")
async def end(drill_id: int, session: Session, viewer: MayRunDrills) -> Response:
    """End a drill before its time."""
    await service.end(session, await queries.find(session, drill_id, lock=True), by=viewer.actor)
    return RedirectResponse(f"/desk/drills/{drill_id}", 303)


def _grouped(report: Report, key: str) -> list[tuple[str, int, int]]:
    return queries.by_group(report.lines, key)


def _said(report: Report) -> str:
    """The state in a sentence: "41 of 60 have answered drill D47"."""
    name, answered, texted = report.drill.code, report.counts["answered"], report.texted
    if not texted:
        return f"Drill {name} has texted nobody" + ("" if report.drill.state is DrillState.ENDED else " yet")
    have = "has" if answered == 1 else "have"
    verb = "answered" if report.drill.state is DrillState.ENDED else f"{have} answered"
    return f"{answered} of {texted} {verb} drill {name}"


def _whom(drill: Drill) -> str:
    """Whom a drill is for, in words."""
    who = ", ".join(DISCIPLINES.get(one, one) for one in drill.disciplines) or "all disciplines"
    where = ", ".join(STATES.get(one, one) for one in drill.states) or "all states"
    return f"Everybody who is ready: {who}; {where}"


def _picture(report: Report) -> dict[str, Any]:
    """The answers over the time of the drill, as a curve."""
    drill = report.drill
    last = max([drill.ended_at or min(clock.now(), drill.ends_at), drill.started_at, *report.answers])
    edge = max(last, drill.ended_at or drill.ends_at)
    counts = ticks(max(1, report.texted, len(report.answers)))
    plot = Plot(Axis(drill.started_at, edge), counts[-1], WIDTH, HEIGHT)
    return {
        "plot": plot, "ticks": counts, "until": last, "curve": plot.staircase(report.answers, last),
        "ended": drill.ended_at or drill.ends_at, "edge": edge,
    }  # fmt: skip
