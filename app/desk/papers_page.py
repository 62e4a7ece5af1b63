"""Papers that experts sent: look at each, then take it or send it back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayManageExperts
from app.experts import papers
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.get("/desk/papers")
async def sent_papers(request: Request, session: Session, viewer: MayManageExperts) -> Response:
    """What waits for somebody to look."""
    return render(request, "desk/papers.html", rows=await papers.waiting(session))


@router.get("/desk/papers/{paper_id}")
async def one_paper(paper_id: int, session: Session, viewer: MayManageExperts) -> Response:
    """The file itself, to be saved: it is never shown as a page of ours."""
    paper = await papers.find(session, paper_id)
    name = f"paper-{paper.id}.{papers.ENDINGS[paper.content_type]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(paper.content, media_type=paper.content_type, headers=headers)


@router.post("/desk/papers/{paper_id}")
async def decide_paper(
    paper_id: int, session: Session, viewer: MayManageExperts, verb: Annotated[Literal["take", "refuse"], Form()]
) -> Response:
    """It is good, or not."""
    paper = await papers.find(session, paper_id, lock=True)
    await papers.decide(session, paper, is_good=verb == "take", by=viewer.actor)
    return RedirectResponse("/desk/papers", 303)
