"""The proposed team: what its page says beside the cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.places import day_and_time
from app.deployments.models import Deployment
from app.dispatch.preview import Planned
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
class Check:
    """One thing that was checked about the proposed team: good, or worth a second look."""

    text: str
    is_good: bool


def checks(
    deployment: Deployment, proposal: Proposal, seats: Sequence[ProposedSeat], planned: Sequence[Planned], zone: str
) -> list[Check]:
    """What speaks for asking this team, and what to look at first."""
    filled = [seat for seat in seats if seat.choice]
    found = [Check(f"All {len(seats)} seats have somebody", is_good=True)]
    if len(filled) < len(seats):
        found = [Check(f"{len(seats) - len(filled)} of {len(seats)} seats have nobody", is_good=False)]
    found += [Check(shortage["text"], is_good=False) for shortage in proposal.shortages]
    found.append(Check("No rule is broken: a second program judged it on its own", is_good=True))
    first = min((moment for moment in arrivals(seats).values() if moment), default=None)
    if first is not None:
        # A journey is counted in whole minutes, so that the first one may seem a minute late.
        in_time = first <= deployment.starts_at + timedelta(minutes=1)
        wanted = day_and_time(deployment.starts_at, zone)
        found.append(Check(f"First on site {day_and_time(first, zone)}, wanted {wanted}", in_time))
    for seat in filled:
        warnings = (
            [reason["text"] for reason in seat.choice.pick.reasons if reason["is_warning"]] if seat.choice else []
        )
        found += [Check(f"{seat.choice.expert.name}: {text}", is_good=False) for text in warnings if seat.choice]
    return found + _reach(planned)


def _reach(planned: Sequence[Planned]) -> list[Check]:
    """Who is not reached by a text at once."""
    found = [Check(f"{one.expert.name} has no number", is_good=False) for one in planned if one.is_unreachable]
    found += [
        Check(f"{one.expert.name} takes no texts and is called", is_good=False)
        for one in planned
        if one.is_call and not one.is_unreachable
    ]
    later = [one for one in planned if one.is_later]
    if later:
        count = "One person is" if len(later) == 1 else f"{len(later)} people are"
        found.append(Check(f"It is night for them: {count} asked in the morning", is_good=False))
    return found


def arrivals(seats: Sequence[ProposedSeat]) -> dict[int, datetime | None]:
    """Pick to the moment its person would be on site; None without a journey."""
    picks = [seat.choice.pick for seat in seats if seat.choice]
    return {pick.id: datetime.fromisoformat(pick.travel["arrive"]) if pick.travel else None for pick in picks}
