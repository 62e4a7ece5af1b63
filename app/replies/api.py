"""HTTP API: the desk's inbox, and the story of a request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from app.access.viewer import MayReadEvents, MayWorkOffers
from app.core.database import locked
from app.core.events import Event
from app.experts import naming
from app.messaging import inbox
from app.messaging.models import InboundMessage
from app.requests import queries as requests
from app.requests.intake import topic
from app.web.lists import Page, Paged
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["inbox"])


class InboundOut(BaseModel):
    """A text that waits for a person."""

    id: int
    number_ends: str
    body: str
    meaning: str | None
    received_at: datetime
    offer_id: int | None
    expert_id: int | None


class EventOut(BaseModel):
    """One line of a story. Experts are kept by number and named here as they are called now."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    kind: str
    subject_id: int
    topic: str
    actor_kind: str
    actor_name: str
    data: dict[str, Any]


@router.get("/inbox")
async def read_inbox(session: Session, viewer: MayWorkOffers) -> list[InboundOut]:
    """Texts nobody could read, and those a person must look at."""
    rows = await session.scalars(
        select(InboundMessage).where(InboundMessage.state == "needs_person").order_by(InboundMessage.id).limit(200)
    )
    return [
        InboundOut(
            id=row.id, number_ends=row.number[-2:], body=row.body, meaning=row.meaning,
            received_at=row.received_at, offer_id=row.offer_id, expert_id=row.expert_id,
        )
        for row in rows
    ]  # fmt: skip


@router.post("/inbox/{inbound_id}/settle", status_code=204)
async def settle(inbound_id: int, session: Session, viewer: MayWorkOffers) -> None:
    """It is dealt with."""
    await inbox.settle(session, await locked(session, InboundMessage, inbound_id), viewer.actor)


@router.get("/events")
async def list_events(session: Session, viewer: MayReadEvents, page: Page) -> Paged[EventOut]:
    """The whole log, newest first."""
    query = select(Event).order_by(Event.id.desc()).limit(page.limit + 1)
    if page.before_id is not None:
        query = query.where(Event.id < page.before_id)
    rows = (await session.scalars(query)).all()
    known = await naming.names_in(session, rows)
    return page.paged(rows, lambda row: row.id, lambda row: _named(row, known))


def _named(row: Event, known: Mapping[int, str]) -> EventOut:
    who, facts = naming.who_did(row, known), naming.facts(row, known)
    return EventOut.model_validate(row, from_attributes=True).model_copy(update={"actor_name": who, "data": facts})


@router.get("/requests/{reference}/story")
async def story(reference: str, session: Session, viewer: MayReadEvents) -> list[EventOut]:
    """Everything that happened to a request, oldest first."""
    request = await requests.find(session, viewer, reference)
    rows = (await session.scalars(select(Event).where(Event.topic == topic(request)).order_by(Event.id))).all()
    known = await naming.names_in(session, rows)
    return [_named(row, known) for row in rows]
