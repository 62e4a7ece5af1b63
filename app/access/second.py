"""Doors of the second factor: after the password, and again before what matters. Half a session opens these only."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import factors, passkeys, sessions
from app.access.models import FactorKind
from app.access.sessions import SignedIn
from app.access.signing_in import kept_of, own_path, set_cookie
from app.access.viewer import Anyone
from app.core.problems import Unauthenticated
from app.web.languages import translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
Next = Annotated[str, Form(max_length=400)]


async def whose(session: AsyncSession, request: Request) -> SignedIn:
    """The session, half or whole, that shows a factor.

    Raises:
        Unauthenticated: there is none.
    """
    secret = sessions.token_of(request.cookies)
    found = await sessions.find(session, secret, half=True) or await sessions.find(session, secret)
    if found is None:
        raise Unauthenticated
    return found


def factor_page(  # noqa: PLR0917 - what the page carries along
    request: Request, found_has: bool, status: int, goes_to: str, kept: list[tuple[str, str]], kept_for: str,
    error: str | None = None,
) -> Response:  # fmt: skip
    """The page that asks for a second factor."""
    context = {"next": goes_to, "kept": kept, "kept_for": kept_for, "error": error, "has_passkey": found_has}
    return render(request, "access/factor.html", status, **context)


async def has_passkey(session: AsyncSession, user_id: int) -> bool:
    """Whether a passkey can be asked for."""
    return any(factor.kind is FactorKind.PASSKEY for factor in await factors.of_user(session, user_id))


@router.get("/sign-in/second", dependencies=[Anyone])
async def ask(request: Request, session: Session, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Ask for the second factor."""
    found = await whose(session, request)
    return factor_page(request, await has_passkey(session, found.user.id), 200, own_path(next), [], "")


@router.post("/sign-in/second", dependencies=[Anyone])
async def enter_code(
    request: Request, session: Session, code: Annotated[str, Form(max_length=40)] = "", next: Next = "/"  # noqa: A002
) -> Response:  # fmt: skip
    """A code of the app, or a recovery code."""
    found, (kept, kept_for) = await whose(session, request), await kept_of(request)
    address = request.client.host if request.client else ""
    await sessions.refuse_many_codes(session, found.user.email, address)
    kind = await factors.check_code(session, found.user.id, code)
    if kind is None:
        await sessions.note_failed_try(session, found.user.email, address, found.user.id, "code")
        passkey = await has_passkey(session, found.user.id)
        return factor_page(request, passkey, 422, own_path(next), kept, kept_for, translated(factors.WRONG_CODE))
    await sessions.forget_tries(session, found.user.email, address)
    token = await sessions.show_factor(session, found, kind)
    answer: Response = RedirectResponse(own_path(next), 303)
    if kept_for:
        answer = render(request, "access/kept.html", kept=kept, kept_for=own_path(kept_for))
    return set_cookie(answer, token)


@router.post("/sign-in/passkey/options", dependencies=[Anyone])
async def ask_passkey(request: Request, session: Session) -> dict[str, Any]:
    """What the browser signs."""
    return await passkeys.question(session, (await whose(session, request)).session)


@router.post("/sign-in/passkey", dependencies=[Anyone])
async def show_passkey(request: Request, session: Session, credential: Annotated[dict[str, Any], Body()]) -> Response:
    """The signed challenge."""
    found = await whose(session, request)
    address = request.client.host if request.client else ""
    await sessions.refuse_many_codes(session, found.user.email, address)
    if not await passkeys.check(session, found.session, credential):
        await sessions.note_failed_try(session, found.user.email, address, found.user.id, "passkey")
        return JSONResponse({"error": translated(passkeys.REFUSED)}, 422)
    token = await sessions.show_factor(session, found, "passkey")
    return set_cookie(JSONResponse({"ok": True}), token)
