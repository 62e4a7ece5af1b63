"""The board's page."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.access.policy import Permission
from app.access.viewer import MayReadDeployments
from app.desk import board, story, troubles
from app.messaging import queries as messages
from app.requests import drafts
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.get("/desk")
async def the_board(
    request: Request, session: Session, viewer: MayReadDeployments, part: str = "", show: Literal["", "all"] = ""
) -> Response:
    """What needs the desk now, and the open requests that are due first, or all; `?part=board` changes live."""
    trouble = await troubles.of(session, viewer)
    texts_waiting = await messages.waiting(session) if viewer.may(Permission.WORK_OFFERS) else []
    return render(
        request,
        "desk/board_part.html" if part == "board" else "desk/board.html",
        board=board.board_of(
            await board.rows(session, viewer),
            board.texts_of([text.at for text in texts_waiting]),
            await drafts.unfinished(session, viewer.id) if viewer.may(Permission.FILE_REQUEST) else (),
            trouble.count if trouble and trouble.may_work else 0,
        ),
        trouble=trouble,
        may_own=viewer.may(Permission.LOOK_AFTER),
        part=part,
        show=show,
        shown=None if show else board.SHOWN,
        stages=board.STAGES,
        latest=await story.latest(session),
    )
