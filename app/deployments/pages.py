"""The page on which an agency sees where its request stands and who is coming, answers, and says how the help was."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayAnswer, MayReadRequests, Viewer
from app.core.ids import digest
from app.deployments import queries, rating
from app.deployments.models import Deployment
from app.deployments.status import status_of
from app.requests import intake, letters, privacy, signing, targets
from app.requests import queries as requests
from app.requests.fields import MORE
from app.requests.form_pages import Writer
from app.requests.models import Request as RequestRow
from app.requests.states import ENDED, OPEN
from app.web.languages import _
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/agency/requests/{reference}", include_in_schema=False)
NO_ANSWER = {"kept_answer": "", "answer_error": "", "answer_warnings": (), "seen": ""}


@router.get("")
async def status(
    reference: str, request: Request, session: Session, viewer: MayReadRequests, part: str = ""
) -> Response:
    """Where the request stands; `?part=status` is the part that changes live."""
    found = await requests.find(session, viewer, reference)
    return await _page(request, session, viewer, found, part)


async def _page(
    request: Request, session: Session, viewer: Viewer, found: RequestRow, part: str = "", **kept: Any
) -> Response:
    deployment = await queries.of_request(session, found.id)
    seats = await queries.seats(session, deployment.id) if deployment else []
    arrival = await queries.first_arrival(session, deployment.id) if deployment else None
    thread = await requests.questions(session, found)
    signature = await signing.of_request(session, found.id)
    sent_along = await letters.of_request(session, found.id)
    arrived = await queries.first_arrived(session, deployment.id) if deployment else None
    view = status_of(found, deployment, seats, arrival, arrived)
    asked = {"signature": signature is None, "letter": not sent_along} if found.state in OPEN else {}
    return render(
        request,
        "deployments/status_part.html" if part == "status" else "deployments/status.html",
        422 if kept.get("answer_error") else 200,
        part=part,
        row=found,
        base=f"/agency/requests/{found.reference}",
        status_view=view,
        thread=[one for one in thread if one.answer is not None],
        open_question=next((one for one in thread if one.answer is None), None) if found.state in OPEN else None,
        can_withdraw=found.state in OPEN,
        is_open=found.state in OPEN or bool(view.stages and not view.team and not view.has_been_there),
        may_change=found.state not in ENDED and not viewer.is_desk,
        leader_phone=await queries.leader_phone(session, deployment) if deployment and view.team else None,
        signature=signature,
        letters=sent_along,
        missing=[name for name, is_missing in asked.items() if is_missing and not viewer.is_desk],
        sign_by=targets.sign_by(found),
        more=MORE,
        may_rate=deployment is not None and rating.is_open(deployment) and not viewer.is_desk,
        rating=await rating.of(session, deployment.id) if deployment else None,
        **(NO_ANSWER | kept),
    )


@router.post("/answer")
async def answer(reference: str, request: Request, session: Session, viewer: MayAnswer) -> Response:
    """Answer the desk's question. What looks like a victim's name is shown once more first."""
    found = await requests.find(session, viewer, reference, lock=True)
    form = await request.form()
    text = str(form.get("answer", "")).replace("\0", "").strip()[:4000]
    if not text:
        return await _page(request, session, viewer, found, answer_error=_("Write a few words, or call the desk."))
    looks = privacy.looks_personal(text)
    if looks and form.get("seen") != digest(text):
        return await _page(
            request, session, viewer, found, kept_answer=text, answer_warnings=looks, seen=digest(text)
        )  # fmt: skip
    await intake.answer(session, found, text, by=viewer.actor)
    return RedirectResponse(f"/agency/requests/{reference}", 303)


async def _rated(session: Session, viewer: Viewer, reference: str) -> tuple[RequestRow, Deployment]:
    found = await requests.find(session, viewer, reference)
    return found, await queries.find(session, viewer, reference)


@router.get("/rate")
async def rate_page(reference: str, request: Request, session: Session, viewer: Writer) -> Response:
    """Three questions about the help; none has to be answered."""
    found, deployment = await _rated(session, viewer, reference)
    said = await rating.of(session, deployment.id)
    given = rating.typed(said) if said else {}
    return _rate_page(request, found, deployment, given, {})


def _rate_page(
    request: Request, found: RequestRow, deployment: Deployment, given: dict[str, str], errors: dict[str, str]
) -> Response:
    return render(
        request, "deployments/rate.html", 422 if errors else 200, row=found, questions=rating.QUESTIONS,
        is_open=rating.is_open(deployment), given={"words": ""} | given, errors=errors,
        base=f"/agency/requests/{found.reference}",
    )  # fmt: skip


@router.post("/rate")
async def rate(reference: str, request: Request, session: Session, viewer: Writer) -> Response:
    """Keep what was said; said again, it replaces what was said before."""
    found, deployment = await _rated(session, viewer, reference)
    form = await request.form()
    given = {name: str(form.get(name, "")) for name in (*rating.QUESTIONS, "words")}
    said, errors = rating.read(given)
    if said is None:
        return _rate_page(request, found, deployment, given, errors)
    await rating.rate(session, deployment, said, by=viewer.actor)
    return RedirectResponse(f"/agency/requests/{reference}", 303)
