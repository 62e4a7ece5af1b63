"""Best fit first: what a good filter and a list give. Where the optimiser starts, and what it is measured by."""

from collections.abc import Sequence

from solver.candidates import pins, team_fails
from solver.pool import Pool
from solver.problem import Policy
from solver.survey import Seats


def greedy(pool: Pool, seats: Sequence[Seats], policy: Policy) -> dict[int, int]:
    """Seat number to row: by priority, each seat takes the best who is left, and no hard rule is broken."""
    seating = pins(pool, seats)
    for seat in sorted(seats, key=lambda one: (one.request.priority, one.position.priority)):
        if seat.number in seating:
            continue
        possible = seat.order[team_fails(pool, seats, seat, seating, policy)[seat.order] == 0]
        if len(possible):
            seating[seat.number] = int(possible[0])
    return seating
