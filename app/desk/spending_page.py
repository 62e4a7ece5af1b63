"""The desk enters what a member of a team has spent on a day."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayWorkField
from app.core.problems import Conflict, Invalid, NotFound
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.field import daily, queries, spending
from app.field.api import on_the_road
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/road/expenses", include_in_schema=False)


async def _page(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, deployment: Deployment, expert_id: int, given: Mapping[str, str], error: str
) -> Response:
    members = await queries.members(session, deployment)
    found = next((one for one in members if one.expert.id == expert_id), None)
    if found is None:
        raise NotFound
    kept = [one for one in await spending.lines(session, deployment.id) if one.expert_id == expert_id]
    return render(
        request, "desk/expenses.html", 422 if error else 200, deployment=deployment, member=found, given=given,
        error=error, kept=kept, today=await daily.today_there(session, deployment), kinds=spending.SPENT,
    )  # fmt: skip


@router.get("/{expert_id}")
async def expenses(
    reference: str, expert_id: int, request: Request, session: Session, viewer: MayWorkField
) -> Response:
    """What somebody has spent, and a day to enter."""
    return await _page(request, session, await deployments.find(session, viewer, reference), expert_id, {}, "")


@router.post("/{expert_id}")
async def keep(reference: str, expert_id: int, request: Request, session: Session, viewer: MayWorkField) -> Response:
    """Keep a day's amounts, in place of what was kept before."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    given = {name: str(value) for name, value in (await request.form()).items()}
    try:
        assignment = await on_the_road(session, deployment, expert_id)
        await spending.keep(session, deployment, assignment, spending.read(given), by=viewer.actor)
    except (Invalid, Conflict) as problem:
        said = " ".join(problem.fields.get("errors", {}).values()) or problem.detail
        return await _page(request, session, deployment, expert_id, given, said)
    return RedirectResponse(f"/desk/requests/{reference}/road/expenses/{expert_id}", 303)
