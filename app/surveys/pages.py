"""The page behind a survey's link; and for the desk, who was asked, what came of it, and partners to be asked."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import Anyone, MayReadDeployments, MayWorkField, Viewer
from app.core.clock import clock
from app.core.problems import Conflict, Invalid
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.experts.models import Expert
from app.surveys import asking, queries, results
from app.surveys.models import Survey
from app.surveys.questions import QUESTIONS, read
from app.web.languages import prefer
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
Token = Annotated[str, Path(max_length=200)]


async def _found(session: Session, token: str, *, lock: bool = False) -> Survey:
    """The survey of a link; an expert's page is in the expert's language."""
    survey = await asking.find(session, token, lock=lock)
    if survey.expert_id is not None:
        prefer((await session.get_one(Expert, survey.expert_id)).preferred_language)
    return survey


def _form(
    request: Request, token: str, survey: Survey, given: Mapping[str, str], errors: Mapping[str, str]
) -> Response:
    is_open = asking.is_open(survey)
    status = 410 if not is_open else 422 if errors else 200
    page = render(
        request, "surveys/survey.html", status, survey=survey, token=token, is_open=is_open,
        questions=QUESTIONS[survey.audience, survey.touch], given=given or survey.answers or {}, errors=errors,
        is_early=clock.now() < survey.due_at,
    )  # fmt: skip
    page.headers.update(HEADERS)
    return page


@router.get("/s/{token}", dependencies=[Anyone])
async def survey(token: Token, request: Request, session: Session) -> Response:
    """Four short questions; opening the page changes nothing."""
    return _form(request, token, await _found(session, token), {}, {})


@router.post("/s/{token}", dependencies=[Anyone])
async def answer(token: Token, request: Request, session: Session) -> Response:
    """Keep the answers; with errors, the form again with all that was typed."""
    found = await _found(session, token, lock=True)
    given = {name: str(value)[:4000] for name, value in (await request.form()).items()}
    answers, errors = read(QUESTIONS[found.audience, found.touch], given)
    if errors or not asking.is_open(found):
        return _form(request, token, found, given, errors)
    await asking.answer(session, found, answers)
    return RedirectResponse(f"/s/{token}", 303, headers=HEADERS)


async def _desk(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, viewer: Viewer, deployment: Deployment, given: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:  # fmt: skip
    return render(
        request, "surveys/desk.html", 422 if errors else 200, deployment=deployment, given=given, errors=errors,
        results=await results.of(session, deployment.id), partners=await queries.partners(session, deployment.id),
        planned=await queries.planned(session, deployment.id), may_work=viewer.may(Permission.WORK_FIELD),
        smallest=results.SMALLEST,
    )  # fmt: skip


@router.get("/desk/requests/{reference}/surveys")
async def desk(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """What was asked and what came of it."""
    return await _desk(request, session, viewer, await deployments.find(session, viewer, reference), {}, {})


@router.post("/desk/requests/{reference}/surveys/partners")
async def add_partner(
    reference: str, request: Request, session: Session, viewer: MayWorkField, agreed: Annotated[str, Form()] = ""
) -> Response:
    """Keep a partner whom the team worked with; with errors, the form again."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    given = {name: str(value)[:300] for name, value in (await request.form()).items()}
    try:
        async with session.begin_nested():
            await asking.add_partner(session, deployment, given, has_agreed=bool(agreed), by=viewer.actor)
    except Invalid as problem:
        return await _desk(request, session, viewer, deployment, given, problem.fields["errors"])
    except Conflict as problem:
        return await _desk(request, session, viewer, deployment, given, {"organisation": problem.detail})
    return RedirectResponse(f"/desk/requests/{reference}/surveys", 303)
