"""From intake to the decision: the forms of a request's page."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.access.viewer import MayDecide, MayRecommend, MayWorkIntake
from app.core.problems import Invalid
from app.deployments.teams import TEAM_NAMES
from app.desk.request_page import back
from app.requests import decisions, intake
from app.requests import queries as requests
from app.requests.taxonomy import REASONS, REFERRALS
from app.web.session import Session

router = APIRouter(include_in_schema=False)
Note = Annotated[str, Form(max_length=4000)]


@router.post("/desk/requests/{reference}/take-in")
async def take_in(reference: str, session: Session, viewer: MayWorkIntake) -> Response:
    """The desk takes the request on."""
    await intake.take_in(session, await requests.find(session, viewer, reference, lock=True), by=viewer.actor)
    return back(reference)


@router.post("/desk/requests/{reference}/ask")
async def ask(reference: str, session: Session, viewer: MayWorkIntake, question: Note) -> Response:
    """Ask the agency something."""
    await intake.ask(session, await requests.find(session, viewer, reference, lock=True), question, by=viewer.actor)
    return back(reference)


@router.post("/desk/requests/{reference}/recommend")
async def recommend(
    reference: str, session: Session, viewer: MayRecommend, team_type: Annotated[str, Form()], note: Note = ""
) -> Response:
    """Recommend a team to the approver."""
    if team_type not in TEAM_NAMES:
        raise Invalid(errors={"team_type": "Choose a team."})
    found = await requests.find(session, viewer, reference, lock=True)
    await decisions.recommend(session, found, team_type, note, by=viewer.actor)
    return back(reference)


@router.post("/desk/requests/{reference}/decide")
async def decide(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayDecide,
    verb: Annotated[str, Form()],
    reason_code: Annotated[str, Form()] = "need_confirmed",
    note: Note = "",
    to: Annotated[str, Form()] = "",
) -> Response:
    """Approve, decline, refer or give back."""
    if reason_code not in REASONS:
        raise Invalid(errors={"reason_code": "Choose a reason."})
    if verb == "refer" and to not in REFERRALS:
        raise Invalid(errors={"to": "Choose the body that is better placed."})
    found = await requests.find(session, viewer, reference, lock=True)
    if verb == "approve":
        await decisions.approve(session, found, reason_code, note, by=viewer.actor)
    elif verb == "decline":
        await decisions.decline(session, found, reason_code, note, by=viewer.actor)
    elif verb == "hand_back":
        await decisions.hand_back(session, found, note, by=viewer.actor)
    elif verb == "refer":
        await decisions.refer(session, found, to, "better_placed", note, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Approve, decline, refer or give back."})
    return back(reference)
