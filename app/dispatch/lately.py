"""How often one person was asked in the last 30 days, what they said to it, and whether they rest from questions."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.dispatch.limits import A_MONTH, Rest, resting
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState

YES = (OfferState.ACCEPTED, OfferState.STANDBY)
NO = (OfferState.DECLINED,)
NOTHING = (OfferState.EXPIRED, OfferState.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Lately:
    """The questions to one person in the last 30 days: each is one of `yes` to `taken_back`.

    Args:
        yes, no: how they were answered, as it stands now.
        nothing: never answered.
        waiting: not answered yet, in time still.
        taken_back: by the desk, or because somebody else had the seat.
        rest: when enough is enough; None: they may be asked.
    """

    yes: int
    no: int
    nothing: int
    waiting: int
    taken_back: int
    rest: Rest | None

    @property
    def asked(self) -> int:
        """How many questions that is."""
        return self.yes + self.no + self.nothing + self.waiting + self.taken_back

    @property
    def said(self) -> str:
        """It in a sentence: "Asked 4 times in the last 30 days: 1 yes, 2 no, 1 without an answer."."""
        if not self.asked:
            return "Not asked in the last 30 days."
        counts = {
            "yes": self.yes, "no": self.no, "without an answer": self.nothing, "not answered yet": self.waiting,
            "taken back": self.taken_back,
        }  # fmt: skip
        told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"Asked {'once' if self.asked == 1 else f'{self.asked} times'} in the last 30 days: {told}."


async def of(session: AsyncSession, expert_id: int) -> Lately:
    """What the last 30 days were for one expert."""
    rows = await session.execute(
        select(Offer.state, func.count())
        .where(Offer.expert_id == expert_id, Offer.asked_at > clock.now() - A_MONTH)
        .group_by(Offer.state)
    )
    return counted({row[0]: row[1] for row in rows}, await resting(session, expert_id))


def counted(states: Mapping[OfferState, int], rest: Rest | None) -> Lately:
    """The questions by what came of them. Pure."""
    yes, no, nothing, waiting = (sum(states.get(one, 0) for one in group) for group in (YES, NO, NOTHING, OPEN))
    taken_back = sum(states.values()) - yes - no - nothing - waiting
    return Lately(yes, no, nothing, waiting, taken_back, rest)
