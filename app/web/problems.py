"""Problems as answers: RFC 9457 documents for machines, pages for people."""

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from app.core.database import is_away
from app.core.problems import Changed, Conflict, DatabaseAway, FactorMissing, FactorNeeded, Invalid, NotFound, Problem
from app.web import languages, refused
from app.web.described import methods_at
from app.web.languages import N_, _, translated
from app.web.render import render
from app.web.worded import worded

logger = logging.getLogger(__name__)
REFUSALS: dict[str, type[Problem]] = {}
"""Constraint to the problem it stands for."""
TRY_AGAIN = (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable)
BEYOND = (pg.NumericValueOutOfRange, pg.DatetimeFieldOverflow, pg.CharacterNotInRepertoire, pg.UntranslatableCharacter)
"""What no column can hold: an id of thirty digits, a character that is none."""
HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}
HINTS = {
    401: N_("Sign in and try again."),
    403: N_("If you need this, ask an administrator for the role, or call the desk."),
    404: N_("Check the address for a missing letter. If a link of ours led you here, call the desk."),
    409: N_("Look at the present state, and decide again. Nothing was changed."),
    412: N_("Look at the present state, and decide again. Nothing was changed."),
    413: N_("Send less at once. A letter may have up to 10 MB."),
    422: N_("Go back with your browser: what you typed is still there. Look at what is named here, and send it again."),
    429: N_("Wait a moment, then try again. If it is urgent, call the desk."),
    503: N_("Wait a moment, look whether it was done, and else try again."),
    500: N_("This is our mistake, and it was noted. Try again in a minute, or call the desk."),
}
"""What to do next, by status."""
WAYS_BACK = re.compile(r"^(/agency/requests/[^/]+|/desk/requests/[^/]+|/request/\d+|/desk/[a-z]+)(?:/|$)")
"""Pages that show the present state of what a longer address is about."""


def register_refusals(refusals: Mapping[str, type[Problem]]) -> None:
    """Say what a room's constraints mean."""
    REFUSALS.update(refusals)


