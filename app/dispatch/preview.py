"""The very texts that go out when a team is asked: each person's own, in their language, and when it reaches them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.places import days, deadline
from app.core.text import segments, septets
from app.deployments.models import Deployment, Position
from app.dispatch import codes, links, nights, offers
from app.experts.models import Expert
from app.messaging import sealed, texts
from app.requests.models import Request
from app.rosters import rules


@dataclass(frozen=True, slots=True)
class Planned:
    """One text before it goes.

    Args:
        expert: who gets it.
        title: of the seat.
        body: every character of it; of a call, what is spoken.
        length: characters as carriers count them.
        segments: texts that the carrier bills.
        goes_at: when it goes: the night there is over then.
        is_later: whether that is not at once.
        reply_by: until when they may answer.
        is_call: no number of theirs takes texts, so they are called.
        is_unreachable: there is no number at all.
    """

    expert: Expert
    title: str
    body: str
    length: int
    segments: int
    goes_at: datetime
    is_later: bool
    reply_by: datetime
    is_call: bool
    is_unreachable: bool

    @property
    def language(self) -> str:
        """In which language it is, for people."""
        return "Spanish" if self.expert.preferred_language == "es" else "English"


async def of_people(
    session: AsyncSession,
    request: Request,
    deployment: Deployment,
    people: Iterable[tuple[Position, Expert]],
    *,
    hold: timedelta = timedelta(),
) -> list[Planned]:
    """What each of these people would get if the desk asked now, `hold` later."""
    now = clock.now() + hold
    asked = list(people)
    awake = await nights.of(session, deployment, [expert for _, expert in asked])
    return [
        await _planned(session, request, deployment, position, expert, awake[expert.id].since(now), now)
        for position, expert in asked
    ]


async def _planned(  # noqa: PLR0917 - whom for what
    session: AsyncSession, request: Request, deployment: Deployment, position: Position, expert: Expert,
    goes_at: datetime, now: datetime,
) -> Planned:  # fmt: skip
    held = await rules.current(session)
    until = goes_at + rules.time_to_answer(held, deployment.priority)
    words = texts.OfferWords(
        code=await codes.free_code(session, expert.id),
        role=position.title.lower(),
        state=request.place_state,
        dates=days(deployment.starts_at, deployment.ends_at, request.time_zone),
        reply_by=deadline(until, expert.time_zone, asked_at=goes_at),
        language=expert.preferred_language,
        link=links.address(sealed.SAMPLE),
    )
    contacts = await offers.contacts_of(session, expert.id)
    is_call = all(contact.texts_stopped_at is not None for contact in contacts)
    body = texts.spoken_offer(words).body if is_call else texts.plain(texts.offer(words)).body
    return Planned(
        expert, position.title, body, septets(body), segments(body), goes_at, goes_at > now, until, is_call,
        is_unreachable=not contacts,
    )  # fmt: skip
