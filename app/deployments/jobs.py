"""What follows from an approval."""

from app.core.database import begin, locked
from app.core.events import on
from app.deployments import opening
from app.requests.models import Request
from app.requests.states import RequestState


@on("request.approved", name="deployments.open")
async def open_deployment(subject_id: int) -> None:
    """Open the deployment of the approved request."""
    async with begin() as session:
        request = await locked(session, Request, subject_id)
        if request.state == RequestState.APPROVED:
            await opening.open_for(session, request)
