"""What the rules of a team leave open once its pinned people are counted: as rows of a linear program."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from solver.pool import Flags, Floats, Ints, Pool
from solver.problem import Policy, Request
from solver.survey import Seats
from solver.trips import rest_minutes
from solver.worth import experienced_wanted, need_price

Need = tuple[int, str]
"""Id of the request, name of the need."""


@dataclass(frozen=True, slots=True)
class Side:
    """One rule of one team: `plus` counts for it, `minus` against it, and the sum over its open seats is bounded."""

    plus: Flags
    low: float = -np.inf
    high: float = np.inf
    minus: Flags | float = 0.0
    times: int = 1
    """How often `minus` counts."""
    need: Need | None = None
    """A need may be missed, at a price; a rule may not."""
    price: int = 0
    most: float = 0.0
    """How much of a need can be missing."""

    def counts(self, rows: Ints) -> Floats:
        """What each of these people counts."""
        minus = self.minus if isinstance(self.minus, float) else self.minus[rows]
        found: Floats = self.plus[rows].astype(np.float64) - self.times * minus
        return found


@dataclass(frozen=True, slots=True)
class Team:
    """The open seats of one request, who cannot join it, and the rules that go over several seats."""

    request: Request
    seats: tuple[Seats, ...]
    """Not pinned, and somebody of the pool passes every rule of a person."""
    pinned: tuple[int, ...]
    """Rows of the people who stay."""
    barred: Flags | None
    """Who cannot join the people who stay; None when nobody is barred."""
    sides: tuple[Side, ...]


def teams(
    pool: Pool, seats: Sequence[Seats], pinned: Mapping[int, int], policy: Policy, *, all_filled: bool
) -> list[Team]:
    """One team for each request, in the order of the problem.

    Args:
        pool: everybody.
        seats: every seat of every request.
        pinned: number of the seat to the row that stays there.
        policy: limits and weights.
        all_filled: count on every seat being filled that anybody fits; the rows are tighter then.
    """
    by_request: dict[int, list[Seats]] = {}
    for seat in seats:
        by_request.setdefault(seat.request.id, []).append(seat)
    return [_team(pool, theirs, pinned, policy, all_filled=all_filled) for theirs in by_request.values()]


def _team(pool: Pool, seats: Sequence[Seats], pinned: Mapping[int, int], policy: Policy, *, all_filled: bool) -> Team:
    request = seats[0].request
    stay = [pinned[seat.number] for seat in seats if seat.number in pinned]
    if len(stay) == len(seats):
        return Team(request, (), tuple(stay), None, ())
    barred = _barred(pool, stay, policy) if stay or policy.max_trainees < 1 else None
    free = [seat for seat in seats if seat.number not in pinned]
    if barred is None:
        free = [seat for seat in free if len(seat.best.rows)]
    else:
        free = [seat for seat in free if not barred[seat.best.rows].all()]
    sides = tuple(_sides(pool, free, stay, policy, all_filled=all_filled)) if free else ()
    return Team(request, tuple(free), tuple(stay), barred, sides)


def _barred(pool: Pool, stay: Sequence[int], policy: Policy) -> Flags:
    barred = np.zeros(len(pool), dtype=bool)
    barred[stay] = True
    if policy.one_per_employer:
        barred |= pool.works_for(pool.employer[stay].tolist())
    if int(pool.trainee[stay].sum()) >= policy.max_trainees:
        barred |= pool.trainee
    return barred


def _sides(
    pool: Pool, free: Sequence[Seats], stay: Sequence[int], policy: Policy, *, all_filled: bool
) -> Iterable[Side]:
    request = free[0].request
    room = policy.max_trainees - int(pool.trainee[stay].sum())
    if room > 0:
        yield Side(pool.trainee, high=room)
        if not pool.mentor[stay].any():
            yield Side(pool.trainee, high=0, minus=pool.mentor, times=room)
    for name, meets in free[0].ground.needs.items():
        if not meets[stay].any():
            yield Side(meets, low=1, need=(request.id, name), price=need_price(name, policy), most=1)
    have, need = int(pool.experienced[stay].sum()), (request.id, "experienced")
    price, share = need_price("experienced", policy), float(policy.experienced_share)
    wanted = experienced_wanted(len(free) + len(stay), policy) - have
    if wanted > 0 and all_filled:
        yield Side(pool.experienced, low=wanted, need=need, price=price, most=wanted)
    elif wanted > 0:
        low = share * len(stay) - have - 1e-9
        yield Side(pool.experienced, low=low, minus=share, need=need, price=price, most=wanted)


def cliques(requests: Sequence[Request], policy: Policy) -> list[list[int]]:
    """Groups of requests (by place in the list) that nobody can serve two of: stay and rest overlap for everybody.

    Journeys only make the time longer. Gives the largest groups; each request is in one at least.
    """
    ends = {n: one.stay.end + rest_minutes(one.stay, policy) for n, one in enumerate(requests)}
    by_start = sorted(ends, key=lambda n: (requests[n].stay.start, n))
    found: list[list[int]] = []
    there: list[int] = []
    for n in by_start:
        still = [other for other in there if ends[other] > requests[n].stay.start]
        if len(still) < len(there):
            found.append(there)
        there = [*still, n]
    return [*found, there] if there else found
