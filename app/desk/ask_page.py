"""Ask somebody of the desk's own choice for a seat: any expert by name, held against the rules before the text goes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.access.viewer import MayWorkOffers, Viewer
from app.core.problems import Conflict, Invalid, NotFound
from app.deployments import queries as deployments
from app.deployments.models import Deployment, Position
from app.desk.reading import Given
from app.desk.request_page import back
from app.dispatch import adding, waves
from app.dispatch.adding import Verdict
from app.dispatch.offers import AskedAlready
from app.experts.finding import named
from app.experts.models import Expert
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/seats/{number}/ask", include_in_schema=False)


async def _page(  # noqa: PLR0917 - all that the page shows
    request: Request,
    session: Session,
    viewer: Viewer,
    deployment: Deployment,
    position: Position,
    find: str,
    expert_id: int | None,
    reason: str = "",
    error: str = "",
) -> Response:
    """The page of one seat; with somebody, what speaks against asking them."""
    who = await session.get(Expert, expert_id) if expert_id is not None else None
    verdict: Verdict | None = None
    barred = ""
    if who is not None:
        try:
            verdict = await adding.check(session, deployment, position, who.id)
        except (Conflict, AskedAlready) as problem:
            barred = problem.detail
    return render(
        request,
        "desk/ask.html",
        422 if error else 200,
        reference=deployment.reference,
        position=position,
        find=find,
        found=await named(session, find) if len(find.strip()) >= 2 else [],
        who=who,
        verdict=verdict,
        barred=barred,
        reason=reason,
        error=error,
    )


@router.get("")
async def look_for_somebody(  # noqa: PLR0917 - the form's fields
    reference: str,
    number: int,
    request: Request,
    session: Session,
    viewer: MayWorkOffers,
    find: Annotated[str, Query(max_length=200)] = "",
    expert: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """Anybody by name, and what speaks against asking them for this seat."""
    deployment = await deployments.find(session, viewer, reference)
    position = await waves.seat(session, deployment, number, lock=False)
    return await _page(request, session, viewer, deployment, position, find, expert)


@router.post("")
async def ask_somebody(  # noqa: PLR0917 - each a dependency
    reference: str, number: int, request: Request, session: Session, viewer: MayWorkOffers, given: Given
) -> Response:
    """Ask them. A rule that may be set aside wants a reason, which stands in the record."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    position = await waves.seat(session, deployment, number)
    number_of = given.get("expert", "")
    if not (number_of.isascii() and number_of.isdigit() and len(number_of) < 16):
        raise NotFound
    expert_id, reason = int(number_of), given.get("reason", "").strip()[:1000]
    try:
        async with session.begin_nested():
            await adding.ask(session, deployment, position, expert_id, reason, by=viewer.actor)
    except Invalid as problem:
        error = problem.fields["errors"]["reason"]
        return await _page(
            request, session, viewer, deployment, position, given.get("find", ""), expert_id, reason, error
        )
    return back(reference)
