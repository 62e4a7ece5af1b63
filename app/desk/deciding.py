"""Recommend and decide: the forms of a request's page. Whoever decides has seen what others did meanwhile."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.access.viewer import MayDecide, MayRecommend, Viewer
from app.core.problems import Invalid
from app.desk import story
from app.desk.kept import Kept
from app.desk.reading import Given, read, seen_in
from app.desk.request_page import back, show
from app.requests import decisions, intake
from app.requests import queries as requests
from app.requests.models import Request as RequestRow
from app.requests.schemas import ApproveIn, DecideIn, RecommendIn, ReferIn
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}", include_in_schema=False)
FORMS: dict[str, type[DecideIn]] = {"approve": ApproveIn, "decline": DecideIn, "hand_back": DecideIn, "refer": ReferIn}
"""Verb to what its form must say."""


async def _overtaken(
    session: Session, viewer: Viewer, found: RequestRow, form: str, given: dict[str, str]
) -> Kept | None:
    """What others did since this form was opened, with everything that was typed; None when nothing."""
    seen = seen_in(given)
    if seen is None:
        return None
    lines = await story.since(session, intake.topic(found), seen, not_by=viewer.id)
    return Kept(form, given, since=tuple(lines)) if lines else None


@router.post("/recommend")
async def recommend(reference: str, request: Request, session: Session, viewer: MayRecommend, given: Given) -> Response:
    """Recommend a team to the approver."""
    found = await requests.find(session, viewer, reference, lock=True)
    if overtaken := await _overtaken(session, viewer, found, "recommend", given):
        return await show(request, session, viewer, found, overtaken)
    form, errors = read(RecommendIn, given)
    if form is None:
        return await show(request, session, viewer, found, Kept("recommend", given, errors))
    await decisions.recommend(session, found, form.team_type, form.note, by=viewer.actor)
    return back(reference)


@router.post("/decide")
async def decide(reference: str, request: Request, session: Session, viewer: MayDecide, given: Given) -> Response:
    """Approve, with changes or without; decline, refer or give back."""
    verb = given.get("verb", "")
    if verb not in FORMS:
        raise Invalid(errors={"verb": "Approve, decline, refer or give back."})
    found = await requests.find(session, viewer, reference, lock=True)
    if overtaken := await _overtaken(session, viewer, found, verb, given):
        return await show(request, session, viewer, found, overtaken)
    form, errors = read(FORMS[verb], given | {"funding_ceiling": _dollars(given.get("funding_ceiling", ""))})
    if form is None:
        return await show(request, session, viewer, found, Kept(verb, given, errors))
    if isinstance(form, ApproveIn):
        terms = decisions.Terms(form.team_type, form.days, form.funding_ceiling, form.conditions, form.review_on)
        await decisions.approve(session, found, "need_confirmed", form.note, terms, by=viewer.actor)
    elif isinstance(form, ReferIn):
        await decisions.refer(session, found, form.to, "better_placed", form.note, by=viewer.actor)
    elif verb == "decline":
        await decisions.decline(session, found, form.reason_code, form.note, by=viewer.actor)
    else:
        await decisions.hand_back(session, found, form.note, form.reason_code, by=viewer.actor)
    return back(reference)


def _dollars(text: str) -> str:
    """ "$25,000" as a number is read."""
    return text.replace("$", "").replace(",", "").strip()
