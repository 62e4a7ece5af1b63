"""What an expert's page shows. Queries and decisions are here, so that templates only show."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.places import STATES
from app.deployments.models import Deployment, Position
from app.dispatch import queries
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.requests.models import Request

S = OfferState
MY_WORDS = {
    S.CONTACTING: "We wait for your answer",
    S.DEFERRED: "A person at the desk looks at your answer",
    S.ACCEPTED: "You said yes, and the seat is yours",
    S.DECLINED: "You said no. That is fine",
    S.EXPIRED: "The time to answer has passed",
    S.UNREACHABLE: "We could not reach you",
    S.WITHDRAWN: "You are not needed this time",
    S.STANDBY: "You said yes, and are on standby",
}


@dataclass(frozen=True, slots=True)
class MyLine:
    """An offer as its expert sees it: role, state and days; the place only once the seat is theirs."""

    offer: Offer
    position: Position
    deployment: Deployment
    place: str
    words: str
    is_open: bool
    is_seated: bool


async def my_lines(session: AsyncSession, viewer: Viewer) -> list[MyLine]:
    """The expert's offers: those that wait for an answer first, then seats, then what is over, newest first."""
    lines = []
    for mine in await queries.of_expert(session, viewer.expert_id or 0):
        request = await session.get_one(Request, mine.deployment.request_id)
        is_seated = mine.offer.state is S.ACCEPTED
        place = STATES.get(request.place_state, request.place_state)
        if is_seated:
            place = f"{request.city}, {place}"
        is_open, said = mine.offer.state in OPEN, MY_WORDS[mine.offer.state]
        lines.append(MyLine(mine.offer, mine.position, mine.deployment, place, said, is_open, is_seated))
    return sorted(lines, key=lambda line: (not line.is_open, not line.is_seated))


def my_headline(lines: Sequence[MyLine]) -> str:
    """The first sentence of an expert's page."""
    waiting = [line for line in lines if line.is_open]
    if len(waiting) == 1:
        return f"Can you go to {waiting[0].place}?"
    if waiting:
        return f"{len(waiting)} teams ask if you can go"
    seated = next((line for line in lines if line.is_seated), None)
    return f"You have a seat in {seated.place}" if seated else "Nobody waits for an answer from you"
