"""Reading requests. Every query starts from what the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.agencies.models import Agency
from app.core.problems import NotFound
from app.requests.models import Decision, Question, Request
from app.requests.schemas import RequestOut
from app.requests.states import RequestState


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The condition below every query of requests: the desk sees all, an agency its own, nobody else any."""
    if viewer.is_desk:
        return true()
    return Request.agency_id == viewer.agency_id


async def find(session: AsyncSession, viewer: Viewer, reference: str, *, lock: bool = False) -> Request:
    """The request called `reference`.

    Raises:
        NotFound: none, or not this viewer's; the answer is the same.
    """
    query = select(Request).where(Request.reference == reference, visible_to(viewer))
    request = await session.scalar(query.with_for_update() if lock else query)
    if request is None:
        raise NotFound
    return request


@dataclass(frozen=True, slots=True)
class Listed:
    """A request with its agency's name, as lists show it."""

    request: Request
    agency_name: str

    def out(self) -> RequestOut:
        """For the API."""
        row = self.request
        fields = {name: getattr(row, name) for name in RequestOut.model_fields if name != "agency_name"}
        return RequestOut(agency_name=self.agency_name, **fields)


async def with_agency(session: AsyncSession, request: Request) -> Listed:
    """One request and its agency's name."""
    name = await session.scalar(select(Agency.name).where(Agency.id == request.agency_id))
    return Listed(request, name or "")


async def listed(
    session: AsyncSession,
    viewer: Viewer,
    *,
    states: Sequence[RequestState] = (),
    before_id: int | None = None,
    limit: int = 50,
) -> list[Listed]:
    """Requests the viewer may see, newest first, `limit` at most, older than `before_id`."""
    query = select(Request, Agency.name).join(Agency, Agency.id == Request.agency_id).where(visible_to(viewer))
    if states:
        query = query.where(Request.state.in_(states))
    if before_id is not None:
        query = query.where(Request.id < before_id)
    rows = await session.execute(query.order_by(Request.id.desc()).limit(limit))
    return [Listed(request, name) for request, name in rows]


async def questions(session: AsyncSession, request: Request) -> Sequence[Question]:
    """The thread of questions and answers, oldest first."""
    return (
        await session.scalars(select(Question).where(Question.request_id == request.id).order_by(Question.id))
    ).all()


async def decisions(session: AsyncSession, request: Request) -> Sequence[Decision]:
    """The decision record, oldest first."""
    return (
        await session.scalars(select(Decision).where(Decision.request_id == request.id).order_by(Decision.id))
    ).all()
