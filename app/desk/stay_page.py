"""The desk's page of a longer stay: ask the team, see who can, and enter what people say on the phone."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayReadDeployments, MayWorkField, Viewer
from app.core.clock import in_zone
from app.core.problems import Conflict, Invalid
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.field import extending, queries
from app.field.extending_api import stay_of
from app.field.states import StayState, Way
from app.requests.models import Request as RequestRow
from app.rosters import overrides
from app.rosters.models import Cap
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/stay", include_in_schema=False)
SAID = {
    StayState.CAPPED: "not asked: a cap is in the way", StayState.ASKED: "asked, no answer yet",
    StayState.STAYS: "stays", StayState.GOES: "goes home as planned",
}  # fmt: skip


def headline(deployment: Deployment, found: queries.ExtensionView | None, until: str) -> str:
    """The page's first sentence."""
    if found is None:
        may = deployment.state in extending.MAY_EXTEND
        return "The team leaves as planned" if may else "Only a team on the road can stay longer"
    staying = sum(one.stay.state is StayState.STAYS for one in found.stays)
    told = f"{staying} of {len(found.stays)} stay until {until}"
    return f"Can the team stay? {told} so far" if found.is_open else told


async def _page(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, viewer: Viewer, reference: str, deployment: Deployment,
    given: Mapping[str, str], errors: Mapping[str, str],
) -> Response:  # fmt: skip
    asked = await session.get_one(RequestRow, deployment.request_id)
    found = await queries.extension_of(session, deployment.id)
    until = in_zone(found.extension.until, asked.time_zone) if found else None
    waiting = [one for one in await overrides.of_deployment(session, deployment.id) if one.is_open]
    return render(
        request, "desk/stay.html", 422 if errors else 200, reference=reference, deployment=deployment, asked=asked,
        found=found, said=SAID, given=given, errors=errors, may_work=viewer.may(Permission.WORK_FIELD),
        headline=headline(deployment, found, f"{until:%b} {until.day}" if until else ""),
        may_ask=deployment.state in extending.MAY_EXTEND and (found is None or not found.is_open),
        wanted={(one.expert.id, one.override.cap.value) for one in waiting},
        may_override=viewer.may(Permission.OVERRIDE),
        first=in_zone(deployment.ends_at, asked.time_zone).date(),
    )  # fmt: skip


@router.get("")
async def stay(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """Who stays, who goes, and what is in the way."""
    deployment = await deployments.find(session, viewer, reference)
    return await _page(request, session, viewer, reference, deployment, {}, {})


@router.post("")
async def ask(  # noqa: PLR0917 - the form's fields
    reference: str,
    request: Request,
    session: Session,
    viewer: MayWorkField,
    verb: Annotated[str, Form()] = "ask",
    until: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Ask the team, or take the question back; with errors, the form again with all that was typed."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    given = {"until": until, "reason": reason}
    try:
        async with session.begin_nested():
            if verb == "withdraw":
                await extending.withdraw(session, deployment, by=viewer.actor)
            else:
                await extending.ask(session, deployment, date.fromisoformat(until), reason, by=viewer.actor)
    except ValueError:
        errors = {"until": "Give the new last day."}
    except Invalid as problem:
        errors = problem.fields["errors"]
    except Conflict as problem:
        errors = {"form": problem.detail}
    else:
        return RedirectResponse(f"/desk/requests/{reference}/stay", 303)
    return await _page(request, session, viewer, reference, deployment, given, errors)


@router.post("/overrides")
async def ask_overrides(
    reference: str, request: Request, session: Session, viewer: MayWorkField,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:  # fmt: skip
    """Ask a second person to set aside every cap that keeps somebody from being asked."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    found = await queries.extension_of(session, deployment.id)
    try:
        async with session.begin_nested():
            for one in found.capped if found else ():
                for cap in one.stay.caps:
                    until = found.extension.until if found else deployment.ends_at
                    await overrides.ask(
                        session, deployment, one.expert.id, Cap(cap["cap"]), until, reason, by=viewer.actor
                    )
    except Invalid as problem:
        errors = {"override": problem.fields["errors"]["reason"]}
        return await _page(request, session, viewer, reference, deployment, {}, errors)
    return RedirectResponse(f"/desk/requests/{reference}/stay", 303)


@router.post("/members/{expert_id}")
async def answer(  # noqa: PLR0917 - the form's fields
    reference: str, expert_id: int, request: Request, session: Session, viewer: MayWorkField,
    verb: Annotated[str, Form()],
) -> Response:  # fmt: skip
    """Keep what somebody said on the phone."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    if verb not in ("stays", "goes"):
        raise Invalid(errors={"verb": "Choose one of the buttons."})
    found = await stay_of(session, deployment, expert_id)
    state = await extending.answer(session, deployment, found, Way.DESK, stays=verb == "stays", by=viewer.actor)
    if state is None:
        errors = {"form": "A yes cannot be taken now: a cap stands, or the time is over."}
        return await _page(request, session, viewer, reference, deployment, {}, errors)
    return RedirectResponse(f"/desk/requests/{reference}/stay#member-{expert_id}", 303)
