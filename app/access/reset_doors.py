"""Where a code that was given for a lost password or factor is used: the code, then the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access import resets, sessions
from app.access.models import AccountReset, User
from app.access.signing_in import origin_of
from app.access.viewer import Anyone
from app.core.problems import Invalid
from app.web.languages import translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/sign-in/reset", include_in_schema=False, dependencies=[Anyone])
Email = Annotated[str, Form(max_length=200)]
Code = Annotated[str, Form(max_length=40)]


def _page(request: Request, status: int = 200, *, email: str = "", error: str = "") -> Response:
    return render(request, "access/reset.html", status, email=email, error=error)


def _password_page(request: Request, reset: AccountReset, email: str, code: str, error: str = "") -> Response:
    context = {"reset": reset, "email": email, "code": code, "error": error}
    return render(request, "access/reset_password.html", 422 if error else 200, **context)


@router.get("")
async def ask(request: Request) -> Response:
    """Ask for the code; how one gets one stands beside it."""
    return _page(request)


async def _known(request: Request, session: Session, email: str, code: str) -> tuple[AccountReset, User] | None:
    """The reset of a code, locked with its account. A wrong one counts as a failed try to sign in."""
    address = origin_of(request).address
    await sessions.refuse_many_tries(session, email.strip().lower(), address)
    found = await resets.known(session, email, code)
    if found is None:
        await sessions.note_failed_try(session, email.strip().lower(), address, None, "reset")
    return found


@router.post("")
async def enter(request: Request, session: Session, email: Email = "", code: Code = "") -> Response:
    """The code: right, the password is asked for."""
    found = await _known(request, session, email, code)
    if found is None:
        return _page(request, 422, email=email, error=translated(resets.WRONG))
    return _password_page(request, found[0], email, code)


@router.post("/use")
async def use(
    request: Request, session: Session, email: Email = "", code: Code = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:  # fmt: skip
    """The password with it: the account opens again, and everybody who was signed in with it is out."""
    found = await _known(request, session, email, code)
    if found is None:
        return _page(request, 422, email=email, error=translated(resets.WRONG))
    reset, user = found
    try:
        await resets.use(session, reset, user, password)
    except Invalid as problem:
        if not reset.lost_password:
            await sessions.note_failed_try(session, user.email, origin_of(request).address, user.id, "reset")
        return _password_page(request, reset, email, code, translated(problem.fields["errors"]["password"]))
    await sessions.forget_tries(session, user.email, origin_of(request).address)
    answer = RedirectResponse("/sign-in?said=reset", 303)
    answer.delete_cookie(sessions.cookie_name(), path="/")
    return answer
