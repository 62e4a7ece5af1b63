"""The board's page."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.access.viewer import MayReadDeployments
from app.desk.shared_board import TURNS, Show
from app.web.render import render

router = APIRouter(include_in_schema=False)


@router.get("/desk")
async def the_board(
    request: Request, viewer: MayReadDeployments, part: Literal["", "board"] = "", show: Show = ""
) -> Response:
    """What needs the desk now, and the open requests that are due first, or all; `?part=board` changes live."""
    reading = await TURNS.made()
    shown = reading.seen_by(viewer, show, part)
    drawing = reading.drawing(shown)
    if part:
        return drawing.answer(request)
    return render(request, "desk/board.html", count=shown.board.count, drawing=drawing.html, show=show)
