"""Best fit first: what a good filter and a list give. Where the optimiser starts, and what it is measured by."""

from collections import defaultdict
from collections.abc import Sequence

from solver.candidates import elsewhere_fails, pins
from solver.pool import Pool
from solver.problem import Policy
from solver.survey import Seats


def greedy(pool: Pool, seats: Sequence[Seats], policy: Policy) -> dict[int, int]:
    """Seat number to row: by priority, each seat takes the best who is left, and no hard rule is broken."""
    seating = pins(pool, seats)
    filling = _Filling(pool, policy)
    for seat in seats:
        if seat.number in seating:
            filling.seat(seat, seating[seat.number])
    for seat in sorted(seats, key=lambda one: (one.request.priority, one.position.priority)):
        if seat.number not in seating:
            first = next((row for row in seat.best.rows.tolist() if filling.may_sit(seat, row)), None)
            if first is not None:
                seating[seat.number] = first
                filling.seat(seat, first)
    return seating


class _Filling:
    """Teams that are being filled, and the rules that depend on who sits there already."""

    def __init__(self, pool: Pool, policy: Policy) -> None:
        self._pool, self._policy = pool, policy
        self._mates: defaultdict[int, list[int]] = defaultdict(list)
        """Request to the rows in it."""
        self._places: defaultdict[int, list[Seats]] = defaultdict(list)
        """Row to the seats of that person."""

    def seat(self, seat: Seats, row: int) -> None:
        """Somebody sits down."""
        self._mates[seat.request.id].append(row)
        self._places[row].append(seat)

    def may_sit(self, seat: Seats, row: int) -> bool:
        """Whether somebody who passes every rule of a person breaks none of the team."""
        pool, mates = self._pool, self._mates[seat.request.id]
        if row in mates or (row in self._places and elsewhere_fails(pool, seat, row, self._places[row], self._policy)):
            return False
        employer = pool.employer[row]
        if self._policy.one_per_employer and employer >= 0 and (pool.employer[mates] == employer).any():
            return False
        room = int(pool.trainee[mates].sum()) < self._policy.max_trainees
        return not pool.trainee[row] or (room and bool(pool.mentor[mates].any()))
