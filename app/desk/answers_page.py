"""Two more pages of a request: how the answers came in, and the roster on paper."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.access.viewer import MayReadDeployments
from app.core.clock import clock
from app.deployments import queries as deployments
from app.desk import answering, team
from app.field import orders
from app.requests import queries as requests
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.get("/desk/requests/{reference}/answers")
async def the_answers(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """Asked, delivered, answered and needed over time, with everybody who was asked."""
    found = await requests.find(session, viewer, reference)
    deployment = await deployments.find(session, viewer, reference)
    needed = await answering.seats_needed(session, deployment)
    lines = await answering.lines(session, deployment)
    return render(
        request,
        "desk/answers.html",
        row=found,
        answers=answering.picture(lines, needed, clock.now()),
        needed=needed,
        state_words=team.STATE_WORDS,
    )


@router.get("/desk/requests/{reference}/print")
async def on_paper(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """The roster as it is printed: who sits where, when they arrive, whom to call at the agency."""
    found = await requests.find(session, viewer, reference)
    listed = await requests.with_agency(session, found)
    deployment = await deployments.find(session, viewer, reference)
    return render(
        request,
        "desk/paper.html",
        row=found,
        agency_name=listed.agency_name,
        deployment=deployment,
        seats=await deployments.seats(session, deployment.id),
        order=await orders.latest(session, deployment.id),
    )
