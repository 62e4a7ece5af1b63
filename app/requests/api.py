"""HTTP API: requests, from filing to the decision."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app.access.viewer import (
    MayAnswer,
    MayDecide,
    MayFile,
    MayReadRequests,
    MayRecommend,
    MayWithdraw,
    MayWorkIntake,
    Viewer,
)
from app.agencies.models import Agency
from app.core.problems import Invalid
from app.requests import decisions, intake, queries
from app.requests.models import Request
from app.requests.schemas import (
    AnswerIn,
    ApproveIn,
    DecideIn,
    QuestionIn,
    QuestionOut,
    RecommendIn,
    ReferIn,
    RequestChange,
    RequestIn,
    RequestOut,
)
from app.requests.states import RequestState
from app.web.idempotency import OnlyOnce
from app.web.lists import IfMatch, Page, Paged, check_version, set_etag
from app.web.session import Session

router = APIRouter(prefix="/api/v1/requests", tags=["requests"])


async def asking_agency(session: Session, viewer: Viewer, agency_id: int | None) -> Agency:
    """For whom a request is filed: the requester's own agency; the desk names it.

    Raises:
        Invalid: the desk named none, or one that is not there; a requester named another.
    """
    if not viewer.is_desk and agency_id not in (None, viewer.agency_id):
        raise Invalid(errors={"agency_id": "You can only ask for your own agency."})
    wanted = agency_id if viewer.is_desk else viewer.agency_id
    agency = await session.get(Agency, wanted) if wanted is not None else None
    if agency is None:
        raise Invalid(errors={"agency_id": "Say which agency asks."})
    return agency


async def _out(session: Session, request: Request, response: Response | None = None) -> RequestOut:
    await session.flush()
    if response is not None:
        set_etag(response, request.version)
    return (await queries.with_agency(session, request)).out()


@router.post("", status_code=201, response_model=RequestOut)
async def file_request(form: RequestIn, viewer: MayFile, session: Session, once: OnlyOnce) -> JSONResponse:
    """File a request."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    agency = await asking_agency(session, viewer, form.agency_id)
    request = await intake.file(session, agency, form, by=viewer.actor, keyed_in=viewer.is_desk)
    out = await _out(session, request)
    return await once.answer(201, out, Location=f"/api/v1/requests/{request.reference}", ETag=f'"{request.version}"')


@router.get("")
async def list_requests(
    session: Session, viewer: MayReadRequests, page: Page, state: Annotated[list[RequestState] | None, Query()] = None
) -> Paged[RequestOut]:
    """Requests this viewer may see, newest first."""
    rows = await queries.listed(session, viewer, states=state or (), before_id=page.before_id, limit=page.limit + 1)
    return page.paged(rows, lambda row: row.request.id, lambda row: row.out())


@router.get("/{reference}")
async def read_request(reference: str, session: Session, viewer: MayReadRequests, response: Response) -> RequestOut:
    """One request; its ETag goes into If-Match of an edit."""
    return await _out(session, await queries.find(session, viewer, reference), response)


@router.patch("/{reference}")
async def change_request(  # noqa: PLR0917 - each a dependency
    reference: str, form: RequestChange, seen: IfMatch, session: Session, viewer: MayFile, response: Response
) -> RequestOut:
    """Change what may still be changed before the decision."""
    request = await queries.find(session, viewer, reference, lock=True)
    check_version(seen, request.version)
    return await _out(session, await intake.change(session, request, form, by=viewer.actor), response)


@router.post("/{reference}/take-in")
async def take_in(reference: str, session: Session, viewer: MayWorkIntake) -> RequestOut:
    """The desk takes the request on."""
    request = await queries.find(session, viewer, reference, lock=True)
    return await _out(session, await intake.take_in(session, request, by=viewer.actor))


@router.post("/{reference}/questions", status_code=201, response_model=QuestionOut)
async def ask(
    reference: str, form: QuestionIn, viewer: MayWorkIntake, session: Session, once: OnlyOnce
) -> JSONResponse:
    """Ask the agency something."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    request = await queries.find(session, viewer, reference, lock=True)
    question = await intake.ask(session, request, form.question, by=viewer.actor)
    return await once.answer(201, QuestionOut.model_validate(question))


@router.get("/{reference}/questions")
async def read_questions(reference: str, session: Session, viewer: MayReadRequests) -> list[QuestionOut]:
    """The thread of questions and answers."""
    request = await queries.find(session, viewer, reference)
    return [QuestionOut.model_validate(row) for row in await queries.questions(session, request)]


@router.post("/{reference}/answer")
async def answer(reference: str, form: AnswerIn, session: Session, viewer: MayAnswer) -> QuestionOut:
    """Answer the open question."""
    request = await queries.find(session, viewer, reference, lock=True)
    return QuestionOut.model_validate(await intake.answer(session, request, form.answer, by=viewer.actor))


@router.post("/{reference}/recommend")
async def recommend(reference: str, form: RecommendIn, session: Session, viewer: MayRecommend) -> RequestOut:
    """Recommend a team type to the approver."""
    request = await queries.find(session, viewer, reference, lock=True)
    return await _out(session, await decisions.recommend(session, request, form.team_type, form.note, by=viewer.actor))


@router.post("/{reference}/hand-back")
async def hand_back(reference: str, form: DecideIn, session: Session, viewer: MayDecide) -> RequestOut:
    """Give the recommendation back: something is missing."""
    request = await queries.find(session, viewer, reference, lock=True)
    reason = "needs_more" if form.reason_code == "need_confirmed" else form.reason_code
    return await _out(session, await decisions.hand_back(session, request, form.note, reason, by=viewer.actor))


@router.post("/{reference}/approve")
async def approve(reference: str, form: ApproveIn, session: Session, viewer: MayDecide) -> RequestOut:
    """Decide to deploy, as recommended or with changes. The team is composed at once."""
    request = await queries.find(session, viewer, reference, lock=True)
    terms = decisions.Terms(form.team_type, form.days, form.funding_ceiling, form.conditions, form.review_on)
    return await _out(
        session, await decisions.approve(session, request, form.reason_code, form.note, terms, by=viewer.actor)
    )


@router.post("/{reference}/decline")
async def decline(reference: str, form: DecideIn, session: Session, viewer: MayDecide) -> RequestOut:
    """Decide not to deploy."""
    request = await queries.find(session, viewer, reference, lock=True)
    return await _out(session, await decisions.decline(session, request, form.reason_code, form.note, by=viewer.actor))


@router.post("/{reference}/refer")
async def refer(reference: str, form: ReferIn, session: Session, viewer: MayDecide) -> RequestOut:
    """Send it to a better placed body."""
    request = await queries.find(session, viewer, reference, lock=True)
    return await _out(
        session, await decisions.refer(session, request, form.to, form.reason_code, form.note, by=viewer.actor)
    )


@router.post("/{reference}/withdraw")
async def withdraw(reference: str, form: DecideIn, session: Session, viewer: MayWithdraw) -> RequestOut:
    """The agency no longer asks."""
    request = await queries.find(session, viewer, reference, lock=True)
    return await _out(session, await intake.withdraw(session, request, form.note, by=viewer.actor))
