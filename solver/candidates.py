"""The few of a whole pool that a best roster can need in a seat, and the rules that depend on who else sits where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from solver import rules
from solver.fails import BIT, ORDER
from solver.pool import Ints, Pool, fullest_window
from solver.problem import Policy
from solver.roster import FunnelStep
from solver.rules import Rule
from solver.survey import Seats
from solver.trips import DAY
from solver.validate import BadProblem

Seating = Mapping[int, int]
"""Number of the seat to row of the pool."""


def pins(pool: Pool, seats: Sequence[Seats]) -> dict[int, int]:
    """The seating of those who are pinned.

    Raises:
        BadProblem: one person is pinned to two requests whose spans, travel and rest included, overlap.
    """
    seating: dict[int, int] = {}
    theirs: dict[int, list[Seats]] = {}
    for seat in seats:
        if seat.position.pinned is not None:
            seating[seat.number] = pool.row[seat.position.pinned]
            theirs.setdefault(seating[seat.number], []).append(seat)
    for row, there in theirs.items():
        for one, other in combinations(there, 2):
            a, b = one.span(row), other.span(row)
            if a.start < b.end and b.start < a.end:
                raise BadProblem(
                    f"requests[{other.request.id}].positions[{other.position.id}].pinned",
                    f"expert {other.position.pinned} is pinned to request {one.request.id} at the same time",
                )
    return seating


def clashes(pool: Pool, seats: Sequence[Seats], seating: Seating, policy: Policy) -> list[frozenset[tuple[int, int]]]:
    """What of a seating cannot be together: one person in two places at once, or beyond what caps allow.

    Each as pairs of seat number and row. Nobody is turned away for those who are pinned alone.
    """
    places: dict[int, list[Seats]] = {}
    for seat in seats:
        if seat.number in seating:
            places.setdefault(seating[seat.number], []).append(seat)
    found = []
    for row, there in places.items():
        for one, other in combinations(there, 2):
            a, b = one.span(row), other.span(row)
            if a.start < b.end and b.start < a.end:
                found.append(frozenset({(one.number, row), (other.number, row)}))
        if len(there) > 1:
            found += _over_caps(pool, row, there, policy)
    return [cut for cut in found if any(seats[number].position.pinned is None for number, _ in cut)]


def _over_caps(pool: Pool, row: int, there: Sequence[Seats], policy: Policy) -> Iterator[frozenset[tuple[int, int]]]:
    served = pool.experts[row].served
    for length, cap in ((90 * DAY, policy.cap_90_days), (365 * DAY, policy.cap_365_days)):
        for end in {*served, *(seat.request.stay.start for seat in there)}:
            inside = [seat for seat in there if end - length < seat.request.stay.start <= end]
            if inside and len(inside) + sum(end - length < start <= end for start in served) > cap:
                yield frozenset((seat.number, row) for seat in inside)


def team_fails(
    pool: Pool, seats: Sequence[Seats], seat: Seats, seating: Seating, policy: Policy, *, is_final: bool = True
) -> Ints:
    """Bits of the team's rules at which each expert falls for a seat while everybody else stays.

    While a team is still being composed (`is_final` false) the mentor may yet come, so that rule is left out.
    """
    fails = np.zeros(len(pool), dtype=np.int64)
    mates: list[int] = []
    elsewhere: dict[int, list[Seats]] = {}
    for number, row in seating.items():
        other = seats[number]
        if number != seat.number and other.request.id == seat.request.id:
            mates.append(row)
        elif number != seat.number:
            elsewhere.setdefault(row, []).append(other)
    fails[mates] |= BIT[Rule.ONE_SEAT]
    for row, others in elsewhere.items():
        fails[row] |= elsewhere_fails(pool, seat, row, others, policy)
    if policy.one_per_employer:
        fails[pool.works_for(pool.employer[mates].tolist())] |= BIT[Rule.EMPLOYER]
    if int(pool.trainee[mates].sum()) >= policy.max_trainees:
        fails[pool.trainee] |= BIT[Rule.TRAINEES]
    if is_final:
        fails |= _mentor_fails(pool, seats, seat, seating, mates)
    return fails


def elsewhere_fails(pool: Pool, seat: Seats, row: int, others: Iterable[Seats], policy: Policy) -> int:
    """Bits at which somebody who sits in other requests falls: time that overlaps, or caps that both reach together."""
    fails = 0
    span, starts = seat.span(row), [seat.request.stay.start, *pool.experts[row].served]
    for other in others:
        theirs = other.span(row)
        starts.append(other.request.stay.start)
        if theirs.start < span.end and span.start < theirs.end:
            fails |= BIT[Rule.ONE_PLACE]
    for rule, days, cap in ((Rule.CAP_90, 90, policy.cap_90_days), (Rule.CAP_365, 365, policy.cap_365_days)):
        if fullest_window(starts, seat.request.stay.start, days * DAY) > cap:
            fails |= BIT[rule]
    return fails


def _mentor_fails(pool: Pool, seats: Sequence[Seats], seat: Seats, seating: Seating, mates: Sequence[int]) -> Ints:
    fails = np.zeros(len(pool), dtype=np.int64)
    if pool.mentor[list(mates)].any():
        return fails
    fails[pool.trainee] = BIT[Rule.MENTOR]
    learns = any(
        pool.trainee[row] and seats[number].position.pinned is None
        for number, row in seating.items()
        if number != seat.number and seats[number].request.id == seat.request.id
    )
    if learns:
        fails[~pool.mentor] = BIT[Rule.MENTOR]
    return fails


def funnel(fails: Ints) -> tuple[FunnelStep, ...]:
    """How many fell at each rule, each counted at the first that stops her; rules that stop nobody are left out."""
    left, steps = len(fails), []
    # The lowest bit set is the first rule in the order of the funnel.
    first = fails & -fails
    for rule in ORDER:
        fell = int((first == BIT[rule]).sum())
        left -= fell
        if fell:
            steps.append(FunnelStep(rule.value, fell, left, f"{rules.fell(rule, fell)}; {left:,} left."))
    return tuple(steps)


def prune(pool: Pool, seat: Seats, allowed: Ints, depth: int, policy: Policy) -> Ints:
    """The few of `allowed` (rows, best first) that a best roster can need in this seat.

    Left out is who has `depth` others above in the order who give the team at least the same (`offers`) and work
    for as many different employers. With `depth` at least the number of open seats this loses nothing: in any
    roster with such a person one of the better ones is unused and can take the place, no goal being the worse.
    """
    if len(allowed) <= depth:
        return allowed
    gives = seat.ground.gives[allowed]
    # Who has no employer is a group alone.
    groups = np.where(pool.employer[allowed] >= 0, pool.employer[allowed], -2 - allowed)
    if not policy.one_per_employer:
        groups = allowed
    keep = np.zeros(len(allowed), dtype=bool)
    for kind in np.unique(gives).tolist():
        as_good = np.flatnonzero((gives & kind) == kind)
        last = _nth_group(groups[as_good], depth)
        same = gives == kind
        keep |= same if last is None else same & (np.arange(len(allowed)) <= as_good[last])
    return allowed[keep]


def _nth_group(groups: Ints, depth: int) -> int | None:
    """Index at which the depth-th different group appears, or None when there are fewer."""
    seen: set[int] = set()
    for n, group in enumerate(groups.tolist()):
        seen.add(group)
        if len(seen) >= depth:
            return n
    return None
