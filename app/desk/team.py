"""The team that is asked or confirmed: seat by seat, with every offer and how its texts got on."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Deployment
from app.deployments.queries import SeatView
from app.deployments.queries import seats as seats_of
from app.deployments.states import PositionState
from app.dispatch import ladder, nights, queries
from app.dispatch.ladder import Step
from app.dispatch.models import Offer
from app.dispatch.nights import Awake
from app.dispatch.states import OFFER, OPEN, OfferState
from app.experts.models import Expert
from app.messaging import queries as messages
from app.messaging import sealed
from app.requests.intake import topic
from app.requests.models import Request
from app.requests.states import Priority

S = OfferState
STATE_WORDS = {
    S.PLANNED: "not asked yet, it is night there",
    S.CONTACTING: "asked, no answer yet",
    S.ACCEPTED: "yes",
    S.DECLINED: "no",
    S.EXPIRED: "no answer in time",
    S.UNREACHABLE: "cannot be reached",
    S.WITHDRAWN: "taken back",
    S.DEFERRED: "answered with a condition",
    S.STANDBY: "yes, on standby",
}
KINDS = {
    "offer": "Question",
    "reminder": "Reminder",
    "spoken_offer": "Call with the question",
    "not_clear": "Asked again what they mean",
    "deferred": "Told that a person looks",
}


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer under its seat.

    Args:
        can_answer: an answer by phone may be entered.
        can_withdraw: the offer may be taken back.
        sent: its texts and calls, the latest first.
        next_text: what the ladder does next if nothing comes, and `next_at` when; empty when nothing.
    """

    offer: Offer
    expert: Expert
    can_answer: bool
    can_withdraw: bool
    sent: tuple[messages.Outgoing, ...]
    next_text: str
    next_at: datetime | None

    @property
    def is_contacted(self) -> bool:
        """Whether a text or call of ours has reached them."""
        return any(one.is_contact for one in self.sent)

    @property
    def last(self) -> str:
        """How the last text or call got on: "Reminder: delivered"."""
        if not self.sent:
            return ""
        sent = self.sent[0]
        kind = KINDS.get(sent.kind, sent.kind.replace("_", " ").capitalize())
        return f"{kind}: {sent.in_words[:1].lower()}{sent.in_words[1:]}" + (f" ({sent.why})" if sent.why else "")


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat: who is asked or has it, and who was asked before.

    Args:
        mark: how its dot is drawn: "yes", "ask", "no" or "".
    """

    view: SeatView
    offers: tuple[OfferLine, ...]
    earlier: tuple[OfferLine, ...]
    mark: str


STEPS = {
    Step.TEXT: "The question goes out",
    Step.REMIND: "A reminder goes out",
    Step.CALL: "They are called",
    Step.CALL_ALTERNATE: "Their other number is called",
    Step.ASK_NEXT: "The next person is asked as well",
    Step.EXPIRE: "The offer runs out",
}
"""What a rung of the ladder does, as a sentence."""
MARKS = {PositionState.FILLED: "yes", PositionState.HELD: "ask", PositionState.UNFILLABLE: "no"}


async def seat_lines(session: AsyncSession, request: Request, deployment: Deployment) -> list[SeatLine]:
    """The team seat by seat, with offers and how their texts got on."""
    by_offer: dict[int, list[messages.Outgoing]] = defaultdict(list)
    for sent in await messages.of_topic(session, topic(request), limit=2000):
        if sent.offer_id is not None:
            by_offer[sent.offer_id].append(replace(sent, body=sealed.shown(sent.body)))
    asked: dict[int, list[queries.OfferView]] = defaultdict(list)
    for view in await queries.of_deployment(session, deployment.id):
        asked[view.position.id].append(view)
    people = [view.expert for views in asked.values() for view in views]
    awake = await nights.of(session, deployment, people)
    found = await seats_of(session, deployment.id)
    return [_seat_line(seat, asked[seat.position.id], by_offer, deployment.priority, awake) for seat in found]


def _seat_line(
    seat: SeatView,
    asked: Sequence[queries.OfferView],
    sent: Mapping[int, list[messages.Outgoing]],
    priority: Priority,
    awake: Mapping[int, Awake],
) -> SeatLine:
    lines = [
        _offer_line(view, seat, tuple(sent.get(view.offer.id, ())), priority, awake[view.expert.id]) for view in asked
    ]
    now = tuple(line for line in lines if line.offer.state in (*OPEN, S.ACCEPTED))
    earlier = tuple(line for line in lines if line not in now)
    return SeatLine(seat, now, earlier, MARKS.get(seat.position.state, ""))


def _offer_line(
    view: queries.OfferView, seat: SeatView, sent: tuple[messages.Outgoing, ...], priority: Priority, awake: Awake
) -> OfferLine:
    offer = view.offer
    is_asked = offer.state in OPEN
    is_late = offer.state in (S.EXPIRED, S.UNREACHABLE, S.STANDBY) and not seat.is_filled
    can_withdraw = OFFER.can(offer.state, "withdraw") and offer.state is not S.ACCEPTED
    text, at = next_step(offer, priority, awake.since)
    return OfferLine(offer, view.expert, is_asked or is_late, can_withdraw, sent, text, at)


def next_step(offer: Offer, priority: Priority, since: Callable[[datetime], datetime]) -> tuple[str, datetime | None]:
    """What the ladder does next with an open offer if nothing comes, and when; `since`: the end of a night there."""
    rungs = ladder.USUAL[priority]
    if offer.state not in (S.PLANNED, S.CONTACTING) or offer.rung >= len(rungs):
        return "", None
    rung, at = ladder.following(offer.asked_at, offer.reply_by, priority, offer.rung, since)
    return STEPS[rungs[rung].step], at


@dataclass(frozen=True, slots=True)
class Tally:
    """How far the asking is, in numbers.

    Args:
        asked: people who have an offer or had one.
        reached: of those, whom a text or call has reached.
        yes: seats taken.
        no: who said no.
        silent: who did not answer in time, or cannot be reached.
        waiting: open offers, without those that answered with a condition.
        unclear: answered with a condition.
    """

    asked: int
    reached: int
    yes: int
    no: int
    silent: int
    waiting: int
    unclear: int


def tally(seats: Sequence[SeatLine]) -> Tally:
    """The numbers of a team."""
    lines = [line for seat in seats for line in (*seat.offers, *seat.earlier)]
    states = Counter(line.offer.state for line in lines)
    return Tally(
        len(lines) - states[S.PLANNED],
        sum(line.is_contacted for line in lines),
        states[S.ACCEPTED] + states[S.STANDBY],
        states[S.DECLINED],
        states[S.EXPIRED] + states[S.UNREACHABLE],
        states[S.CONTACTING] + states[S.PLANNED],
        states[S.DEFERRED],
    )
