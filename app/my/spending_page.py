"""An expert hands in what they have spent on a deployment, day by day."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayAnswerOwnOffers, MayReadOwnOffers
from app.core.database import locked
from app.core.events import Actor
from app.core.problems import Conflict, Invalid, NotFound
from app.deployments.models import Assignment, Deployment
from app.field import daily, queries, spending
from app.my.mine import in_my_language
from app.web.languages import translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(
    prefix="/my/teams/{reference}/expenses", include_in_schema=False, dependencies=[Depends(in_my_language)]
)


async def _page(request: Request, session: Session, seat: Assignment, given: Mapping[str, str], error: str) -> Response:
    deployment = await session.get_one(Deployment, seat.deployment_id)
    kept = [one for one in await spending.lines(session, deployment.id) if one.expert_id == seat.expert_id]
    return render(
        request, "my/expenses.html", 422 if error else 200, deployment=deployment, given=given, error=error, kept=kept,
        today=await daily.today_there(session, deployment), kinds=spending.SPENT,
    )  # fmt: skip


@router.get("")
async def expenses(reference: str, request: Request, session: Session, viewer: MayReadOwnOffers) -> Response:
    """What I have spent, and a day to enter."""
    seat = await queries.seat_in(session, viewer.expert_id or 0, reference)
    if seat is None:
        raise NotFound
    return await _page(request, session, seat, {}, "")


@router.post("")
async def keep(reference: str, request: Request, session: Session, viewer: MayAnswerOwnOffers) -> Response:
    """Keep a day's amounts, in place of what was kept before."""
    found = await queries.seat_in(session, viewer.expert_id or 0, reference)
    if found is None:
        raise NotFound
    deployment = await locked(session, Deployment, found.deployment_id)
    seat = await locked(session, Assignment, found.id)
    given = {name: str(value) for name, value in (await request.form()).items()}
    by = Actor("expert", viewer.expert_id, viewer.name)
    try:
        await spending.keep(session, deployment, seat, spending.read(given), by=by)
    except (Invalid, Conflict) as problem:
        said = problem.fields.get("errors", {}).values() or [problem.detail]
        return await _page(request, session, seat, given, " ".join(map(translated, said)))
    return RedirectResponse(f"/my/teams/{reference}/expenses", 303)
