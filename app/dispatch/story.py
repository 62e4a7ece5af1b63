"""Events as sentences for the desk's pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Event

SENTENCES = {
    "request.filed": "sent the request",
    "request.changed": "changed the request",
    "request.taken_in": "took the request on",
    "request.question_asked": "asked the agency a question",
    "request.question_answered": "answered the desk's question",
    "request.recommended": "recommended a team of type {team_type}",
    "request.returned": "gave the recommendation back",
    "request.approved": "approved the deployment",
    "request.declined": "declined the request",
    "request.referred": "referred the request",
    "request.withdrawn": "withdrew the request",
    "deployment.opened": "opened the deployment",
    "deployment.staffed": "confirmed the team of {size}",
    "deployment.stood_down": "called the deployment off",
    "roster.proposed": "proposed team version {version} in {solve_ms} ms",
    "roster.accepted": "works with team version {version}",
    "roster.swapped": "swapped a person in the proposed team",
    "offer.made": "asked {name} to come as {title}",
    "offer.accepted": "said yes",
    "offer.declined": "said no",
    "offer.deferred": "answered with a condition",
    "offer.standby": "said yes, and is on standby",
    "offer.expired": "let an offer run out: no answer in time",
    "offer.overdue": "asks the next person as well",
    "offer.unreachable": "could not reach somebody",
    "offer.withdrawn": "took an offer back",
    "position.filled": "filled the seat: {title}",
    "position.vacated": "opened the seat again: {title}",
    "position.unfillable": "found nobody for the seat: {title}",
    "position.reopened": "looks again for the seat: {title}",
    "text.needs_person": "kept a text for a person to read",
    "text.settled": "dealt with a text",
    "message.undelivered": "saw that a text did not arrive",
    "message.failed": "could not send a text",
    "call.keyed": "got key {digits} in a call",
    "call.ended": "ended a call: {outcome}",
}
KINDS_OF_ANSWERS = (
    "request.filed",
    "offer.accepted",
    "offer.declined",
    "offer.deferred",
    "offer.standby",
    "deployment.staffed",
)


def sentence(event: Event) -> str:
    """What happened, after the actor's name."""
    text = SENTENCES.get(event.kind, event.kind.replace(".", " ").replace("_", " "))
    try:
        return text.format_map(event.data).replace("_", " ")
    except KeyError:
        return text.split("{", maxsplit=1)[0].strip()


async def of_topic(session: AsyncSession, topic: str, limit: int = 100) -> Sequence[Event]:
    """What happened to a request, the latest first."""
    query = select(Event).where(Event.topic == topic).order_by(Event.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def latest(session: AsyncSession, limit: int = 8) -> Sequence[Event]:
    """The latest requests, answers and confirmed teams."""
    query = select(Event).where(Event.kind.in_(KINDS_OF_ANSWERS)).order_by(Event.id.desc()).limit(limit)
    return (await session.scalars(query)).all()
