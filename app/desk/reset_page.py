"""A new way to sign in for somebody who lost theirs, on the page of accounts: asked by one, given by another."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access import resets
from app.access.models import User
from app.access.viewer import MayChangeUsers
from app.core.database import locked
from app.core.problems import Conflict, Invalid
from app.core.settings import get_settings
from app.desk import people_page
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/people", include_in_schema=False)


@router.post("/{user_id}/reset")
async def ask(  # noqa: PLR0917 - the form's fields
    user_id: int, request: Request, session: Session, viewer: MayChangeUsers,
    lost: Annotated[list[str] | None, Form()] = None, reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:  # fmt: skip
    """Ask another administrator to give somebody a new way to sign in."""
    user, what = await locked(session, User, user_id), lost or []
    try:
        await resets.ask(session, user, "password" in what, "factor" in what, reason, by=viewer.actor)
    except Invalid as problem:
        errors = {f"{name}-{user_id}": said for name, said in problem.fields["errors"].items()}
    except Conflict as problem:
        errors = {f"lost-{user_id}": problem.detail}
    else:
        return RedirectResponse("/desk/people#resets", 303)
    typed = {f"reason-{user_id}": reason} | {f"lost-{user_id}-{one}": "yes" for one in what}
    return await people_page.page(request, session, viewer, status=422, typed=typed, errors=errors)


@router.post("/resets/{reset_id}")
async def decide(
    reset_id: int, request: Request, session: Session, viewer: MayChangeUsers, verb: Annotated[str, Form()] = ""
) -> Response:
    """Give the code, which is shown this once, or stop the reset."""
    reset = await resets.find(session, reset_id)
    if verb != "give":
        await resets.stop(session, reset, by=viewer.actor)
        return RedirectResponse("/desk/people#resets", 303)
    code = await resets.give(session, reset, by=viewer.actor)
    (one,) = await resets.named(session, [reset])
    return render(
        request, "desk/reset.html", one=one, code=code, good_until=resets.good_until(reset),
        site=get_settings().public_url.rstrip("/"),
    )  # fmt: skip
