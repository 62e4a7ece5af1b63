"""The versions of a team: why each was made, and two of them side by side."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.access.policy import Permission
from app.access.viewer import MayReadDeployments
from app.core.problems import NotFound
from app.deployments import queries as deployments
from app.desk import people
from app.rosters import queries as rosters
from app.rosters.comparing import compare
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/versions", include_in_schema=False)
CAUSES = {"approved": "After the approval", "backfill": "Somebody cannot come", "desk": "The desk wished so"}
Number = Annotated[int | None, Query(ge=1, le=2**53)]


@router.get("")
async def all_versions(  # noqa: PLR0917 - the form's fields
    reference: str,
    request: Request,
    session: Session,
    viewer: MayReadDeployments,
    one: Number = None,
    other: Number = None,
) -> Response:
    """Every version of a team; the last two side by side, or those that are asked for."""
    deployment = await deployments.find(session, viewer, reference)
    versions = {row.version: row for row in await rosters.versions(session, deployment.id)}
    if not versions:
        raise NotFound
    newest = max(versions)
    second = versions.get(other or newest)
    first = versions.get(one or max(1, newest - 1))
    if first is None or second is None:
        raise NotFound
    compared = compare(first, second, await rosters.seats(session, first), await rosters.seats(session, second))
    names = await people.users(session, [row.decided_by_id for row in versions.values()])
    return render(
        request,
        "desk/versions.html",
        reference=reference,
        versions=list(versions.values()),
        first=first,
        second=second,
        compared=compared,
        causes=CAUSES,
        names={user_id: user.name for user_id, user in names.items()},
        may_download=viewer.may(Permission.WORK_ROSTER),
    )
