"""Pages of an agency: its requests, and the form to ask for a team."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayAnswer, MayFile, MayReadRequests, MayWithdraw, Viewer
from app.core.ids import digest
from app.core.places import STATES
from app.core.problems import Forbidden, Invalid
from app.experts.taxonomy import LANGUAGES
from app.requests import form as agency_form
from app.requests import intake, queries
from app.requests.api import asking_agency
from app.requests.states import RequestState
from app.requests.taxonomy import INCIDENT_TYPES, SERVICE_TYPES
from app.web.idempotency import KeyReused, Once
from app.web.languages import N_, _, ngettext
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/agency", include_in_schema=False)
S = RequestState
STATE_SENTENCES = {
    S.DRAFT: N_("Not sent yet"),
    S.SUBMITTED: N_("We have it and will call you"),
    S.IN_INTAKE: N_("We are looking at it"),
    S.INFO_NEEDED: N_("We need an answer from you"),
    S.RECOMMENDED: N_("It is being decided"),
    S.APPROVED: N_("Approved: see who is coming"),
    S.DECLINED: N_("We cannot send a team"),
    S.REFERRED: N_("Another body is better placed"),
    S.WITHDRAWN: N_("You have withdrawn it"),
    S.MERGED: N_("Part of another request of yours"),
}
"""Where each request stands, in the agency's list."""
SENT_ALREADY = "This was sent already. To change it, call the desk."


@router.get("")
async def my_requests(request: Request, session: Session, viewer: MayReadRequests) -> Response:
    """The agency's own requests."""
    rows = await queries.listed(session, viewer)
    many = ngettext("You have one request with us", "You have %(n)s requests with us", len(rows))
    headline = many if rows else _("You have no request with us")
    return render(
        request,
        "requests/list.html",
        rows=rows,
        headline=headline,
        sentences=STATE_SENTENCES,
        may_file=viewer.may(Permission.FILE_REQUEST) and not viewer.is_desk,
    )


async def _form(
    request: Request, session: Session, viewer: Viewer, given: dict[str, Any], errors: dict[str, str]
) -> Response:
    if viewer.is_desk:
        raise Forbidden("The desk enters a phone call over the API or for an agency's account.")
    agency = await asking_agency(session, viewer, None)
    start: dict[str, Any] = {
        "state": agency.state,
        "priority": "urgent",
        "days": "3",
        "incident_type": "",
        "other_type": "",
    }
    start |= {"service_types": [], "languages": [], "contact_title": "Chief", "city": agency.city}
    start |= {"contact_name": viewer.name, "contact_email": viewer.email}
    return render(
        request,
        "requests/form.html",
        422 if errors else 200,
        agency=agency,
        given=start | given,
        errors=errors,
        names=agency_form.NAMES,
        token=given.get("token") or str(uuid4()),
        common=agency_form.COMMON,
        types=INCIDENT_TYPES,
        services=SERVICE_TYPES,
        services_first=agency_form.SERVICES,
        languages={tag: name for tag, name in LANGUAGES.items() if tag != "en"},
        languages_first=agency_form.LANGUAGES_FIRST,
        anchors=agency_form.ANCHORS,
        states=STATES,
    )


@router.get("/requests/new")
async def new_request(request: Request, session: Session, viewer: MayFile) -> Response:
    """The empty form."""
    return await _form(request, session, viewer, {}, {})


@router.post("/requests/new")
async def send_request(request: Request, session: Session, viewer: MayFile) -> Response:
    """File it; with errors, show the form again with everything that was typed. A double click files one request."""
    given = agency_form.typed(await request.form())
    filled, errors = agency_form.read(given)
    if filled is None:
        return await _form(request, session, viewer, given, errors)
    once = Once(session, f"user:{viewer.id}", given.get("token") or str(uuid4()), digest(repr(sorted(given.items()))))
    try:
        earlier = await once.earlier()
    except KeyReused:
        # Sent, gone back, changed and sent again: a second request would surprise both sides.
        return await _form(request, session, viewer, given, {"form": SENT_ALREADY})
    if earlier is not None:
        return RedirectResponse(earlier.headers.get("location", "/agency"), 303)
    agency = await asking_agency(session, viewer, None)
    try:
        async with session.begin_nested():
            filed = await intake.file(session, agency, filled, by=viewer.actor)
    except Invalid as problem:
        return await _form(request, session, viewer, given | {"token": str(uuid4())}, problem.fields["errors"])
    address = f"/agency/requests/{filed.reference}"
    await once.answer(303, {}, location=address)
    return RedirectResponse(address, 303)


@router.post("/requests/{reference}/answer")
async def answer(
    reference: str, session: Session, viewer: MayAnswer, answer: Annotated[str, Form(min_length=1, max_length=4000)]
) -> Response:
    """Answer the desk's question."""
    found = await queries.find(session, viewer, reference, lock=True)
    await intake.answer(session, found, answer, by=viewer.actor)
    return RedirectResponse(f"/agency/requests/{reference}", 303)


@router.post("/requests/{reference}/withdraw")
async def withdraw(reference: str, session: Session, viewer: MayWithdraw) -> Response:
    """The agency no longer asks."""
    found = await queries.find(session, viewer, reference, lock=True)
    await intake.withdraw(session, found, "Withdrawn on the page", by=viewer.actor)
    return RedirectResponse(f"/agency/requests/{reference}", 303)
