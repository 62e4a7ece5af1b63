"""The best seating: leave everybody where they are if that is best, else price people and search among who matters.

1. When everybody who sits can stay and every seat and need is met, only the open seats are left to decide.
2. Prices (`prices.py`) bound every roster over the whole pool and say what a roster loses with each candidate.
3. Of one team the few rosters that could be the best are tried, before there are prices and with them (`few.py`).
   Where one is the best alone, that is all.
4. Among candidates with whom little is lost the best roster is found exactly. If it falls short of the bound by no
   more than is lost with anybody left out, it is proven the best of the whole pool; else those who could matter are
   let in and it is solved again.
5. What prices cannot settle (a shortage that only whole people have) is solved over everybody whom a best roster can
   need (`candidates.prune`), as long as there are not too many.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

import numpy as np

from solver.candidates import clashes, pins, prune
from solver.exact import best_of
from solver.few import MOST_TRIED, MOST_UNPRICED, best_of_all, only_best, unpriced
from solver.goals import by_request, lacks, tally
from solver.greedy import greedy
from solver.layout import SCALE, Cut
from solver.pool import Ints, Pool
from solver.prices import Relaxed, relax, whole
from solver.problem import Policy
from solver.relaxation import Relaxation
from solver.reserve import OF_ALL
from solver.roster import GoalValue
from solver.survey import Seats
from solver.teams import Need, teams
from solver.values import Values

MOST_ROUNDS = 5
"""Times that candidates are let in before the gap that is left is reported."""
MANY_SEATS = 60
"""From here on a good roster is made first, so that there is one when time ends."""
MOST_EXACT = 700
"""Pairs of seat and candidate that CP-SAT solves in a blink; more at once are HiGHS's."""
MOST_PRUNED = 60_000
"""Pairs that are solved without prices."""

Seating = dict[int, int]
"""Number of the seat to row of the pool."""


@dataclass(frozen=True, slots=True)
class Optimum:
    """What was found, and how far from proven it is."""

    status: Literal["optimal", "feasible"]
    seating: Seating
    goals: tuple[GoalValue, ...]
    missing: dict[Need, int]
    gap: float | None = 0.0
    """Share of the bound by which a better roster could still be worth more; None when no bound is known."""


def optimise(
    pool: Pool, seats: Sequence[Seats], policy: Policy, *, seed: int, time_limit_s: float, prunes: bool = True
) -> Optimum:
    """The best seating by the goals in their order; the best that was found when time ends first.

    Args:
        pool: everybody.
        seats: every seat of every request, from `survey`.
        policy: limits and weights.
        seed: of the searches.
        time_limit_s: wall seconds.
        prunes: False solves the model of every pair, which all this is measured against.
    """
    search = _Search(pool, seats, policy, pins(pool, seats), seed, time.perf_counter() + time_limit_s)
    if not prunes:
        return search.over({seat.number: seat.order for seat in search.open_seats()})
    return search.with_everybody_staying() or search.by_prices() or search.pruned()


