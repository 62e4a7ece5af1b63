"""Pages of an expert who is asked."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayAnswerOwnOffers, MayReadOwnOffers
from app.core.events import Actor
from app.dispatch import answers, queries
from app.dispatch.answers import Answer
from app.experts.models import Expert
from app.my import views
from app.web.render import DESK_ZONE, render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.get("/my")
async def my_page(request: Request, session: Session, viewer: MayReadOwnOffers) -> Response:
    """What an expert is asked, and where they have a seat."""
    lines = await views.my_lines(session, viewer)
    expert = await session.get(Expert, viewer.expert_id or 0)
    return render(
        request,
        "my/home.html",
        lines=lines,
        headline=views.my_headline(lines),
        zone=expert.time_zone if expert else DESK_ZONE,
    )


@router.post("/my/offers/{offer_id}")
async def answer_own(
    offer_id: int, session: Session, viewer: MayAnswerOwnOffers, answer: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Answer an offer of mine."""
    mine = await queries.own(session, viewer.expert_id or 0, offer_id)
    by = Actor("expert", mine.expert_id, viewer.name)
    await answers.enter(session, mine.id, Answer(answer), f"{answer} on the page", by=by)
    return RedirectResponse("/my", 303)
