"""Pages of what comes after: the report for the desk, for its leader and on paper; tasks; lessons of all."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayLeadTeam, MayReadDeployments, MayWorkField, Viewer
from app.afterwards import known, reporting, tasks
from app.afterwards.sheets import after_action
from app.core.clock import clock, in_zone
from app.core.events import Actor
from app.core.problems import Changed, Conflict, Forbidden, Invalid
from app.core.text import whole
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.experts.models import Expert
from app.field.queries import led_by
from app.requests import privacy
from app.requests.models import Request as RequestRow
from app.web import languages, sheets
from app.web.languages import N_, translated
from app.web.render import DESK_ZONE, render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
LABELS = {
    "summary": N_("What the team did"), "went_well": N_("What went well"), "to_improve": N_("What should be better"),
    "lessons": N_("Lessons for the next team"),
}  # fmt: skip
SIDES = {"iacp": Permission.RECOMMEND, "doj": Permission.DECIDE}
"""Who may accept for which partner: IACP recommends, DOJ decides (domain.md 1.2)."""


async def _page(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, viewer: Viewer, deployment: Deployment, base: str,
    given: Mapping[str, str], errors: Mapping[str, str],
) -> Response:  # fmt: skip
    asked = await session.get_one(RequestRow, deployment.request_id)
    report = await reporting.known(session, deployment.id)
    words = {name: getattr(report, name) if report else "" for name in reporting.WORDS}
    is_leader = not base.startswith("/desk")
    template = "afterwards/report_as_leader.html" if is_leader else "afterwards/report.html"
    is_open = deployment.state in reporting.WRITABLE and (report is None or report.completed_at is None)
    return render(
        request, template, 422 if errors else 200, deployment=deployment, asked=asked, report=report,
        known=await known.of(session, deployment, asked), labels=LABELS, given={**words, **given},
        errors={name: translated(why) for name, why in errors.items()}, answers=known.ANSWERS,
        decisions=known.OVERRIDES,
        version=given.get("version") or (report.version if report else 1), base=base,
        is_open=is_open, may_write=is_open and (is_leader or viewer.may(Permission.WORK_FIELD)),
        accepted_by=await reporting.accepted_by(session, report),
        sides=[side for side, needs in SIDES.items() if viewer.may(needs)],
        tasks=await tasks.of_deployment(session, deployment.id), today=in_zone(clock.now(), DESK_ZONE).date(),
    )  # fmt: skip


def _desk_base(reference: str) -> str:
    return f"/desk/requests/{reference}/after"


@router.get("/desk/requests/{reference}/after")
async def after(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """The after-action report, to read, to write and to print."""
    deployment = await deployments.find(session, viewer, reference)
    return await _page(request, session, viewer, deployment, _desk_base(reference), {}, {})


@router.get("/desk/requests/{reference}/after.pdf", response_class=Response)
async def print_after(reference: str, session: Session, viewer: MayReadDeployments) -> Response:
    """The report as a sheet."""
    return await _sheet(session, await deployments.find(session, viewer, reference))


@router.get("/my/teams/{reference}/after.pdf", response_class=Response)
async def print_after_as_leader(reference: str, session: Session, viewer: MayLeadTeam) -> Response:
    """The same for the team's leader."""
    return await _sheet(session, await led_by(session, viewer, reference))


async def _sheet(session: Session, deployment: Deployment) -> Response:
    languages.choose("en")  # the partners' copy, whoever prints it
    asked = await session.get_one(RequestRow, deployment.request_id)
    report = await reporting.known(session, deployment.id)
    counted = await known.of(session, deployment, asked)
    accepted_by = await reporting.accepted_by(session, report)
    sheet = after_action(deployment, asked, report, counted, LABELS, accepted_by)
    return await sheets.answer(f"after-action-{deployment.reference}.pdf", sheet, "en")