@dataclass(frozen=True, slots=True)
class _Search:
    """One problem, with some seats decided."""

    pool: Pool
    seats: Sequence[Seats]
    policy: Policy
    decided: Mapping[int, int]
    seed: int
    deadline: float

    def open_seats(self) -> list[Seats]:
        """The seats that are not decided."""
        return [seat for seat in self.seats if seat.number not in self.decided]

    def with_everybody_staying(self) -> Optimum | None:
        """The best with everybody who holds a seat left there; None unless that is the best of all.

        It is when nothing is lacking: no roster keeps more people, and none that keeps as many seats them otherwise.
        """
        held = {seat.number: seat.position.held for seat in self.open_seats() if seat.position.held is not None}
        stay = {number: self.pool.row[who] for number, who in held.items() if who in self.pool.row}
        if not stay or not all(self.seats[number].allows(row) for number, row in stay.items()):
            return None
        if len(set(stay.values())) < len(stay):
            return None
        search = replace(self, decided={**self.decided, **stay})
        found = search.by_prices() if search.open_seats() else search.told(dict(search.decided), is_proven=True)
        if found is None or found.status != "optimal" or len(found.seating) < len(self.seats):
            return None
        lacks_something = any(count for (whose, _), count in found.missing.items() if whose != OF_ALL)
        return None if lacks_something or self._breaks(found.seating) else found

    def _breaks(self, seating: Mapping[int, int]) -> bool:
        """Whether people who hold their seats break a rule together: the model says so when it cannot seat them."""
        candidates = {number: [row] for number, row in seating.items()}
        held = {seat.request.id for seat in self.seats if seat.position.held is not None}
        theirs = [seat for seat in self.seats if seat.request.id in held]
        if clashes(self.pool, self.seats, seating, self.policy):
            return True
        found, _ = best_of(
            self.pool, theirs, candidates, self.policy, start=seating, seed=self.seed, deadline=self.deadline
        )
        return found is None or len(found) < len(theirs)

    def by_prices(self) -> Optimum | None:
        """The best by prices; None when the least that they say is lacking cannot be had."""
        relaxation = self._relaxation(all_filled=True)
        only = self._only(relaxation, None, MOST_UNPRICED) or self._only_of_all(relaxation)
        if only is not None:
            return only
        relaxed = relax(relaxation, self.deadline) if relaxation.seats else None
        if relaxed is not None and any(count for level, count in relaxed.least.items() if level[0] == "filled"):
            relaxation = self._relaxation(all_filled=False)
            relaxed = relax(relaxation, self.deadline) if relaxation.seats else None
        if not relaxation.seats:
            # Nobody can join those who stay.
            return self.told(dict(self.decided), is_proven=True)
        if relaxed is None:
            return None
        only = self._only(relaxation, relaxed, MOST_TRIED)
        if only is not None:
            return only
        values = relaxation.values
        margin, best, least = values.fit * SCALE // 2, None, 0
        if len(relaxation.seats) > MANY_SEATS:
            best = self._rounded(relaxation, relaxed, margin)
            least = relaxed.bound - self._worth(relaxation, values, best) if best else 0
            margin = max(margin, least)
        for _ in range(MOST_ROUNDS):
            if time.perf_counter() > self.deadline:
                break
            seating, is_proven = self._among(relaxation, relaxed, margin)
            if seating is None or not self._lacks_least(relaxation, relaxed, seating):
                margin *= 4
                continue
            gap = relaxed.bound - self._worth(relaxation, values, seating)
            if best is None or gap < least:
                best, least = seating, gap
            if is_proven and gap <= min(margin, relaxed.left_out):
                return self.told(seating, is_proven=True)
            margin = max(gap, margin)
        if best is None or (len(self.seats) * self.policy.candidates_per_seat <= MOST_PRUNED and len(self.seats) < 30):
            return None
        return self.told(best, is_proven=False, gap=least / max(abs(relaxed.bound), 1))

    def _worth(self, relaxation: Relaxation, values: Values, seating: Seating) -> int:
        """What the open seats of a seating are worth, in 1/SCALE."""
        here = (seat for seat in relaxation.seats if seat.number in seating)
        worth = sum(values.one(seat.worth(seating[seat.number])) for seat in here)
        return SCALE * (worth - relaxation.short(seating))

    def _rounded(self, relaxation: Relaxation, relaxed: Relaxed, margin: int) -> Seating | None:
        """A good roster at once: teams that the relaxation seats whole stay, the others choose among who is left."""
        firm = {
            number: row
            for seats in by_request(relaxation.seats).values()
            if all(seat.number in relaxed.firm for seat in seats)
            for number, row in ((seat.number, relaxed.firm[seat.number]) for seat in seats)
        }
        taken = list(firm.values())
        near = {}
        for seat in relaxation.seats:
            rows, losses = seat.best.rows, relaxed.losses[seat.number]
            if seat.number in firm:
                near[seat.number] = np.flatnonzero(rows == firm[seat.number])
            else:
                near[seat.number] = np.flatnonzero((losses <= margin) & ~np.isin(rows, taken))
        seating, _ = self._whole(relaxation, near)
        return seating if seating and self._lacks_least(relaxation, relaxed, seating) else None

    def _relaxation(self, *, all_filled: bool) -> Relaxation:
        sides = teams(self.pool, self.seats, self.decided, self.policy, all_filled=all_filled)
        return Relaxation(self.pool, sides, self.policy)

    @property
    def _is_one_team(self) -> bool:
        return all(seat.request is self.seats[0].request for seat in self.seats)

    def _only_of_all(self, relaxation: Relaxation) -> Optimum | None:
        """The best of one team that has but few seatings."""
        if not relaxation.seats or not self._is_one_team:
            return None
        found = best_of_all(self.seats, self.decided, relaxation, self.policy)
        return None if found is None else self.told(found, is_proven=True)

    def _only(self, relaxation: Relaxation, relaxed: Relaxed | None, most: int) -> Optimum | None:
        """The best of one team, if few could be it; before there are prices, and with them."""
        if not self._is_one_team:
            return None
        proven = relaxed or unpriced(relaxation)
        found = only_best(self.seats, self.decided, relaxation, proven, self.policy, most=most)
        return None if found is None else self.told(found, is_proven=True)

    def _lacks_least(self, relaxation: Relaxation, relaxed: Relaxed, seating: Seating) -> bool:
        """Whether a seating lacks no more than the prices say must be."""
        return relaxation.lacking(seating, lacks(self.pool, self.seats, seating, self.policy)) == relaxed.least

    def _among(self, relaxation: Relaxation, relaxed: Relaxed, margin: int) -> tuple[Seating | None, bool]:
        """The best among those with whom no more than the margin is lost, and whether it is proven."""
        near = {number: np.flatnonzero(losses <= margin) for number, losses in relaxed.losses.items()}
        rows = {seat.number: seat.best.rows[near[seat.number]].tolist() for seat in relaxation.seats}
        rows |= {number: [row] for number, row in self.decided.items()}
        # A reserve is taken from by all of them.
        apart = [list(self.seats)] if relaxation.reserves else groups(self.seats, rows)
        if max(sum(len(rows.get(seat.number, ())) for seat in group) for group in apart) > MOST_EXACT:
            return self._whole(relaxation, near)
        seating: Seating = {}
        is_proven = True
        for group in apart:
            if all(seat.number in self.decided for seat in group):
                seating |= {seat.number: self.decided[seat.number] for seat in group}
                continue
            found, proven = self._exactly(group, rows, relaxed.likely)
            seating |= found or {}
            is_proven &= proven
        return seating, is_proven

    def _exactly(
        self, group: Sequence[Seats], rows: Mapping[int, Sequence[int]], start: Mapping[int, int]
    ) -> tuple[Seating | None, bool]:
        theirs = {seat.number: rows.get(seat.number, ()) for seat in group}
        return best_of(self.pool, group, theirs, self.policy, start=start, seed=self.seed, deadline=self.deadline)

    def _whole(self, relaxation: Relaxation, near: Mapping[int, Ints]) -> tuple[Seating | None, bool]:
        """The best among many candidates at once; what it forgets of journeys and caps is told it until it is right."""
        cuts: list[Cut] = []
        while True:
            found, is_proven = whole(relaxation, near, cuts, seed=self.seed, deadline=self.deadline)
            if found is None:
                return None, False
            seating = {**self.decided, **found}
            broken = clashes(self.pool, self.seats, seating, self.policy)
            if not broken:
                return seating, is_proven
            cuts += [frozenset(pair for pair in cut if pair[0] not in self.decided) for cut in broken]

    def pruned(self) -> Optimum:
        """The best of everybody whom a best roster can need, if they are not too many; else as many as can be."""
        every = self.open_seats()
        depth = max(self.policy.candidates_per_seat, len(self.seats))
        depth = min(depth, max(MOST_PRUNED // max(len(every), 1), 1))
        found = self.over({seat.number: prune(self.pool, seat, seat.order, depth, self.policy) for seat in every})
        return found if depth >= len(self.seats) else replace(found, status="feasible", gap=None)

    def over(self, candidates: Mapping[int, Ints]) -> Optimum:
        """The best over some candidates, by the exact model alone."""
        mates = {
            seat.number: {self.pool.row[p.pinned] for p in seat.request.positions if p.pinned is not None}
            for seat in self.seats
        }
        rows = {n: [row for row in theirs.tolist() if row not in mates[n]] for n, theirs in candidates.items()}
        rows |= {number: [row] for number, row in self.decided.items()}
        start = greedy(self.pool, self.seats, self.policy)
        found, is_proven = self._exactly(self.seats, rows, start)
        return self.told(found or start, is_proven=is_proven, gap=None)

    def told(self, seating: Seating, *, is_proven: bool, gap: float | None = None) -> Optimum:
        """A seating with all that is said of it."""
        missing = lacks(self.pool, self.seats, seating, self.policy)
        goals = tally(self.seats, seating, missing, self.policy)
        return Optimum("optimal" if is_proven else "feasible", seating, goals, missing, 0.0 if is_proven else gap)


def groups(seats: Sequence[Seats], candidates: Mapping[int, Sequence[int]]) -> list[list[Seats]]:
    """The seats of requests that share no candidate, apart; in the order of the problem."""
    theirs = by_request(seats)
    leader = {one: one for one in theirs}

    def find(one: int) -> int:
        while leader[one] != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    first: dict[int, int] = {}
    for request_id, places in theirs.items():
        for row in set(chain.from_iterable(candidates.get(seat.number, ()) for seat in places)):
            a, b = find(first.setdefault(row, request_id)), find(request_id)
            leader[max(a, b)] = min(a, b)
    found: dict[int, list[Seats]] = {}
    for request_id, places in theirs.items():
        found.setdefault(find(request_id), []).extend(places)
    return list(found.values())
