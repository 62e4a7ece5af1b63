"""What the desk's and the expert's pages show. Queries and decisions are here, so that templates only show."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.places import STATES, clock_time, days
from app.deployments.models import Deployment, Position
from app.deployments.queries import SeatCount, SeatView
from app.deployments.queries import seats as seats_of
from app.deployments.states import DeploymentState, PositionState
from app.dispatch import queries
from app.dispatch.models import Offer
from app.dispatch.states import OFFER, OPEN, OfferState
from app.experts.models import Expert
from app.messaging import queries as messages
from app.messaging import texts
from app.requests.intake import topic
from app.requests.models import Request
from app.requests.states import RequestState
from app.rosters.models import Proposal, ProposalState
from app.rosters.queries import ProposedSeat

S, R = OfferState, RequestState
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
BEFORE = {
    R.DRAFT: "{place} is writing a request",
    R.SUBMITTED: "{place} has asked for a team",
    R.IN_INTAKE: "{place} waits for a recommendation",
    R.INFO_NEEDED: "{place} has a question to answer",
    R.RECOMMENDED: "{place} waits for a decision",
    R.DECLINED: "The request of {place} is declined",
    R.REFERRED: "The request of {place} is referred",
    R.WITHDRAWN: "{place} has withdrawn its request",
    R.MERGED: "The request of {place} belongs to another",
}
REASON_ICONS = {
    "leader": "star",
    "discipline": "groups",
    "required": "verified",
    "expertise": "school",
    "language": "translate",
    "licence": "verified_user",
    "experience": "history",
    "travel": "near_me",
}
"""Code of a reason to the icon beside its words."""
KINDS = {
    "offer": "Question",
    "reminder": "Reminder",
    "spoken_offer": "Call with the question",
    "not_clear": "Asked again what they mean",
    "deferred": "Told that a person looks",
}


def headline_of(
    request: Request, deployment: Deployment | None, seats: SeatCount | None, roster: ProposalState | None
) -> str:
    """Where a request stands, in one sentence."""
    place = f"{request.city}, {request.place_state}"
    if request.state is not R.APPROVED:
        return BEFORE[request.state].format(place=place)
    if deployment is not None and deployment.state is DeploymentState.STOOD_DOWN:
        return f"The team for {place} is called off"
    is_planning = deployment is not None and deployment.state is DeploymentState.PLANNING
    if deployment is None or seats is None or (is_planning and roster is None):
        return f"The team for {place} is being composed"
    if is_planning and roster is ProposalState.ACCEPTED:
        return f"The people for {place} are being asked"
    if is_planning:
        return f"A team of {seats.total} is proposed for {place}"
    if deployment.staffed_at is not None:
        return f"The team of {seats.total} for {place} is confirmed"
    return f"{seats.filled} of {seats.total} have said yes for {place}"


@dataclass(frozen=True, slots=True)
class OfferLine:
    """One offer under its seat.

    Args:
        can_answer: an answer by phone may be entered.
        can_withdraw: the offer may be taken back.
        sent: its texts and calls, the latest first.
    """

    offer: Offer
    expert: Expert
    can_answer: bool
    can_withdraw: bool
    sent: tuple[messages.Outgoing, ...]

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


MARKS = {PositionState.FILLED: "yes", PositionState.HELD: "ask", PositionState.UNFILLABLE: "no"}


async def seat_lines(session: AsyncSession, request: Request, deployment: Deployment) -> list[SeatLine]:
    """The team seat by seat, with offers and how their texts got on."""
    by_offer: dict[int, list[messages.Outgoing]] = defaultdict(list)
    for sent in await messages.of_topic(session, topic(request), limit=2000):
        if sent.offer_id is not None:
            by_offer[sent.offer_id].append(sent)
    asked: dict[int, list[queries.OfferView]] = defaultdict(list)
    for view in await queries.of_deployment(session, deployment.id):
        asked[view.position.id].append(view)
    return [_seat_line(seat, asked[seat.position.id], by_offer) for seat in await seats_of(session, deployment.id)]


def _seat_line(
    seat: SeatView, asked: Sequence[queries.OfferView], sent: Mapping[int, list[messages.Outgoing]]
) -> SeatLine:
    lines = [_offer_line(view, seat, tuple(sent.get(view.offer.id, ()))) for view in asked]
    now = tuple(line for line in lines if line.offer.state in (*OPEN, S.ACCEPTED))
    earlier = tuple(line for line in lines if line not in now)
    return SeatLine(seat, now, earlier, MARKS.get(seat.position.state, ""))


def _offer_line(view: queries.OfferView, seat: SeatView, sent: tuple[messages.Outgoing, ...]) -> OfferLine:
    offer = view.offer
    is_asked = offer.state in OPEN
    is_late = offer.state in (S.EXPIRED, S.UNREACHABLE, S.STANDBY) and not seat.is_filled
    can_withdraw = OFFER.can(offer.state, "withdraw") and offer.state is not S.ACCEPTED
    return OfferLine(offer, view.expert, is_asked or is_late, can_withdraw, sent)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a version of the roster changed against the one before, as sentences."""

    version: int
    different: tuple[str, ...]
    stays: int


def changed(proposal: Proposal | None) -> Changed | None:
    """Who left, came and moved with a version, and how many stay."""
    if proposal is None:
        return None
    told = [(change["kind"], change["text"]) for change in proposal.changes]
    different = tuple(text for kind, text in told if kind != "stays")
    return Changed(proposal.version, different, len(told) - len(different))


@dataclass(frozen=True, slots=True)
class Preview:
    """The text that goes out, with its length."""

    body: str
    length: int


def preview(request: Request, deployment: Deployment, seats: Sequence[ProposedSeat], until: datetime) -> Preview | None:
    """The first text of the first proposed person, with a code that stands for hers; None with nobody to ask."""
    first = next(((seat.position, seat.choice) for seat in seats if seat.choice), None)
    if first is None:
        return None
    position, choice = first
    words = texts.OfferWords(
        code="412",
        role=position.title.lower(),
        state=request.place_state,
        dates=days(deployment.starts_at, deployment.ends_at, request.time_zone),
        reply_by=clock_time(until, choice.expert.time_zone),
        language=choice.expert.preferred_language,
    )
    body = texts.offer(words).body
    return Preview(body, len(body))


def arrivals(seats: Sequence[ProposedSeat]) -> dict[int, datetime | None]:
    """Pick to the moment its person would be on site; None without a journey."""
    picks = [seat.choice.pick for seat in seats if seat.choice]
    return {pick.id: datetime.fromisoformat(pick.travel["arrive"]) if pick.travel else None for pick in picks}


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
