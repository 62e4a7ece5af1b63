"""The proposed team: what its page says beside the cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.places import clock_time, days
from app.deployments.models import Deployment
from app.dispatch import links
from app.messaging import sealed, texts
from app.requests.models import Request
from app.rosters.models import Proposal
from app.rosters.queries import ProposedSeat

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
        link=links.address(sealed.SAMPLE),
    )
    body = texts.offer(words).body
    return Preview(body, len(body))


def arrivals(seats: Sequence[ProposedSeat]) -> dict[int, datetime | None]:
    """Pick to the moment its person would be on site; None without a journey."""
    picks = [seat.choice.pick for seat in seats if seat.choice]
    return {pick.id: datetime.fromisoformat(pick.travel["arrive"]) if pick.travel else None for pick in picks}
