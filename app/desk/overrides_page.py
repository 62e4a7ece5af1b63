"""The desk's page of caps set aside by two people: what waits for a second person, what was decided, and by whom."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayOverride, MayReadDeployments, Viewer
from app.core.clock import clock
from app.core.problems import Conflict, Invalid
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.experts import exposure
from app.requests.models import Request as RequestRow
from app.rosters import overrides, rules
from app.rosters.models import Cap
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/overrides", include_in_schema=False)
CAPS = {Cap.TOUR: "Longest stay", Cap.DUTY: "Duty hours", Cap.EXPOSURE: "Exposure"}
MOST = 200


def headline(asked: list[overrides.Asked]) -> str:
    """The page's first sentence."""
    waiting, granted = sum(one.is_open for one in asked), sum(one.override.granted_at is not None for one in asked)
    if waiting:
        return f"{waiting} {'waits' if waiting == 1 else 'wait'} for a second person"
    return f"{granted} {'cap is' if granted == 1 else 'caps are'} set aside" if granted else "Every cap stands"


async def _page(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, viewer: Viewer, deployment: Deployment, given: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:  # fmt: skip
    asked = await overrides.of_deployment(session, deployment.id)
    cap = (await rules.current(session)).exposure_cap
    loads = await exposure.loads(session, clock.now())
    return render(
        request, "desk/overrides.html", 422 if errors else 200, deployment=deployment, asked=asked, caps=CAPS,
        headline=headline(asked), given=given, errors=errors, may=viewer.may(Permission.OVERRIDE), me=viewer.actor.id,
        at_cap=(await overrides.names_at_cap(session, loads, cap))[:MOST], cap=cap,
        place=await session.get_one(RequestRow, deployment.request_id),
    )  # fmt: skip


@router.get("")
async def page(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """Every cap that was, or may be, set aside for this team."""
    return await _page(request, session, viewer, await deployments.find(session, viewer, reference), {}, {})


@router.post("")
async def ask(  # noqa: PLR0917 - the form's fields
    reference: str, request: Request, session: Session, viewer: MayOverride,
    expert_id: Annotated[str, Form(max_length=16)] = "", reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Ask for the exposure cap of somebody to be set aside for this team."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    given, until = {"expert_id": expert_id, "reason": reason}, deployment.ends_at
    if not expert_id.isdecimal():
        return await _page(request, session, viewer, deployment, given, {"expert_id": "Choose a person."})
    try:
        async with session.begin_nested():
            await overrides.ask(session, deployment, int(expert_id), Cap.EXPOSURE, until, reason, by=viewer.actor)
    except Invalid as problem:
        return await _page(request, session, viewer, deployment, given, problem.fields["errors"])
    return RedirectResponse(f"/desk/requests/{reference}/overrides", 303)


@router.post("/{override_id}")
async def decide(  # noqa: PLR0917 - the form's fields
    reference: str, override_id: int, request: Request, session: Session, viewer: MayOverride,
    verb: Annotated[str, Form()], reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """The second person grants it, or has the cap stand."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    found = await overrides.find(session, deployment, override_id)
    decide = overrides.grant if verb == "grant" else overrides.refuse
    try:
        async with session.begin_nested():
            await decide(session, deployment, found, reason, by=viewer.actor)
    except Invalid as problem:
        await session.refresh(found)
        errors = {f"reason-{override_id}": problem.fields["errors"]["reason"]}
        return await _page(request, session, viewer, deployment, {f"reason-{override_id}": reason}, errors)
    except Conflict as problem:
        await session.refresh(found)
        errors = {f"reason-{override_id}": problem.detail}
        return await _page(request, session, viewer, deployment, {f"reason-{override_id}": reason}, errors)
    return RedirectResponse(f"/desk/requests/{reference}/overrides", 303)
