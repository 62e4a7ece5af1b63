"""The one door behind the wall: the wellness lead's page."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayWorkWellness
from app.core.problems import Invalid
from app.web.render import render
from app.web.session import Session
from app.wellness import following
from app.wellness.models import Outcome, Touch

router = APIRouter(prefix="/wellness", include_in_schema=False)
WHEN = {
    Touch.BEFORE: "Before they leave", Touch.WITHIN_72_H: "Within 72 hours", Touch.DAY_14: "After two weeks",
    Touch.DAY_30: "After a month", Touch.DAY_90: "After three months",
}  # fmt: skip
NUMBERS = {0: "Nobody waits for a talk", 1: "One person waits for a talk"}


async def _page(request: Request, session: Session, errors: dict[int, str]) -> Response:
    waiting = await following.waiting(session)
    late = sum(one.is_late for one in waiting)
    return render(
        request, "wellness/home.html", 422 if errors else 200, waiting=waiting, when=WHEN, errors=errors,
        headline=NUMBERS.get(len(waiting), f"{len(waiting)} people wait for a talk"), late=late,
        done=await following.done(session),
    )  # fmt: skip


@router.get("")
async def home(request: Request, session: Session, viewer: MayWorkWellness) -> Response:
    """Who is to be spoken to, the first due first."""
    return await _page(request, session, {})


@router.post("/{follow_up_id}")
async def settle(  # noqa: PLR0917 - the form's fields
    follow_up_id: int,
    request: Request,
    session: Session,
    viewer: MayWorkWellness,
    outcome: Annotated[Outcome, Form()],
    hold_until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Keep what came of a talk: one of three words, and the end of a hold."""
    await following.find(session, follow_up_id)
    try:
        day = date.fromisoformat(hold_until) if hold_until else None
        async with session.begin_nested():
            await following.settle(session, follow_up_id, outcome, day, by=viewer.actor)
    except ValueError:
        return await _page(request, session, {follow_up_id: "Give the day as year-month-day."})
    except Invalid as problem:
        return await _page(request, session, {follow_up_id: problem.fields["errors"]["hold_until"]})
    return RedirectResponse("/wellness", 303)
