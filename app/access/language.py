"""The reader chooses the language of the pages. A POST, because a GET changes nothing."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from app.access import sessions
from app.access.signing_in import own_path
from app.access.viewer import Anyone
from app.web.languages import COOKIE

router = APIRouter(include_in_schema=False)
YEAR_S = 365 * 24 * 3600


def remember(answer: Response, tag: str) -> None:
    """Keep the choice in this browser, for a year."""
    is_secure = sessions.cookie_name().startswith("__Host-")
    answer.set_cookie(COOKIE, tag, max_age=YEAR_S, path="/", httponly=True, samesite="lax", secure=is_secure)


@router.post("/language", dependencies=[Anyone])
async def choose(
    language: Annotated[Literal["en", "es"], Form()],
    next: Annotated[str, Form(max_length=400)] = "/",  # noqa: A002 - the form's field
) -> Response:
    """Show the same page again, in the language chosen."""
    answer = RedirectResponse(own_path(next), 303)
    remember(answer, language)
    return answer
