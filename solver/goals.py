"""The goals in their order (solver.md): each level counts infinitely more than all that follow it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from solver.candidates import Seats, need_price
from solver.model import Model, Need, Sit

Worth = Callable[[Seats, int], int]

WIDEST_STAGE = 1 << 45
"""Goals are solved in one sum while no value of it can pass this: far from 64 bits, and exact in the doubles of the
linear relaxation."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One level: what each sitting adds, what each missing need costs; more is better."""

    name: str
    sitting: Mapping[Sit, int]
    missing: Mapping[Need, int]

    def value(self, seating: Mapping[int, int], lacks: Mapping[Need, int]) -> int:
        """What a seating comes to, and the needs that it lacks."""
        got = sum(self.sitting.get(sit, 0) for sit in seating.items())
        return got - sum(price * lacks[need] for need, price in self.missing.items())

    def reach(self, m: Model) -> int:
        """No two values of this level are farther apart."""
        per_seat: defaultdict[int, list[int]] = defaultdict(list)
        for (number, _), worth in self.sitting.items():
            per_seat[number].append(worth)
        reach = sum(price * m.most_missing[need] for need, price in self.missing.items())
        for number, worths in per_seat.items():
            # A seat may stay empty, worth 0, unless its person is pinned.
            ends = worths if m.seats[number].position.pinned is not None else [0, *worths]
            reach += max(ends) - min(ends)
        return reach


def levels(m: Model) -> list[Goal]:
    """All levels, most important first: seats by priority, needs by priority, disruption, fit, journey, load."""
    return [
        *_filled(m),
        *_needs_met(m),
        _each(m, "people_kept", lambda seat, row: int(seat.kept[row])),
        _each(m, "fit", lambda seat, row: int(seat.fit[row])),
        _each(m, "travel_minutes", lambda seat, row: -int(seat.far[row])),
        _each(m, "fair_load", lambda seat, row: -int(seat.load[row])),
    ]


def _each(m: Model, name: str, worth: Worth) -> Goal:
    return Goal(name, {(n, row): worth(m.seats[n], row) for n, row in m.sits}, {})


def _filled(m: Model) -> list[Goal]:
    """One level for each priority: of the request first, then of the seat."""
    rank = {seat.number: (seat.request.priority, seat.position.priority) for seat in m.seats}
    by_rank: dict[tuple[int, int], dict[Sit, int]] = {one: {} for one in sorted(set(rank.values()))}
    for number, row in m.sits:
        by_rank[rank[number]][number, row] = 1
    return [Goal(f"seats_filled_{urgency}_{place}", sitting, {}) for (urgency, place), sitting in by_rank.items()]


def _needs_met(m: Model) -> list[Goal]:
    """One level for each priority of the requests; within it a need weighs what the policy says."""
    urgency = {seat.request.id: seat.request.priority for seat in m.seats}
    by_rank: defaultdict[int, dict[Need, int]] = defaultdict(dict)
    for need in m.missing:
        by_rank[urgency[need[0]]][need] = need_price(need[1], m.policy)
    return [Goal(f"needs_met_{rank}", {}, by_rank[rank]) for rank in sorted(by_rank)]


def stages(m: Model, goals: Iterable[Goal]) -> list[list[Goal]]:
    """Consecutive levels that one weighted sum can hold with proven gaps, so that few solves do."""
    found: list[list[Goal]] = []
    width = WIDEST_STAGE
    for goal in goals:
        reach = goal.reach(m) + 1
        if width * reach >= WIDEST_STAGE:
            found.append([])
            width = 1
        found[-1].append(goal)
        width *= reach
    return found


def summed(m: Model, stage: Sequence[Goal]) -> Goal:
    """One sum for a stage: a step of one level weighs more than everything the levels below can differ by."""
    sitting: defaultdict[Sit, int] = defaultdict(int)
    missing: defaultdict[Need, int] = defaultdict(int)
    unit = 1
    for goal in reversed(stage):
        for sit, worth in goal.sitting.items():
            sitting[sit] += worth * unit
        for need, price in goal.missing.items():
            missing[need] += price * unit
        unit *= goal.reach(m) + 1
    return Goal(" > ".join(goal.name for goal in stage), sitting, missing)
