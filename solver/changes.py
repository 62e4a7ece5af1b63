"""What is different between two rosters, in words and as data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solver.problem import Request
from solver.roster import Change, Difference, GoalValue
from solver.words import called, span

Where = tuple[int, int]
"""Request and position."""

LEVELS = {
    "seats_filled": ("{n} seat more stays empty", "{n} seats more stay empty",
                     "{n} seat more is filled", "{n} seats more are filled"),
    "needs_met": ("{n} point less of what the team needs", "{n} points less of what the team needs",
                  "{n} point more of what the team needs", "{n} points more of what the team needs"),
    "people_kept": ("more change for those who have a seat", "more change for those who have a seat",
                    "less change for those who have a seat", "less change for those who have a seat"),
    "reserve_kept": ("{n} point more under a reserve's floor", "{n} points more under the reserves' floors",
                     "{n} point less under a reserve's floor", "{n} points less under the reserves' floors"),
    "fit": ("{n} point less of fit", "{n} points less of fit", "{n} point more of fit", "{n} points more of fit"),
    "fair_load": ("{n} point more for people who served lately", "{n} points more for people who served lately",
                  "{n} point less for people who served lately", "{n} points less for people who served lately"),
}  # fmt: skip
"""One worse, several worse, one better, several better; other levels are said by their names."""
OTHER_LEVEL = ("{n} worse in {level}", "{n} worse in {level}", "{n} better in {level}", "{n} better in {level}")


def standing(requests: Sequence[Request]) -> dict[Where, int]:
    """Who had each seat before the problem is solved: by the roster before, or confirmed, or holding it."""
    places = ((request.id, position) for request in requests for position in request.positions)
    found = {(number, p.id): next((who for who in (p.was, p.pinned, p.held) if who is not None), None)
             for number, p in places}  # fmt: skip
    return {where: who for where, who in found.items() if who is not None}


@dataclass(frozen=True, slots=True)
class _Named:
    """What places and people are called."""

    places: Mapping[Where, str]
    people: Mapping[int, str]
    several: bool
    """Whether places of more than one request are told."""
    gone: frozenset[int]
    """Who declined, or was taken out."""

    def place(self, where: Where) -> str:
        """A seat in the middle of a sentence."""
        name = self.places.get(where, "the team")
        return f"{name} of request {where[0]}" if self.several else name

    def person(self, who: int) -> str:
        return self.people.get(who, f"Expert {who}")


def changes(
    before: Mapping[Where, int], after: Mapping[Where, int], requests: Sequence[Request], names: Mapping[int, str],
    *, with_stays: bool = False,
) -> tuple[Change, ...]:  # fmt: skip
    """Who left, came and moved, each as data and as a sentence.

    Args:
        before, after: expert of each seat that has one.
        requests: for the names of their positions, and for who declined.
        names: of the experts.
        with_stays: tell of those who stay where they are, too.
    """
    places = {(request.id, p.id): called(p) for request in requests for p in request.positions}
    gone = frozenset(who for request in requests for who in request.excluded)
    told = _Named(places, names, len(requests) > 1, gone)
    found = [*_left(before, after, told), *_came(before, after, told)]
    stays = (Change("stays", who, f"{told.person(who)} stays {told.place(where)}.", where, where)
             for where, who in after.items() if before.get(where) == who)  # fmt: skip
    return (*found, *(stays if with_stays else ()))


def _left(before: Mapping[Where, int], after: Mapping[Where, int], told: _Named) -> Iterator[Change]:
    present = {(where[0], who) for where, who in after.items()}
    for where, who in before.items():
        if (where[0], who) not in present:
            why = " and is not asked again" if who in told.gone else ""
            yield Change("left", who, f"{told.person(who)} leaves the seat of {told.place(where)}{why}.", where, None)


def _came(before: Mapping[Where, int], after: Mapping[Where, int], told: _Named) -> Iterator[Change]:
    was = {(where[0], who): where for where, who in before.items()}
    for where, who in after.items():
        old, name, place = was.get((where[0], who)), told.person(who), told.place(where)
        instead = before.get(where)
        if old is None:
            for_whom = f" in place of {told.person(instead)}" if instead is not None else ""
            yield Change("came", who, f"{name} comes in as {place}{for_whom}.", None, where)
        elif old != where:
            yield Change("moved", who, f"{name} moves from {told.place(old)} to {place}.", old, where)


def aloud(told: Sequence[Change]) -> tuple[str, ...]:
    """Changes as sentences; who left is not said twice when somebody is named who came in that place."""
    came = {change.is_now for change in told if change.kind == "came"}
    return tuple(change.text for change in told if change.kind != "left" or change.was not in came)


def differences(better: Sequence[GoalValue], other: Sequence[GoalValue]) -> tuple[Difference, ...]:
    """Where another roster is worse, or better, level by level; equal levels are left out."""
    values = {goal.name: goal.value for goal in other}
    found = ((goal.name, goal.value - values.get(goal.name, 0)) for goal in better)
    return tuple(Difference(name, worse, in_words(name, worse)) for name, worse in found if worse)


def in_words(level: str, worse: int) -> str:
    """A difference at one level as the desk would say it."""
    if level == "travel_minutes":
        return f"{span(abs(worse))} {'more' if worse > 0 else 'less'} of travel in all"
    kind = level.rstrip("_0123456789")
    one, several, one_better, several_better = LEVELS.get(kind, OTHER_LEVEL)
    words = (one if worse == 1 else several) if worse > 0 else (one_better if worse == -1 else several_better)
    return words.format(n=abs(worse), level=kind.replace("_", " "))


def in_a_line(costs: Sequence[Difference]) -> str:
    """All differences of another roster in one line."""
    return "; ".join(cost.text for cost in costs) or "as good in everything that counts"
