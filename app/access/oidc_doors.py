"""Doors of the sign-in at another issuer: there, and back again."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access import oidc, sessions
from app.access.signing_in import origin_of, own_path, set_cookie
from app.access.viewer import Anyone
from app.core.database import begin
from app.core.events import record
from app.core.problems import NotFound
from app.core.settings import get_settings
from app.web.session import Session

router = APIRouter(prefix="/sign-in/oidc", include_in_schema=False, dependencies=[Anyone])
LASTS_S = 600


def _cookie() -> str:
    return "__Host-rrt-oidc" if get_settings().secure_cookies else "rrt-oidc"


@router.post("")
async def go(session: Session, next: Annotated[str, Form(max_length=400)] = "/") -> Response:  # noqa: A002 - the field
    """Send the browser to the issuer; it gets a secret that it must come back with."""
    if not oidc.is_on():
        raise NotFound
    started = await oidc.start(session, own_path(next))
    answer = RedirectResponse(started.address, 303)
    name = _cookie()
    answer.set_cookie(
        name, started.browser, max_age=LASTS_S, path="/", httponly=True, samesite="lax",
        secure=name.startswith("__Host-"),
    )  # fmt: skip
    return answer


@router.get("/back")
async def back(request: Request) -> Response:
    """The browser comes back from the issuer. It is the one GET that opens a session: the protocol wants it so.

    What is used up is used up also when the rest fails, hence two transactions of its own.
    """
    if not oidc.is_on():
        raise NotFound
    given = {name: value for name, value in request.query_params.items() if len(value) <= 4000}
    browser = request.cookies.get(_cookie())
    async with begin() as session:
        flow = await oidc.take(session, browser, given.get("state", ""))
    try:
        token = await _signed_in(request, flow, given)
    except oidc.NotSignedIn:
        async with begin() as session:
            await record(session, "user.sign_in_refused", 0, by=sessions.SOMEBODY, way="oidc")
        raise
    answer = RedirectResponse(own_path(flow.next if flow else "/"), 303)
    answer.delete_cookie(_cookie(), path="/")
    return set_cookie(answer, token)


async def _signed_in(request: Request, flow: oidc.Flow | None, given: dict[str, str]) -> str:
    async with begin() as session:
        user = await oidc.finish(session, flow, given)
        await sessions.sign_out(session, sessions.token_of(request.cookies))  # who was signed in here before
        shown = get_settings().oidc_is_second_factor
        return await sessions.open_for(session, user, origin_of(request), "oidc", shown_factor=shown)
