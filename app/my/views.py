"""What the first of an expert's pages shows. Queries and decisions are here, so that templates only show."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.dispatch import queries
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.my.facts import Facts, facts_of
from app.my.seated import Seat, seat_of
from app.web.languages import N_, _

S = OfferState
MY_WORDS = {
    S.CONTACTING: N_("We wait for your answer"),
    S.DEFERRED: N_("A person at the desk looks at your answer"),
    S.ACCEPTED: N_("You said yes, and the seat is yours"),
    S.DECLINED: N_("You said no. That is fine"),
    S.EXPIRED: N_("The time to answer has passed"),
    S.UNREACHABLE: N_("We could not reach you"),
    S.WITHDRAWN: N_("You are not needed this time"),
    S.STANDBY: N_("You said yes, and are on standby"),
}


@dataclass(frozen=True, slots=True)
class MyLine:
    """An offer as its expert sees it: role, state and days; the place only once the seat is theirs.

    Args:
        seat: what comes next, once the seat is theirs.
    """

    offer: Offer
    reference: str
    facts: Facts
    words: str
    is_open: bool
    seat: Seat | None

    @property
    def is_seated(self) -> bool:
        """Whether they have the seat, and it is not over."""
        return self.seat is not None and not self.seat.is_over


async def my_lines(session: AsyncSession, expert_id: int) -> list[MyLine]:
    """The expert's offers: those that wait for an answer first, then seats, then what is over, newest first."""
    lines = []
    for mine in await queries.of_expert(session, expert_id):
        seat = await seat_of(session, mine.offer) if mine.offer.state is S.ACCEPTED else None
        facts = await facts_of(session, mine.offer, with_town=seat is not None)
        words = seat.next_words if seat and seat.is_over and seat.next_words else MY_WORDS[mine.offer.state]
        is_open = mine.offer.state in OPEN
        lines.append(MyLine(mine.offer, mine.deployment.reference, facts, words, is_open, seat))
    return sorted(lines, key=lambda line: (not line.is_open, not line.is_seated))


def my_headline(lines: Sequence[MyLine]) -> str:
    """The first sentence of an expert's page."""
    waiting = [line for line in lines if line.is_open]
    if len(waiting) == 1:
        return _("Can you go to %(place)s?", place=waiting[0].facts.place)
    if waiting:
        return _("%(n)s teams ask if you can go", n=len(waiting))
    seated = next((line for line in lines if line.is_seated), None)
    if seated:
        return _("You have a seat in %(place)s", place=seated.facts.place)
    return _("Nobody waits for an answer from you")
