"""Where a request stands, in one sentence."""

from app.deployments.models import Deployment
from app.deployments.queries import SeatCount
from app.deployments.states import DeploymentState
from app.requests.models import Request
from app.requests.states import RequestState
from app.rosters.models import ProposalState

R = RequestState
BEFORE = {
    R.DRAFT: "{place} is writing a request",
    R.SUBMITTED: "{place} has asked for a team",
    R.IN_INTAKE: "{place} waits for a recommendation",
    R.INFO_NEEDED: "{place} has a question to answer",
    R.RECOMMENDED: "{place} waits for a decision",
    R.DECLINED: "The request of {place} is declined",
    R.REFERRED: "The request of {place} is referred",
    R.WITHDRAWN: "{place} has withdrawn its request",
    R.MERGED: "The request of {place} belongs to another",
}


def headline_of(
    request: Request,
    deployment: Deployment | None,
    seats: SeatCount | None,
    roster: ProposalState | None,
    *,
    is_held: bool = False,
) -> str:
    """Where a request stands, in one sentence."""
    place = f"{request.city}, {request.place_state}"
    if request.state is not R.APPROVED:
        return BEFORE[request.state].format(place=place)
    if deployment is not None and deployment.state is DeploymentState.STOOD_DOWN:
        return f"The team for {place} is called off"
    is_planning = deployment is not None and deployment.state is DeploymentState.PLANNING
    if deployment is None or seats is None or (is_planning and roster is None):
        return f"The team for {place} is being composed"
    if is_held:
        return f"The texts for {place} have not gone out yet"
    if is_planning and roster is ProposalState.ACCEPTED:
        return f"The people for {place} are being asked"
    if is_planning:
        return f"A team of {seats.total} is proposed for {place}"
    if deployment.staffed_at is not None:
        return f"The team of {seats.total} for {place} is confirmed"
    return f"{seats.filled} of {seats.total} have said yes for {place}"
