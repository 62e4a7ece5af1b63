"""What every way of signing in shares: the cookie, the way back, and a form that was being written."""

from fastapi import Request
from fastapi.responses import Response

from app.access import sessions
from app.access.sessions import Origin

KEPT = "kept."
"""Before the names of fields that the sign-in page carries along."""


def origin_of(request: Request) -> Origin:
    """Where the browser is, and what it calls itself."""
    address = request.client.host if request.client else ""
    agent = "".join(sign for sign in request.headers.get("user-agent", "") if sign.isprintable())
    return Origin(address, agent[:200])


def set_cookie(answer: Response, token: str) -> Response:
    """Give the browser its session."""
    name = sessions.cookie_name()
    answer.set_cookie(name, token, path="/", httponly=True, samesite="lax", secure=name.startswith("__Host-"))
    return answer


def own_path(path: str) -> str:
    """Only paths of our own: a full address would send people to somebody else's page."""
    is_own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_own else "/"


async def kept_of(request: Request) -> tuple[list[tuple[str, str]], str]:
    """The form that was being written when a session ended: its fields, and the address it is for."""
    form = await request.form()
    fields = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    kept = [(name.removeprefix(KEPT), value) for name, value in fields if name.startswith(KEPT)]
    return kept, dict(fields).get("kept_for", "")
