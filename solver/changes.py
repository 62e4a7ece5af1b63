"""What is different between two rosters, in words and as data."""

from collections.abc import Iterator, Mapping, Sequence

from solver.problem import Request
from solver.roster import Change, Difference, GoalValue
from solver.words import span

Where = tuple[int, int]
"""Request and position."""

LEVELS = {
    "seats_filled": ("seat left empty", "seats left empty", "seat filled besides", "seats filled besides"),
    "needs_met": ("point more of needs not met", "points more of needs not met", "point fewer", "points fewer"),
    "people_kept": ("point more of disruption", "points more of disruption", "point less", "points less"),
    "fit": ("point of fit less", "points of fit less", "point of fit more", "points of fit more"),
    "fair_load": ("point more of load", "points more of load", "point of load less", "points of load less"),
}
"""One worse, several worse, one better, several better."""


def standing(requests: Sequence[Request]) -> dict[Where, int]:
    """Who confirmed or holds each seat before the problem is solved."""
    places = ((request.id, position) for request in requests for position in request.positions)
    found = {(number, p.id): p.held if p.pinned is None else p.pinned for number, p in places}
    return {where: who for where, who in found.items() if who is not None}


def changes(
    before: Mapping[Where, int], after: Mapping[Where, int], requests: Sequence[Request], names: Mapping[int, str]
) -> tuple[Change, ...]:
    """Who came, left and moved.

    Args:
        before, after: expert of each seat that has one.
        requests: for the codes of their positions.
        names: of the experts.
    """
    codes = {(request.id, p.id): p.code for request in requests for p in request.positions}
    was = {who: where for where, who in before.items()}
    now = {who: where for where, who in after.items()}
    return tuple(_changes(was, now, codes, names))


def _changes(
    was: Mapping[int, Where], now: Mapping[int, Where], codes: Mapping[Where, str], names: Mapping[int, str]
) -> Iterator[Change]:
    for who in [*now, *(one for one in was if one not in now)]:
        name, old, new = names.get(who, f"Expert {who}"), was.get(who), now.get(who)
        if old is None and new is not None:
            yield Change("came", who, f"{name} comes in as {codes[new]}", None, new)
        elif new is None and old is not None:
            yield Change("left", who, f"{name} leaves {codes.get(old, 'the team')}", old, None)
        elif old != new and old is not None and new is not None:
            yield Change("moved", who, f"{name} moves from {codes[old]} to {codes[new]}", old, new)


def differences(better: Sequence[GoalValue], other: Sequence[GoalValue]) -> tuple[Difference, ...]:
    """Where another roster is worse, or better, level by level; equal levels are left out."""
    values = {goal.name: goal.value for goal in other}
    found = ((goal.name, goal.value - values.get(goal.name, 0)) for goal in better)
    return tuple(Difference(name, worse, in_words(name, worse)) for name, worse in found if worse)


def in_words(level: str, worse: int) -> str:
    """A difference at one level as the desk would say it."""
    if level == "travel_minutes":
        return f"{span(abs(worse))} {'longer' if worse > 0 else 'shorter'} journeys in all"
    kind = level.rstrip("_0123456789")
    one, several, one_better, several_better = LEVELS[kind]
    words = (one if worse == 1 else several) if worse > 0 else (one_better if worse == -1 else several_better)
    return f"{abs(worse)} {words}"
