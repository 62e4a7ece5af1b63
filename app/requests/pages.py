"""Doors of an agency's requests; the list of them is one floor up, where their teams are known."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayFile, MayWithdraw
from app.requests import intake, queries
from app.requests.states import RequestState
from app.web.languages import N_
from app.web.session import Session

router = APIRouter(prefix="/agency", include_in_schema=False)
S = RequestState
STATE_SENTENCES = {
    S.DRAFT: N_("Not sent yet"),
    S.SUBMITTED: N_("We have it and will call you"),
    S.IN_INTAKE: N_("We are looking at it"),
    S.INFO_NEEDED: N_("We need an answer from you"),
    S.RECOMMENDED: N_("It is being decided"),
    S.DECLINED: N_("We cannot send a team"),
    S.REFERRED: N_("Another body is better placed"),
    S.WITHDRAWN: N_("You have withdrawn it"),
    S.MERGED: N_("Part of another request of yours"),
}
"""Where each request stands, in the agency's list; of an approved one its team says it."""


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
