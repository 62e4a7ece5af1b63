"""The proposed team at work: ask its people, stop that, swap, pin, leave out."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayWorkRoster, Viewer
from app.core.problems import Invalid
from app.core.settings import get_settings
from app.deployments import queries as deployments
from app.desk import story
from app.desk.kept import Kept
from app.desk.request_page import back, show
from app.requests import intake
from app.requests import queries as requests
from app.rosters import proposals, wishes
from app.rosters import queries as rosters
from app.rosters.wishes_api import current, seat_of
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}", include_in_schema=False)
Version = Annotated[int, Form(ge=1, le=2**53)]
ExpertId = Annotated[int, Form(ge=1, le=2**53)]


async def _overtaken(request: Request, session: Session, viewer: Viewer, reference: str) -> Response:
    """The team as it is now, with what somebody changed since the page was opened."""
    found = await requests.find(session, viewer, reference)
    lines = await story.since(session, intake.topic(found), 0, not_by=0, kinds=story.OF_THE_TEAM)
    return await show(request, session, viewer, found, Kept("accept", {}, since=tuple(lines[-2:])))


@router.post("/accept")
async def accept(
    reference: str, request: Request, session: Session, viewer: MayWorkRoster, version: Version
) -> Response:
    """Have the people of this version asked, after a moment in which it can be undone. An older one is refused."""
    deployment, proposal = await current(session, viewer, reference, version)
    hold = timedelta(seconds=get_settings().undo_seconds)
    try:
        await proposals.accept(session, deployment, proposal, by=viewer.actor, hold=hold)
    except proposals.RosterChanged:
        return await _overtaken(request, session, viewer, reference)
    return back(reference)


@router.post("/held")
async def work_held(
    reference: str, session: Session, viewer: MayWorkRoster, version: Version, verb: Annotated[str, Form()]
) -> Response:
    """Stop the texts before they go, or do not wait any longer."""
    deployment, proposal = await current(session, viewer, reference, version)
    if verb == "stop":
        await proposals.take_back(session, deployment, proposal, by=viewer.actor)
    elif verb == "now":
        await proposals.hasten(session, deployment, proposal, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Stop the texts, or send them now."})
    return back(reference)


@router.post("/swap")
async def swap(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkRoster,
    version: Version,
    seat: Annotated[int, Form()],
    expert: ExpertId,
) -> Response:
    """Put an alternate into a seat before anybody is asked."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await rosters.version(session, deployment.id, version, lock=True)
    await proposals.swap(session, deployment, proposal, seat, expert, by=viewer.actor)
    return back(reference)


@router.post("/wishes")
async def wish(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkRoster,
    version: Version,
    expert: ExpertId,
    verb: Annotated[str, Form()],
    seat: Annotated[int, Form()] = 0,
) -> Response:
    """Pin somebody to a seat, leave somebody out, or neither any more. The team is composed again."""
    deployment, proposal = await current(session, viewer, reference, version)
    if verb == "pin":
        position = await seat_of(session, deployment, seat)
        try:
            async with session.begin_nested():
                await wishes.pin(session, deployment, proposal, position, expert, viewer.actor)
        except wishes.KeptOut:
            return RedirectResponse(f"/desk/requests/{reference}/seats/{seat}?expert={expert}", 303)
    elif verb == "exclude":
        await wishes.exclude(session, deployment, proposal, expert, by=viewer.actor)
    elif verb == "forget":
        await wishes.forget(session, deployment, proposal, expert, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Pin somebody, leave somebody out, or neither any more."})
    return back(reference)
