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
from app.dispatch import answers
from app.dispatch.answers import Answer
from app.dispatch.models import Offer
from app.experts.models import Contact, Expert
from app.messaging import inbox, queries
from app.messaging.models import InboundMessage
from app.messaging.states import InboundState
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text with everybody who uses its number, and its request."""

    inbound: InboundMessage
    name: str | None
    reference: str | None
    is_shared: bool


GUESSES = {
    "deferred": "A condition",
    "unclear": "Nobody could read it",
    "overtaken": "Reached us late: a newer text of theirs was read before it",
    "question": "A question",
    "too_late": "A yes after the time to answer: seat them or not",
    "still_yours": "A no from somebody who has arrived: find a relief",
    "stop": "Wants no more texts",
    "wrong_number": "Says the number is not theirs: nobody texts it now",
    "wants_person": "Asks for a call",
    "wrong_code": "A code that is not theirs",
    "no_open_offer": "Answers, but nothing was open",
    "no_mission": "On the road, but has no seat",
    "not_under_way": "Tells of an arrival before the journey",
    "relief_by_desk": "Asks for relief outside a team's days on the road: call them",
    "delay_noted": "Is delayed",
    "paper_sent": "Sent a paper: look at it under Papers (/desk/papers)",
    "away_but_seated": "Away on days of their seat",
    "wants_erasure": "Wants their data erased: an administrator does it on their page",
    "flood": "Many texts at once: the latest were not read",
}
"""What the reading made of a text, in words."""


def headline_of(count: int) -> str:
    """The page's first sentence."""
    if count == 0:
        return "No text waits for you"
    return "One text waits for you" if count == 1 else f"{count} texts wait for you"


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Texts that wait for a person, the oldest 200 of them first."""
    rows = await session.execute(
        select(InboundMessage, Expert.name, Deployment.reference)
        .outerjoin(Expert, Expert.id == InboundMessage.expert_id)
        .outerjoin(Offer, Offer.id == InboundMessage.offer_id)
        .outerjoin(Deployment, Deployment.id == Offer.deployment_id)
        .where(InboundMessage.state == InboundState.NEEDS_PERSON)
        .order_by(InboundMessage.id)
        .limit(200)
    )
    texts = [(inbound, name, reference) for inbound, name, reference in rows]
    people = await _people(session, {inbound.number for inbound, _, _ in texts})
    return [_waiting(inbound, name, reference, people.get(inbound.number, [])) for inbound, name, reference in texts]


async def _people(session: AsyncSession, numbers: set[str]) -> dict[str, list[str]]:
    """Everybody who uses each number."""
    rows = await session.execute(
        select(Contact.number, Expert.name)
        .join(Expert, Expert.id == Contact.expert_id)
        .where(Contact.number.in_(numbers))
        .order_by(Expert.id)
    )
    people: dict[str, list[str]] = {}
    for number, name in rows:
        people.setdefault(number, []).append(name)
    return people


def _waiting(inbound: InboundMessage, name: str | None, reference: str | None, people: list[str]) -> Waiting:
    """Without an offer nobody knows which of them wrote, so all are named."""
    is_shared = len(people) > 1
    named = " or ".join(people) if is_shared and inbound.offer_id is None else name
    return Waiting(inbound, named, reference, is_shared)


@router.get("/desk/replies")
async def inbox_page(request: Request, session: Session, viewer: MayWorkOffers, part: str = "") -> Response:
    """The inbox; `?part=inbox` is the part that changes live."""
    rows = await waiting(session)
    template = "replies/inbox_part.html" if part == "inbox" else "replies/inbox.html"
    headline = headline_of(await queries.waiting_count(session))
    return render(request, template, part=part, rows=rows, headline=headline, guesses=GUESSES)


@router.post("/desk/replies/{inbound_id}")
async def settle(inbound_id: int, session: Session, viewer: MayWorkOffers, verb: Annotated[str, Form()]) -> Response:
    """Count a text as yes or no, or only settle it."""
    known = await session.get(InboundMessage, inbound_id)
    if known is not None and known.offer_id is not None:  # before the text, as whoever reads a newer one locks them
        await answers.locked_offer(session, known.offer_id)
    inbound = await locked(session, InboundMessage, inbound_id)
    await inbox.settle(session, inbound, viewer.actor)
    if verb in ("yes", "no") and inbound.offer_id is not None:
        await answers.enter(session, inbound.offer_id, Answer(verb), inbound.body, by=viewer.actor)
    return RedirectResponse("/desk/replies", 303)
