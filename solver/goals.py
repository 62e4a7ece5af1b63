"""The goals in their order, as integer expressions over the model: each level counts infinitely more than the next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.candidates import Seats
from solver.model import Model, Sit

Expression = cp_model.LinearExprT
Worth = Callable[[Seats, int], int]


@dataclass(frozen=True, slots=True)
class Goal:
    """One level: what each sitting adds, what each missing need costs; more is better."""

    name: str
    sitting: Mapping[Sit, int]
    missing: Mapping[tuple[int, str], int]

    def expression(self, m: Model) -> Expression:
        """The level over the model's variables."""
        terms = [m.sits[sit] * worth for sit, worth in self.sitting.items() if worth]
        terms += [m.missing[need] * -price for need, price in self.missing.items() if price]
        return sum(terms)

    def value(self, m: Model, solver: cp_model.CpSolver) -> int:
        """What it came to."""
        got = sum(worth for sit, worth in self.sitting.items() if solver.boolean_value(m.sits[sit]))
        return got - sum(price * solver.value(m.missing[need]) for need, price in self.missing.items())


def need_price(m: Model, need: str) -> int:
    """What one missing need weighs within its level."""
    return m.policy.need_weights.get(need.split(maxsplit=1)[0], 1)


def levels(m: Model) -> list[Goal]:
    """The six levels of `solver.md`, most important first."""
    lowest = max(seat.position.priority for seat in m.seats) if m.seats else 1
    most = len(m.seats) + 1

    def filled(seat: Seats, _row: int) -> int:
        # Never more seats of a lower priority for one of a higher; two priorities stay far from 64 bits.
        worth: int = most ** min(lowest - seat.position.priority, 6) * (4 - min(seat.request.priority, 3))
        return worth

    def each(worth: Worth) -> dict[Sit, int]:
        return {(n, row): worth(m.seats[n], row) for n, row in m.sits}

    return [
        Goal("seats_filled", each(filled), {}),
        Goal("needs_met", {}, {need: need_price(m, need[1]) for need in m.missing}),
        Goal("people_kept", each(lambda seat, row: int(seat.kept[row])), {}),
        Goal("fit", each(lambda seat, row: int(seat.fit[row])), {}),
        Goal("travel_minutes", each(lambda seat, row: -int(seat.trips.minutes[row])), {}),
        Goal("fair_load", each(lambda seat, row: -int(seat.load[row])), {}),
    ]
