"""HTTP API: how often one person was asked lately, and whether they rest from questions."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.access.viewer import MayReadDeployments
from app.core.problems import NotFound
from app.dispatch import lately
from app.experts.models import Expert
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["offers"])


class LatelyOut(BaseModel):
    """The questions to one person in the last 30 days; each is one of `yes` to `taken_back`."""

    asked: int
    yes: int
    no: int
    nothing: int = Field(description="Never answered")
    waiting: int = Field(description="May be answered yet")
    taken_back: int
    said: str = Field(description="All of it in a sentence")
    rests_until: datetime | None = Field(description="Nobody asks before, but for the desk's written reason")
    rests_because: str = Field(description="How often they were asked in which time; empty: they may be asked")


@router.get("/experts/{expert_id}/questions")
async def read_questions(expert_id: int, session: Session, _viewer: MayReadDeployments) -> LatelyOut:
    """How often an expert was asked in the last 30 days, what they said, and whether they rest from questions."""
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    found = await lately.of(session, expert.id)
    return LatelyOut(
        asked=found.asked, yes=found.yes, no=found.no, nothing=found.nothing, waiting=found.waiting,
        taken_back=found.taken_back, said=found.said, rests_until=found.rest.until if found.rest else None,
        rests_because=found.rest.said(expert.time_zone) if found.rest else "",
    )  # fmt: skip
