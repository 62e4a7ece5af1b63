"""How I am: lines to call, a call from the desk, a pause that nobody asks a reason for."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.core.clock import clock, in_zone
from app.core.problems import Invalid
from app.experts import own
from app.experts.models import Expert
from app.my import desk
from app.my.mine import Me, MeChanging, by_me
from app.web.languages import N_, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
CALL_ME = "(on the page) asks to be called"
TOLD = {
    "call": N_("The desk will call you. If it is urgent, call now."),
    "pause": N_("You are not asked before that day. Nobody asks you why."),
}
PAUSES = (2, 4, 13)
"""Weeks that one tap asks for."""
WRONG_DAY = N_("Choose a day within the next year.")


async def _page(request: Request, expert: Expert, status: int = 200, **shown: object) -> Response:
    now = clock.now()
    today = in_zone(now, expert.time_zone).date()
    is_paused = expert.eligible_from is not None and expert.eligible_from > now
    return render(
        request,
        "my/care.html",
        status,
        expert=expert,
        zone=expert.time_zone,
        today=today,
        pauses=[(weeks, (today + timedelta(weeks=weeks)).isoformat()) for weeks in PAUSES],
        paused_until=expert.eligible_from if is_paused else None,
        **{"told": "", "error": None, "until": "", **shown},
    )


@router.get("/my/care")
async def my_care(request: Request, expert: Me, told: str = "") -> Response:
    """Support lines, and what can be asked for."""
    return await _page(request, expert, told=translated(TOLD.get(told, "")))


@router.post("/my/care/call-me")
async def call_me(session: Session, expert: MeChanging) -> Response:
    """Have the desk call; pressed twice it is one wish."""
    await desk.tell(session, expert, "wants_person", CALL_ME)
    return RedirectResponse("/my/care?told=call", 303)


@router.post("/my/care/pause")
async def pause(
    request: Request, session: Session, expert: MeChanging, until: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Not asked before a day."""
    try:
        await own.pause(session, expert, date.fromisoformat(until), by=by_me(expert))
    except (ValueError, Invalid):
        return await _page(request, expert, 422, error=translated(WRONG_DAY), until=until)
    return RedirectResponse("/my/care?told=pause", 303)
