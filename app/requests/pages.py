"""Pages of an agency: its requests, and the form to ask for a team."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayFile, MayReadRequests, MayWithdraw
from app.requests import forms, intake, queries
from app.requests.states import RequestState
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


@router.get("")
async def my_requests(request: Request, session: Session, viewer: MayReadRequests) -> Response:
    """The agency's own requests."""
    rows = await queries.listed(session, viewer)
    may_file = viewer.may(Permission.FILE_REQUEST) and not viewer.is_desk
    many = ngettext("You have one request with us", "You have %(n)s requests with us", len(rows))
    headline = many if rows else _("You have no request with us")
    return render(
        request,
        "requests/list.html",
        rows=rows,
        began=await forms.unsent(session, viewer) if may_file else (),
        headline=headline,
        sentences=STATE_SENTENCES,
        may_file=may_file,
    )


@router.get("/requests/new")
async def new_request(viewer: MayFile) -> Response:
    """Where the form was before it had steps."""
    return RedirectResponse("/request", 303)


@router.post("/requests/{reference}/withdraw")
async def withdraw(reference: str, session: Session, viewer: MayWithdraw) -> Response:
    """The agency no longer asks."""
    found = await queries.find(session, viewer, reference, lock=True)
    await intake.withdraw(session, found, "Withdrawn on the page", by=viewer.actor)
    return RedirectResponse(f"/agency/requests/{reference}", 303)
