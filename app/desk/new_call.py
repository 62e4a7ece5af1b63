"""Take a call: a request recorded by phone while talking. Five questions on one screen, saved as they are typed."""

import re
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from app.access.viewer import MayFile, Viewer
from app.agencies.models import Agency
from app.agencies.queries import matching
from app.core.clock import clock
from app.core.places import STATES
from app.core.problems import Forbidden, Invalid
from app.core.text import whole
from app.desk.reading import Given, read
from app.desk.request_page import back
from app.requests import drafts
from app.requests.models import CallDraft
from app.requests.models import Request as RequestRow
from app.requests.relating import NEAR_TIME
from app.requests.schemas import CallIn
from app.requests.states import RequestState
from app.requests.taxonomy import INCIDENT_TYPES, PRIORITY_WORDS
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/new", include_in_schema=False)
FIELDS = ("incident_type", "city", "state", "priority", "contact_name", "contact_title", "contact_phone", "summary")
TOKEN = re.compile(r"^[0-9a-f-]{36}$")
MISSING = {
    "agency": "Choose the agency from the list.",
    "incident_type": "Choose what fits best.",
    "contact_name": "Ask for the name.",
    "contact_phone": "Ask for a number, ten digits, area code first.",
}
"""What to say of a field that the call must not end without."""


@dataclass(frozen=True, slots=True)
class Found:
    """An agency that fits what was typed, with its requests of the last days."""

    agency: Agency
    lately: tuple[RequestRow, ...]


def _desk_only(viewer: Viewer) -> None:
    if not viewer.is_desk:
        raise Forbidden("Your agency's own form is on its page.")


@router.get("")
async def new_call(
    request: Request, session: Session, viewer: MayFile, draft: Annotated[str, Query(max_length=36)] = ""
) -> Response:
    """The empty screen, or a call that was not finished."""
    _desk_only(viewer)
    if not draft:
        return await _screen(request, session, viewer, {"token": str(uuid4())}, {})
    kept = await drafts.find(session, draft, viewer.id)
    if kept.request_id is not None:
        return back((await session.get_one(RequestRow, kept.request_id)).reference)
    return await _screen(request, session, viewer, {**kept.given, "token": kept.token}, {})


@router.get("/agencies")
async def agencies(
    request: Request, session: Session, viewer: MayFile, find: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The agencies that fit what is being typed; a part of the screen."""
    _desk_only(viewer)
    found = await _found(session, find, None)
    return render(request, "desk/new_agencies.html", found=found, given={"find": find}, errors={})


@router.post("")
async def work(request: Request, session: Session, viewer: MayFile, given: Given) -> Response:
    """Save what was typed; look for the agency, throw the call away, or file it."""
    _desk_only(viewer)
    if not TOKEN.match(given.get("token", "")):
        raise Invalid(errors={"token": "Begin the call again from the board."})
    draft = await drafts.save(session, given["token"], _kept(given), by=viewer.actor)
    verb = given.get("verb", "save")
    if verb == "drop":
        await drafts.drop(session, draft)
        return RedirectResponse("/desk", 303)
    if verb == "file":
        return await _file(request, session, viewer, draft, given)
    if "hx-request" in request.headers:
        return render(request, "desk/new_saved.html", saved_at=draft.changed_at)
    return await _screen(request, session, viewer, given, {})


def _kept(given: dict[str, str]) -> dict[str, str]:
    return {name: given[name] for name in (*FIELDS, "find", "agency") if name in given}


async def _file(
    request: Request, session: Session, viewer: Viewer, draft: CallDraft, given: dict[str, str]
) -> Response:
    number = given.get("agency", "")
    agency = await session.get(Agency, known) if (known := whole(number)) is not None else None
    where = {"city": agency.city, "state": agency.state} if agency else {"city": "-", "state": "DC"}
    form, errors = read(CallIn, where | {name: given[name] for name in FIELDS if given.get(name, "").strip()})
    errors = {name: MISSING.get(name, why) for name, why in errors.items()}
    if agency is None:
        errors = {"agency": MISSING["agency"]} | errors
    if agency is None or form is None or errors:
        return await _screen(request, session, viewer, given, errors)
    try:
        async with session.begin_nested():
            filed = await drafts.file(session, draft, agency, form, by=viewer.actor)
    except Invalid as problem:
        return await _screen(request, session, viewer, given, problem.fields["errors"])
    return back(filed.reference)


async def _found(session: Session, words: str, chosen: int | None) -> list[Found]:
    """The agencies that fit, the chosen one first, with what they asked for in the last days."""
    fit = list(await matching(session, words)) if len(words.strip()) >= 2 else []
    if chosen is not None and chosen not in {one.id for one in fit}:
        fit = [one for one in [await session.get(Agency, chosen)] if one is not None] + fit
    rows = await session.scalars(
        select(RequestRow)
        .where(RequestRow.agency_id.in_([one.id for one in fit]), RequestRow.state != RequestState.DRAFT)
        .where(RequestRow.filed_at > clock.now() - NEAR_TIME)
        .order_by(RequestRow.id.desc())
    )
    lately = list(rows)
    return [Found(one, tuple(row for row in lately if row.agency_id == one.id)[:2]) for one in fit]


async def _screen(
    request: Request, session: Session, viewer: Viewer, given: dict[str, str], errors: dict[str, str]
) -> Response:
    chosen = whole(given.get("agency", ""))
    return render(
        request,
        "desk/new.html",
        422 if errors else 200,
        given={"priority": "urgent", "contact_title": "Chief"} | given,
        errors=errors,
        found=await _found(session, given.get("find", ""), chosen),
        types=INCIDENT_TYPES,
        states=STATES,
        priorities=PRIORITY_WORDS,
        unfinished=[one for one in await drafts.unfinished(session, viewer.id) if one.token != given["token"]],
        saved_at=clock.now() if given.get("verb") == "save" else None,
    )
