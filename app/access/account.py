"""Pages of one's own account: where one is signed in, second factors, recovery codes, the password, keys."""

import base64
import io
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Body, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import factors, keys, passkeys, resets, sessions, users
from app.access.models import User
from app.access.policy import Permission
from app.access.second import whose
from app.access.viewer import MayChangeKeys, MayChangeSignIn, MayOwnSessions, Viewer
from app.core.ids import digest
from app.core.problems import Invalid, NotFound
from app.web.languages import N_, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/account", include_in_schema=False)
FIELDS = ("code", "present", "password", "name", "factor")
"""What may be wrong on the page."""
AGAIN = N_("It is a while since you signed in. Sign out, sign in again, and add it then.")
SAID = {
    "password": N_("Your password is changed. You are signed out everywhere else."),
    "ended": N_("That session is ended."),
    "others": N_("You are signed out everywhere else."),
    "removed": N_("That factor is taken away."),
    "revoked": N_("That key is ended."),
    "stopped": N_("That is stopped. Call the desk, and choose a new password."),
}


async def show(request: Request, session: AsyncSession, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    """The page, with what has just been made or is wrong."""
    mine = digest(sessions.token_of(request.cookies) or "")
    context: dict[str, Any] = {
        "sessions": [(row, row.token_digest == mine) for row in await sessions.of_user(session, viewer.id)],
        "factors": await factors.of_user(session, viewer.id),
        "recovery_left": await factors.recovery_left(session, viewer.id),
        "keys": await keys.of_user(session, viewer.id) if viewer.may(Permission.OWN_KEYS) else [],
        "may_own_keys": viewer.may(Permission.OWN_KEYS),
        "grants": sorted(each for each in Permission if viewer.may(each)),
        "resets": await resets.of_user(session, viewer.id),
        "said": SAID.get(request.query_params.get("said", ""), ""),
        "lacks_factor": viewer.lacks_factor,
        "errors": dict.fromkeys(FIELDS, ""), "codes": [], "new_key": None, "totp": None,
    }  # fmt: skip
    errors = context["errors"] | more.pop("errors", {})
    return render(request, "access/account.html", status, **context | more | {"errors": errors})


def _back(said: str) -> Response:
    return RedirectResponse(f"/account?said={said}", 303)


@router.get("")
async def account_page(request: Request, session: Session, viewer: MayOwnSessions) -> Response:
    """One's own account."""
    return await show(request, session, viewer)


def _picture(address: str) -> str:
    """A QR code as an address that a page may show."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="png", scale=5, border=3)
    return f"data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}"


@router.post("/totp")
async def begin_totp(request: Request, session: Session, viewer: MayChangeSignIn) -> Response:
    """Begin with an authenticator app: its secret as a picture and as letters."""
    if viewer.must_sign_in_again:
        return await show(request, session, viewer, 403, errors={"factor": AGAIN})
    _, secret, address = await factors.begin_totp(session, await session.get_one(User, viewer.id))
    return await show(request, session, viewer, totp={"secret": secret, "picture": _picture(address)})


@router.post("/totp/confirm")
async def confirm_totp(
    request: Request, session: Session, viewer: MayChangeSignIn, code: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """The app's first code. With the first factor come recovery codes, shown once; other sessions end."""
    factor = await factors.waiting_totp(session, viewer.id)
    if factor is None:
        raise NotFound
    is_first = not await factors.has_any(session, viewer.id)
    try:
        await factors.confirm_totp(session, factor, code, by=viewer.actor)
    except Invalid as problem:
        return await show(request, session, viewer, 422, errors=problem.fields["errors"], totp=_again(factor, viewer))
    return await _added(request, session, viewer, is_first=is_first)


def _again(factor: Any, viewer: Viewer) -> dict[str, str]:
    secret = factors.secret_of(factor)
    return {"secret": secret, "picture": _picture(factors.address_of(secret, viewer.email))}


async def _added(request: Request, session: AsyncSession, viewer: Viewer, *, is_first: bool) -> Response:
    """A factor was added in this session: it counts as shown, and all others end."""
    found = await whose(session, request)
    found.session.factor_at = found.session.seen_at
    await sessions.sign_out_everywhere(session, viewer.id, but=sessions.token_of(request.cookies))
    codes = await factors.new_recovery_codes(session, viewer.id, by=viewer.actor) if is_first else []
    return await show(request, session, viewer, codes=codes, lacks_factor=False)


@router.post("/passkeys/options")
async def begin_passkey(request: Request, session: Session, viewer: MayChangeSignIn) -> Response:
    """What the browser needs to make a passkey."""
    if viewer.must_sign_in_again:
        return JSONResponse({"error": translated(AGAIN)}, 403)
    found = await whose(session, request)
    return JSONResponse(await passkeys.registration(session, found.session, found.user))


@router.post("/passkeys")
async def add_passkey(
    request: Request, session: Session, viewer: MayChangeSignIn, credential: Annotated[dict[str, Any], Body()]
) -> Response:
    """Keep a passkey. Its recovery codes are shown on the page that follows."""
    found = await whose(session, request)
    name = str(credential.pop("name", ""))[:60]
    try:
        await passkeys.add(session, found.session, found.user, credential, name, by=viewer.actor)
    except Invalid as problem:
        return JSONResponse({"error": problem.fields["errors"]["passkey"]}, 422)
    found.session.factor_at = found.session.seen_at
    await sessions.sign_out_everywhere(session, viewer.id, but=sessions.token_of(request.cookies))
    return JSONResponse({"ok": True})


@router.post("/recovery")
async def make_recovery_codes(request: Request, session: Session, viewer: MayChangeSignIn) -> Response:
    """Ten new recovery codes, shown this once."""
    if not await factors.has_any(session, viewer.id):
        raise NotFound
    codes = await factors.new_recovery_codes(session, viewer.id, by=viewer.actor)
    return await show(request, session, viewer, codes=codes)


@router.post("/factors/{factor_id}/remove")
async def remove_factor(factor_id: int, session: Session, viewer: MayChangeSignIn) -> Response:
    """Take a factor away."""
    await factors.remove(session, viewer.id, factor_id, by=viewer.actor)
    return _back("removed")


@router.post("/sessions/{session_id}/end")
async def end_session(session_id: int, session: Session, viewer: MayOwnSessions) -> Response:
    """End one of one's sessions."""
    await sessions.end(session, viewer.id, session_id, by=viewer.actor)
    return _back("ended")


@router.post("/sessions/end-others")
async def end_other_sessions(request: Request, session: Session, viewer: MayOwnSessions) -> Response:
    """End every session but this."""
    await sessions.end_others(session, viewer.id, but=sessions.token_of(request.cookies), by=viewer.actor)
    return _back("others")


@router.post("/password")
async def change_password(
    request: Request,
    session: Session,
    viewer: MayChangeSignIn,
    present: Annotated[str, Form(max_length=200)] = "",
    new: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """A new password."""
    user = await session.get_one(User, viewer.id, with_for_update=True)
    try:
        await users.change_password(session, user, present, new, keep=sessions.token_of(request.cookies))
    except Invalid as problem:
        return await show(request, session, viewer, 422, errors=problem.fields["errors"])
    return _back("password")


@router.post("/resets/{reset_id}/stop")
async def stop_reset(reset_id: int, session: Session, viewer: MayOwnSessions) -> Response:
    """I did not ask for a new way to sign in."""
    await resets.stop(session, await resets.find(session, reset_id, of=viewer.id), by=viewer.actor)
    return _back("stopped")


@router.post("/keys")
async def make_key(
    request: Request,
    session: Session,
    viewer: MayChangeKeys,
    name: Annotated[str, Form(max_length=100)] = "",
    scopes: Annotated[list[str] | None, Form(max_length=40)] = None,
) -> Response:
    """A key for ninety days, shown this once."""
    if not name.strip():
        return await show(request, session, viewer, 422, errors={"name": N_("Say what the key is for.")})
    key, secret = await keys.make(
        session, viewer.id, name.strip(), days=90, by=viewer.actor, scopes=scopes or (), within=viewer.scopes
    )  # fmt: skip
    return await show(request, session, viewer, new_key=(key, secret))


@router.post("/keys/{key_id}/revoke")
async def revoke_key(key_id: int, session: Session, viewer: MayOwnSessions) -> Response:
    """End a key of mine."""
    await keys.revoke(session, viewer.id, key_id, by=viewer.actor)
    return _back("revoked")
