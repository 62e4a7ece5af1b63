"""Every form is looked at before it is taken: what looks like a victim's name goes back once, to be left out.

No page has to ask for it: this stands before all doors, for every field that somebody sends with a form. Pages that
can say it beside their own fields do so themselves (`IN_PLACE`). Nothing typed is lost, and sent once more it is taken.
"""

import re

from fastapi import FastAPI, Request
from fastapi.responses import Response

from app.access.viewer import identify
from app.requests import privacy
from app.web.render import render

IN_PLACE = re.compile(
    r"/desk/requests/[^/]+/(notes|after)|/my/teams/[^/]+/(report|after)|/agency/requests/[^/]+/(answer|tell/[^/]+)"
    r"|/request/\d+/[^/]+"
)
"""Addresses whose page asks beside its fields."""
NOT_OURS = re.compile(r"/(api|twilio)/|/(sign-in|sign-out|account)(/|$)")
"""Programs, and secrets of signing in, which no page may show again."""
CONTENT = "content"
"""A whole file of experts: its birth dates and numbers are looked at line by line where it is entered."""


class LooksPersonal(Exception):  # noqa: N818 - a question, no error
    """A form comes back with what should be left out. Fields: name, value and sentences, "" where nothing is said."""

    def __init__(self, fields: list[tuple[str, str, str]], left_in: str) -> None:
        super().__init__()
        self.fields, self.left_in = fields, left_in


async def look(request: Request) -> None:
    """Before every door: look at a form's words.

    Raises:
        LooksPersonal: something should be left out, and that was not said of these words before.
    """
    path = request.url.path
    is_form = request.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/"))
    is_saved_by_itself = "hx-request" in request.headers  # a draft, while somebody types: asked about when it is sent
    if (
        request.method != "POST"
        or not is_form
        or is_saved_by_itself
        or NOT_OURS.match(path)
        or IN_PLACE.fullmatch(path)
    ):
        return
    sent = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    given = {str(place): value for place, (name, value) in enumerate(sent) if name != CONTENT}
    found, seen = privacy.warned(given | {"left_in": request.query_params.get("left_in", "")}, list(given))
    if found:
        await identify(request)
        raise LooksPersonal([(*field, found.get(str(place), "")) for place, field in enumerate(sent)], seen)


async def _ask(request: Request, error: Exception) -> Response:
    assert isinstance(error, LooksPersonal)  # noqa: S101 - registered for this type only
    viewer = getattr(request.state, "viewer", None)
    is_desks = request.url.path.startswith("/desk") and viewer is not None and viewer.is_desk
    frame = "web/desk_base.html" if is_desks else "web/public_base.html"
    again = request.url.include_query_params(left_in=error.left_in)
    page = render(
        request, "requests/leave_out.html", 422, fields=error.fields, action=f"{again.path}?{again.query}", frame=frame
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def install(app: FastAPI) -> None:
    """Have the question asked on a page of its own."""
    app.add_exception_handler(LooksPersonal, _ask)
