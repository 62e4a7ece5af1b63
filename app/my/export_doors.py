"""All that is held of an expert, taken out by an administrator on the expert's behalf: the page and the API."""

import json
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayExportExperts
from app.core.database import locked
from app.core.problems import Conflict, Invalid, NotFound
from app.experts.models import Expert
from app.my import exporting
from app.web.render import render
from app.web.session import Session

router = APIRouter()


class ExportIn(BaseModel):
    """Whose wish it is."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, Field(max_length=2000, description="Whose wish, and when; no names")]


def _file(expert_id: int, content: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="rrt-expert-{expert_id}.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.get("/desk/experts/{expert_id}/data", include_in_schema=False)
async def data_page(expert_id: int, request: Request, session: Session, viewer: MayExportExperts) -> Response:
    """Whose wish it is, before anything is taken out."""
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    return render(request, "my/export.html", expert=expert, why="", error="")


@router.post("/desk/experts/{expert_id}/data", include_in_schema=False)
async def take_data(
    expert_id: int, request: Request, session: Session, viewer: MayExportExperts, why: Annotated[str, Form()] = ""
) -> Response:
    """The file; that it was taken out, by whom and why, is in the log."""
    expert = await locked(session, Expert, expert_id)
    try:
        return _file(expert.id, await exporting.on_behalf(session, expert, why, by=viewer.actor))
    except (Invalid, Conflict) as problem:
        error = problem.fields.get("errors", {}).get("why") or problem.detail
        return render(request, "my/export.html", 422, expert=expert, why=why, error=error)


@router.post("/api/v1/experts/{expert_id}/export", tags=["experts"])
async def export_expert(
    expert_id: int, form: ExportIn, session: Session, viewer: MayExportExperts
) -> dict[str, object]:
    """Take out all that is held of an expert, on their wish. It is in the log."""
    expert = await locked(session, Expert, expert_id)
    found: dict[str, object] = json.loads(await exporting.on_behalf(session, expert, form.why, by=viewer.actor))
    return found
