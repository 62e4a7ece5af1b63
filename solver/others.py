"""Other rosters than the best: the runner-up, and the best one with a certain person in a certain seat."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from solver.changes import Where, changes, differences
from solver.optimise import Optimum, optimise
from solver.pool import Pool
from solver.problem import Policy, Request
from solver.roster import OtherRoster
from solver.survey import Seats, survey

MOST_SEATS = 40
"""Seats of a problem up to which a runner-up is looked for: each takes a solve."""


def where(seats: Sequence[Seats], seating: Mapping[int, int], pool: Pool) -> dict[Where, int]:
    """Expert of each seat that has one."""
    filled = (seat for seat in seats if seat.number in seating)
    return {(s.request.id, s.position.id): int(pool.ids[seating[s.number]]) for s in filled}


def without_each(
    pool: Pool, seats: Sequence[Seats], best: Optimum, policy: Policy, *, seed: int, deadline: float
) -> dict[int, OtherRoster]:
    """For each seat by its number: the best roster that has somebody else, or nobody, in it.

    Seats of pinned people are left out, and those for which time ends first; all of them when there are many seats.
    """
    found: dict[int, OtherRoster] = {}
    for seat in seats if len(seats) <= MOST_SEATS else ():
        left_s = deadline - time.perf_counter()
        if seat.position.pinned is None and seat.number in best.seating and left_s > 0:
            others = np.flatnonzero(seat.best.rows != best.seating[seat.number])
            changed = [one.keeping(others) if one is seat else one for one in seats]
            other = optimise(pool, changed, policy, seed=seed, time_limit_s=left_s)
            found[seat.number] = _told(pool, seats, best, other, is_proven=other.status == "optimal")
    return found


def runner_up(instead: Mapping[int, OtherRoster], seats: Sequence[Seats], best: Optimum) -> OtherRoster | None:
    """The best roster that has somebody else, or nobody, in one seat at least.

    Any other roster differs in some seat, so that the best of those without this person here, over all seats, is it.
    None when not all of them are known, or when everybody is pinned.
    """
    free = [one.number for one in seats if one.position.pinned is None and one.number in best.seating]
    if not free or any(number not in instead for number in free):
        return None
    levels = [goal.name for goal in best.goals]

    def worse(other: OtherRoster) -> list[int]:
        by_level = {cost.level: cost.worse for cost in other.costs}
        return [by_level.get(level, 0) for level in levels]

    second = min((instead[number] for number in free), key=worse)
    return replace(second, is_proven=all(instead[number].is_proven for number in free))


def with_her(
    pool: Pool, requests: Sequence[Request], chosen: Where, expert_id: int, policy: Policy, *, seed: int, limit_s: float
) -> OtherRoster | None:
    """The best roster with one expert in one seat, and what it costs against the best of all; None when she cannot.

    Args:
        pool: everybody.
        requests: as they were solved.
        chosen: request and position.
        expert_id: who is to sit there.
        policy: limits and weights.
        seed: of the searches.
        limit_s: wall seconds for each of the two solves.
    """
    seats = survey(pool, requests, policy)
    best = optimise(pool, seats, policy, seed=seed, time_limit_s=limit_s)
    seat = next(one for one in seats if (one.request.id, one.position.id) == chosen)
    place = np.flatnonzero(seat.best.rows == pool.row[expert_id])
    if not len(place):
        return None
    forced = [one.keeping(place) if one is seat else one for one in seats]
    other = optimise(pool, forced, policy, seed=seed, time_limit_s=limit_s)
    if other.seating.get(seat.number) != pool.row[expert_id]:
        return None
    return _told(pool, seats, best, other, is_proven=other.status == "optimal")


def _told(pool: Pool, seats: Sequence[Seats], best: Optimum, other: Optimum, *, is_proven: bool) -> OtherRoster:
    requests = list({seat.request.id: seat.request for seat in seats}.values())
    names = {int(pool.ids[row]): pool.experts[row].name for row in {*best.seating.values(), *other.seating.values()}}
    before, after = where(seats, best.seating, pool), where(seats, other.seating, pool)
    return OtherRoster(
        tuple((s.request.id, s.position.id, after.get((s.request.id, s.position.id))) for s in seats),
        differences(best.goals, other.goals),
        changes(before, after, requests, names),
        is_proven,
    )
