"""The page on which an agency sees where its request stands and who is coming."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.access.viewer import MayReadRequests
from app.deployments import queries
from app.deployments.status import status_of
from app.requests import queries as requests
from app.requests.states import OPEN
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/agency", include_in_schema=False)


@router.get("/requests/{reference}")
async def status(
    reference: str, request: Request, session: Session, viewer: MayReadRequests, part: str = ""
) -> Response:
    """Where the request stands; `?part=status` is the part that changes live."""
    found = await requests.find(session, viewer, reference)
    deployment = await queries.of_request(session, found.id)
    seats = await queries.seats(session, deployment.id) if deployment else []
    arrival = await queries.first_arrival(session, deployment.id) if deployment else None
    questions = await requests.questions(session, found)
    return render(
        request,
        "deployments/status_part.html" if part == "status" else "deployments/status.html",
        part=part,
        row=found,
        status_view=status_of(found, deployment, seats, arrival),
        open_question=next((q for q in questions if q.answer is None), None),
        can_withdraw=found.state in OPEN,
    )
