"""The proposed team: the forms of its cards."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.access.viewer import MayWorkRoster
from app.deployments import queries as deployments
from app.desk.request_page import back
from app.rosters import proposals
from app.rosters import queries as rosters
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.post("/desk/requests/{reference}/accept")
async def accept(reference: str, session: Session, viewer: MayWorkRoster, version: Annotated[int, Form()]) -> Response:
    """Ask the people of this version of the roster. An older version is refused."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await rosters.version(session, deployment.id, version, lock=True)
    await proposals.accept(session, deployment, proposal, by=viewer.actor)
    return back(reference)


@router.post("/desk/requests/{reference}/swap")
async def swap(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkRoster,
    version: Annotated[int, Form()],
    seat: Annotated[int, Form()],
    expert: Annotated[int, Form()],
) -> Response:
    """Put an alternate into a seat before anybody is asked."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await rosters.version(session, deployment.id, version, lock=True)
    await proposals.swap(session, deployment, proposal, seat, expert, by=viewer.actor)
    return back(reference)
