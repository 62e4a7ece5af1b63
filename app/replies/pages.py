"""The desk's inbox: texts that nobody could read, whole, with what a person can make of them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import MayWorkOffers
from app.core.database import locked
from app.deployments.models import Deployment
from app.dispatch import answers, offers
from app.dispatch.answers import Answer
from app.dispatch.models import Offer
from app.experts.models import Expert
from app.messaging import inbox
from app.messaging.models import InboundMessage
from app.messaging.states import InboundState
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text with its sender and request."""

    inbound: InboundMessage
    name: str | None
    reference: str | None


GUESSES = {
    "deferred": "A condition",
    "unclear": "Nobody could read it",
    "overtaken": "Reached us late: a newer text of theirs was read before it",
    "flood": "Many texts at once: the latest were not read",
}
"""What the reading made of a text, in words."""


def headline_of(count: int) -> str:
    """The page's first sentence."""
    if count == 0:
        return "No text waits for you"
    return "One text waits for you" if count == 1 else f"{count} texts wait for you"


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Texts that wait for a person, oldest first."""
    rows = await session.execute(
        select(InboundMessage, Expert.name, Deployment.reference)
        .outerjoin(Expert, Expert.id == InboundMessage.expert_id)
        .outerjoin(Offer, Offer.id == InboundMessage.offer_id)
        .outerjoin(Deployment, Deployment.id == Offer.deployment_id)
        .where(InboundMessage.state == InboundState.NEEDS_PERSON)
        .order_by(InboundMessage.id)
        .limit(200)
    )
    return [Waiting(*row) for row in rows]


@router.get("/desk/replies")
async def inbox_page(request: Request, session: Session, viewer: MayWorkOffers, part: str = "") -> Response:
    """The inbox; `?part=inbox` is the part that changes live."""
    rows = await waiting(session)
    template = "replies/inbox_part.html" if part == "inbox" else "replies/inbox.html"
    return render(request, template, part=part, rows=rows, headline=headline_of(len(rows)), guesses=GUESSES)


@router.post("/desk/replies/{inbound_id}")
async def settle(inbound_id: int, session: Session, viewer: MayWorkOffers, verb: Annotated[str, Form()]) -> Response:
    """Count a text as yes or no, or only settle it."""
    inbound = await locked(session, InboundMessage, inbound_id)
    await inbox.settle(session, inbound, viewer.actor)
    if verb in ("yes", "no") and inbound.offer_id is not None:
        words = await answers.take(session, inbound.offer_id, Answer(verb), inbound.body, by=viewer.actor)
        deployment, _, offer = await answers.locked_offer(session, inbound.offer_id)
        await offers.tell(session, deployment, offer, words)
    return RedirectResponse("/desk/replies", 303)
