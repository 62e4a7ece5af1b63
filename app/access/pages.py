"""Pages: sign in and out, where each kind of user begins, and the stream of live signals."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy import text

from app.access import sessions
from app.access.second import factor_page, has_passkey
from app.access.signing_in import kept_of, origin_of, own_path, set_cookie
from app.access.viewer import Anyone, Identified, MayOwnSessions, Viewer, viewer_of
from app.core.database import begin
from app.core.text import whole
from app.web.languages import N_, translated
from app.web.live import live
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
LOOK_AGAIN_S = 30.0
"""How often a stream checks that its reader is still signed in."""
WRONG = N_("We do not know this e-mail address with this password. Check both and try again.")

SAID = {"reset": N_("That is done. Sign in now.")}
"""What the page begins with after something else was done."""


def home_of(viewer: Viewer) -> str:
    """Where somebody begins."""
    if viewer.is_desk:
        return "/desk"
    if "requester" in viewer.roles:
        return "/agency"
    if "admin" in viewer.roles:
        return "/desk/people"
    return "/my" if "expert" in viewer.roles else "/signed-in"


@router.get("/", dependencies=[Anyone])
async def start(viewer: Identified) -> Response:
    """Everybody's beginning."""
    return RedirectResponse(home_of(viewer) if viewer else "/sign-in", 303)


@router.get("/signed-in")
async def signed_in(request: Request, viewer: MayOwnSessions) -> Response:
    """For roles that have no pages of their own."""
    return render(request, "access/plain.html")


@router.get("/sign-in", dependencies=[Anyone])
async def sign_in_page(
    request: Request,
    next: str = "/",  # noqa: A002 - the name in the address
    said: str = "",
) -> Response:
    """The form."""
    return render(
        request, "access/sign_in.html", next=next, email="", error=None, kept=[], kept_for="", said=SAID.get(said, "")
    )


@router.post("/sign-in", dependencies=[Anyone])
async def sign_in(
    request: Request,
    session: Session,
    email: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form(max_length=400)] = "/",  # noqa: A002 - the form's field
) -> Response:
    """Check the password; a wrong one leaves what was typed, a right one may still need the second factor."""
    opened = await sessions.sign_in(session, email, password, origin_of(request))
    kept, kept_for = await kept_of(request)
    if opened is None:
        page = {"next": next, "email": email, "error": translated(WRONG), "kept": kept, "kept_for": kept_for}
        return render(request, "access/sign_in.html", 422, **page)
    token, is_whole = opened
    await sessions.sign_out(session, sessions.token_of(request.cookies))  # who was signed in here before
    if not is_whole:
        user_id = await sessions.half_user_id(session, token)
        passkey = await has_passkey(session, user_id)
        return set_cookie(factor_page(request, passkey, 200, own_path(next), kept, kept_for), token)
    answer: Response = RedirectResponse(own_path(next), 303)
    if kept_for:
        answer = render(request, "access/kept.html", kept=kept, kept_for=own_path(kept_for))
    return set_cookie(answer, token)


@router.post("/sign-out", dependencies=[Anyone])
async def sign_out(request: Request, session: Session) -> Response:
    """End the session; its cookie is worth nothing any more."""
    await sessions.sign_out(session, sessions.token_of(request.cookies))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(sessions.cookie_name(), path="/")
    return answer


@router.get("/live")
async def signals(request: Request, viewer: MayOwnSessions) -> Response:
    """Signals that something has changed. The desk hears everything, an agency its own requests, nobody else any."""
    return StreamingResponse(
        _stream(request, viewer), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _stream(request: Request, viewer: Viewer) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    checked_at = loop.time()
    yield "retry: 1000\n\n"
    async for topic in live.signals():
        if loop.time() - checked_at > LOOK_AGAIN_S:
            if not await _is_signed_in(request):
                return
            checked_at = loop.time()
        if topic is None:
            yield "event: ping\ndata: 1\n\n"
        elif topic.startswith("user.") and not await _is_signed_in(request):
            return  # closed or demoted a moment ago
        elif topic == "" or await may_hear(viewer, topic):
            yield f"event: changed\ndata: {topic}\n\n"


async def _is_signed_in(request: Request) -> bool:
    async with begin() as session:
        user = await sessions.user_of(session, sessions.token_of(request.cookies))
        return user is not None and viewer_of(user, "session") is not None


async def may_hear(viewer: Viewer, topic: str) -> bool:
    """Whether a signal about this topic is for this viewer. A topic is "request:ID"; everything else is the desk's."""
    if viewer.is_desk:
        return True
    kind, _, number = topic.partition(":")
    if kind != "request" or whole(number) is None or viewer.agency_id is None:
        return False
    # Plain SQL: the table of requests lives in a room above this one.
    query = text("select 1 from requests where id = :id and agency_id = :agency_id")
    async with begin() as session:
        return bool(await session.scalar(query, {"id": int(number), "agency_id": viewer.agency_id}))