def _is_machine(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/twilio/", "/healthz", "/readyz"))


def answer(request: Request, problem: Problem) -> Response:
    """One problem as an answer that fits who asked."""
    if _is_machine(request):
        return document(
            request, problem.status, problem.title, problem.detail, f"/problems/{problem.slug}", problem.fields
        )
    if problem.status == 401 and "hx-request" not in request.headers and request.url.path != "/live":
        return RedirectResponse(f"/sign-in?next={request.url.path}", 303)
    return page(request, problem.status, problem.title, problem.detail, problem.fields.get("errors"))


def document(  # noqa: PLR0917 - the members of RFC 9457 in their order
    request: Request,
    status: int,
    title: str,
    detail: str,
    kind: str = "about:blank",
    fields: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """An RFC 9457 problem document."""
    content = {"type": kind, "title": title, "status": status, "detail": detail, "instance": request.url.path}
    headers = dict(HEADERS.get(status, {}))
    if fields and "retry_after" in fields:
        headers["Retry-After"] = str(fields["retry_after"])
    return JSONResponse(content | dict(fields or {}), status, headers, media_type="application/problem+json")


def page(request: Request, status: int, title: str, detail: str, errors: Mapping[str, str] | None = None) -> Response:
    """A problem as a page that says what to do next: the desk's in the desk's frame, everybody else's in theirs."""
    viewer = getattr(request.state, "viewer", None)
    is_there = request.url.path.startswith("/desk")
    of_desk = is_there and viewer is not None and viewer.is_desk
    if is_there and not of_desk:
        languages.of_reader(request.headers)  # the desk speaks English, whoever is refused its pages may not
    return render(
        request,
        "web/desk_problem.html" if of_desk else "web/problem.html",
        status=status,
        title=translated(title),
        detail=translated(detail),
        hint=translated(HINTS.get(status, "")),
        errors=errors or {},
        back=_way_back(request.url.path, status),
        home="/desk" if of_desk else "/",
    )


def _way_back(path: str, status: int) -> str:
    """The page with the present state; none where that itself is what cannot be shown."""
    found = WAYS_BACK.match(path)
    return found[1] if found and status in (409, 412, 413, 422, 503, 500) and found[1] != path else ""


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part not in ("body", "query", "path", "header")) or "body"


def field_errors(error: RequestValidationError) -> dict[str, str]:
    """Field to sentence, from what pydantic says."""
    return {_field(one["loc"]): one["msg"].removeprefix("Value error, ") for one in error.errors()}


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type only
    await refused.note(request, error)
    if error.status == 429:
        door = getattr(request.scope.get("route"), "path", "")
        logger.warning("too many tries (%s) at %s %s", error.slug, request.method, door)
    if error.status == 401 and request.method == "POST" and not _is_machine(request):
        return await _sign_in_and_keep(request)
    if isinstance(error, FactorNeeded) and not _is_machine(request) and not _wants_json(request):
        return await _factor_and_keep(request)
    if isinstance(error, FactorMissing) and not _is_machine(request):
        return RedirectResponse("/account", 303)
    return answer(request, error)


def _wants_json(request: Request) -> bool:
    """A script of a page asks: it is told, and leads there itself."""
    return request.headers.get("content-type", "").startswith("application/json")


async def _factor_and_keep(request: Request) -> Response:
    """The second factor is asked for again before this counts; every word of the form is carried along."""
    if request.method != "POST":
        return RedirectResponse(f"/sign-in/second?next={quote(_here(request))}", 303)
    kept = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    return render(
        request, "access/factor.html", 403, next="/", error=None, kept=kept, kept_for=request.url.path,
        has_passkey=True,
    )  # fmt: skip


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def _sign_in_and_keep(request: Request) -> Response:
    """The session ended while somebody wrote: the sign-in page, with every word of the form carried along."""
    kept = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    why = _("You were signed out. Sign in again: nothing that you wrote is lost.")
    return render(
        request, "access/sign_in.html", 401, next="/", email="", error=why, kept=kept, kept_for=request.url.path
    )


async def _bad_fields(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    in_words = {_field(one["loc"]): worded(one) for one in error.errors()}
    return answer(request, Invalid(errors=field_errors(error) if _is_machine(request) else in_words))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    detail = str(error.detail)
    if error.status_code == 404 or (error.status_code == 405 and not _is_machine(request)):
        return answer(request, NotFound())
    if _is_machine(request):
        said = document(request, error.status_code, detail, detail)
        said.headers.update(error.headers or {})
        if error.status_code == 405:
            said.headers["Allow"] = ", ".join(sorted(methods_at(request.app, request.url.path)))
        return said
    return page(request, error.status_code, detail, detail)


async def _database(request: Request, error: Exception) -> Response:
    origin = error.orig if isinstance(error, DBAPIError) else error
    constraint = origin.diag.constraint_name if isinstance(origin, pg.Error) else None
    if constraint in REFUSALS:
        return answer(request, REFUSALS[constraint]())
    if isinstance(origin, TRY_AGAIN):
        return answer(request, Conflict(N_("Somebody else was changing the same thing. Try again.")))
    if isinstance(origin, BEYOND) or (isinstance(origin, pg.DataError) and origin.sqlstate is None):
        return answer(request, Invalid(N_("A number, a day or a sign is not one that can be kept.")))
    if isinstance(error, IntegrityError):
        logger.error("refused by the database: %s", constraint)
        return answer(request, Conflict(N_("The database refused this; nothing was changed.")))
    if is_away(error):
        logger.warning("the database is away at %s %s", request.method, request.url.path)
        return answer(request, DatabaseAway())
    return await _bug(request, error)


async def _unwritable(request: Request, _error: Exception) -> Response:
    """Half a sign (a lone surrogate) came in JSON, or a day after which there is none: nothing can keep it."""
    return answer(request, Invalid(N_("A number, a day or a sign is not one that can be kept.")))


async def _stale(request: Request, _error: Exception) -> Response:
    return answer(request, Changed())


async def _bug(request: Request, error: Exception) -> Response:
    logger.error("bug at %s %s", request.method, request.url.path, exc_info=error)
    detail = N_("Something went wrong on our side.")
    return (
        document(request, 500, N_("Server error"), detail)
        if _is_machine(request)
        else page(request, 500, N_("Server error"), detail)
    )


def install(app: FastAPI) -> None:
    """Have every problem answered in its form."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _bad_fields)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(pg.Error, _database)
    app.add_exception_handler(UnicodeEncodeError, _unwritable)
    app.add_exception_handler(OverflowError, _unwritable)
    app.add_exception_handler(StaleDataError, _stale)
    app.add_exception_handler(Exception, _bug)
