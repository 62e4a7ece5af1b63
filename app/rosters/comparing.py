"""Two versions of a roster side by side: who sits where, and which one is better in what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rosters.models import Proposal
from app.rosters.queries import ProposedSeat
from solver.changes import in_words

LEVELS = ("seats_filled", "needs_met", "people_kept", "reserve", "fit", "travel_minutes", "fair_load")
"""The goals in their order, by the beginning of their names: what is kept as JSON has lost it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One seat in both versions: names, or "" where nobody sits."""

    title: str
    one: str
    other: str

    @property
    def is_same(self) -> bool:
        """Whether the same person sits in both."""
        return self.one == self.other


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions.

    Args:
        pairs: seat by seat.
        costs: what is worse, or better, in the second one, level by level in the order of the goals.
        better: the number of the version that is better at the first level that differs; None: equal in all.
    """

    pairs: tuple[Pair, ...]
    costs: tuple[str, ...]
    better: int | None


def compare(
    one: Proposal, other: Proposal, seats: Sequence[ProposedSeat], other_seats: Sequence[ProposedSeat]
) -> Compared:
    """The second version against the first."""
    there = {seat.position.id: _name(seat) for seat in other_seats}
    pairs = tuple(Pair(seat.position.title, _name(seat), there.get(seat.position.id, "")) for seat in seats)
    differing = _differences(one.goals, other.goals)
    better = None
    if differing:
        better = one.version if next(iter(differing.values())) > 0 else other.version
    return Compared(pairs, tuple(in_words(level, worse) for level, worse in differing.items()), better)


def _name(seat: ProposedSeat) -> str:
    return seat.choice.expert.name if seat.choice else ""


def _differences(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Level to how much worse the other is there, the most important first."""
    found = {level: one[level] - other.get(level, 0) for level in sorted(one, key=_rank)}
    return {level: worse for level, worse in found.items() if worse}


def _rank(level: str) -> tuple[int, str]:
    return next((n for n, start in enumerate(LEVELS) if level.startswith(start)), len(LEVELS)), level
