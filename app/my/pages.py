"""The first page of an expert: what they are asked, and where they have a seat."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.dispatch import answers, limits, queries
from app.dispatch.answers import Answer
from app.my import views
from app.my.mine import Me, MeActing, by_me
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.get("/my")
async def my_page(request: Request, session: Session, expert: Me) -> Response:
    """What an expert is asked, and where they have a seat."""
    lines = await views.my_lines(session, expert.id)
    return render(
        request,
        "my/home.html",
        lines=[line for line in lines if line.is_open or line.is_seated],
        earlier=[line for line in lines if not line.is_open and not line.is_seated],
        headline=views.my_headline(lines),
        is_one=sum(line.is_open for line in lines) == 1,
        zone=expert.time_zone,
        rest=await limits.resting(session, expert.id),
    )


@router.post("/my/offers/{offer_id}")
async def answer_own(
    offer_id: int, session: Session, expert: MeActing, answer: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Answer an offer of mine."""
    mine = await queries.own(session, expert.id, offer_id)
    await answers.enter(session, mine.id, Answer(answer), f"{answer} on the page", by=by_me(expert))
    return RedirectResponse("/my", 303)