async def _led(session: Session, viewer: Viewer, reference: str, *, lock: bool = False) -> Deployment:
    """The deployment that this expert leads; the page is in their language."""
    deployment = await led_by(session, viewer, reference, lock=lock)
    languages.prefer((await session.get_one(Expert, viewer.expert_id)).preferred_language)
    return deployment


@router.get("/my/teams/{reference}/after")
async def after_as_leader(reference: str, request: Request, session: Session, viewer: MayLeadTeam) -> Response:
    """The same for the team's leader, in their language."""
    deployment = await _led(session, viewer, reference)
    return await _page(request, session, viewer, deployment, f"/my/teams/{reference}/after", {}, {})


@router.post("/desk/requests/{reference}/after")
async def write(reference: str, request: Request, session: Session, viewer: MayWorkField) -> Response:
    """Write the report, or say that it is complete."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    return await _written(request, session, viewer, deployment, _desk_base(reference), viewer.actor)


@router.post("/my/teams/{reference}/after")
async def write_as_leader(reference: str, request: Request, session: Session, viewer: MayLeadTeam) -> Response:
    """The same by the team's leader."""
    deployment = await _led(session, viewer, reference, lock=True)
    by = Actor("expert", viewer.expert_id, viewer.name)
    return await _written(request, session, viewer, deployment, f"/my/teams/{reference}/after", by)


async def _written(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, viewer: Viewer, deployment: Deployment, base: str, by: Actor
) -> Response:
    given = {name: str(value) for name, value in (await request.form()).items()}
    version = given.get("version", "")
    leave_out, seen = privacy.warned(given, reporting.WORDS)
    if leave_out:
        return await _page(request, session, viewer, deployment, base, given | {"left_in": seen}, leave_out)
    try:
        async with session.begin_nested():
            await reporting.write(session, deployment, given, whole(version) or 0, by=by)
            if given.get("verb") == "complete":
                await reporting.complete(session, deployment, by=by)
    except Invalid as problem:
        return await _page(request, session, viewer, deployment, base, given, problem.fields["errors"])
    except (Changed, Conflict) as problem:
        return await _page(request, session, viewer, deployment, base, given, {"form": problem.detail})
    return RedirectResponse(base, 303)


@router.post("/desk/requests/{reference}/after/decide")
async def decide(
    reference: str, session: Session, viewer: MayReadDeployments, verb: Annotated[str, Form()]
) -> Response:
    """A partner accepts the report, or gives it back."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    side = verb.removeprefix("accept_")
    if verb == "give_back" and any(viewer.may(needs) for needs in SIDES.values()):
        await reporting.give_back(session, deployment, by=viewer.actor)
    elif side in SIDES and viewer.may(SIDES[side]):
        await reporting.accept(session, deployment, side, by=viewer.actor)
    else:
        raise Forbidden
    return RedirectResponse(_desk_base(reference), 303)


@router.post("/desk/requests/{reference}/after/tasks")
async def add_task(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkField,
    what: Annotated[str, Form(max_length=300)],
    owner: Annotated[str, Form(max_length=200)],
    due_on: Annotated[date, Form()],
) -> Response:
    """Something more to be done."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await tasks.add(session, deployment, what, owner, due_on, by=viewer.actor)
    return RedirectResponse(f"{_desk_base(reference)}#tasks", 303)


@router.post("/desk/requests/{reference}/after/tasks/{task_id}")
async def finish_task(reference: str, task_id: int, session: Session, viewer: MayWorkField) -> Response:
    """A task is done."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    if task_id in [task.id for task in await tasks.of_deployment(session, deployment.id)]:
        await tasks.finish(session, task_id, by=viewer.actor)
    return RedirectResponse(f"{_desk_base(reference)}#tasks", 303)


@router.get("/desk/lessons")
async def lessons(
    request: Request, session: Session, viewer: MayReadDeployments, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """What earlier teams learned, found by words."""
    return render(request, "afterwards/lessons.html", q=q, found=await reporting.lessons(session, q))
