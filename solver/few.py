"""One team whose best roster the prices leave hardly any choice about: every roster that could be it is looked at.

What a roster loses with each of its people adds up: with `bound` and `losses` of `prices.Relaxed`, a roster is worth
no more than the bound less the losses of everybody in it (the sum behind the bound holds for each roster; see
`prices.py`). So once one roster is known, only those whose losses together stay within its gap to the bound can be
better or as good, and these are few: they are all tried. That is as exact as CP-SAT and costs a hundredth of it.

Where two are equally good in every goal, a lot decides, not their place in the pool: nobody is to come first for ever.
Where whole people cannot do what the relaxation does, or where there are many to try, nothing is answered here, and
CP-SAT decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod
from zlib import crc32

import numpy as np

from solver.goals import lacks
from solver.layout import SCALE
from solver.prices import UNUSABLE, Relaxed
from solver.problem import Policy
from solver.relaxation import Level, Relaxation
from solver.survey import Seats

MOST_TRIED = 40
"""Rosters that are looked at before CP-SAT is asked instead."""
MOST_UNPRICED = 12
"""And before prices are made at all."""
MOST_OF_ALL = 64
"""Seatings of a team that are all looked at, empty seats among them."""
STEPS = 50
"""For each of these, people that may be tried in their seats."""
MOST_ROUNDS = 3
Seating = dict[int, int]
"""Number of the seat to row of the pool."""


class _TooMany(Exception):  # noqa: N818 - no fault: the search is another's
    """There is more to try than is worth while."""


def only_best(
    seats: Sequence[Seats],
    decided: Mapping[int, int],
    relaxation: Relaxation,
    relaxed: Relaxed,
    policy: Policy,
    *,
    most: int,
) -> Seating | None:
    """The best seating of one team, proven, by lot of equals; None where that is not for here to say.

    Args:
        seats: every seat of the team.
        decided: number of a seat to the row that stays there.
        relaxation: the open seats.
        relaxed: what its prices prove.
        policy: limits and weights.
        most: rosters to look at.
    """
    if any(count for level, count in relaxed.least.items() if level[0] == "filled"):
        return None
    team = _Team(seats, decided, relaxation, relaxed, policy, most=most)
    try:
        return team.only_best()
    except _TooMany:
        return None


def unpriced(relaxation: Relaxation) -> Relaxed:
    """What is proven when nothing costs anything: no roster of one team is worth more than the best of every seat.

    `least` is what is lacking even if every seat has somebody who brings what is needed. `firm` is a roster to begin
    with: seat by seat the best who is left.

    Args:
        relaxation: of seats that are all to be filled.
    """
    bound, left_out, losses = 0, -UNUSABLE, {}
    firm: dict[int, int] = {}
    for seat, usable in zip(relaxation.seats, relaxation.usable, strict=True):
        worth = relaxation.values.of(seat.best) * SCALE
        worth[~usable] = UNUSABLE
        best = int(worth.max())
        bound += best
        losses[seat.number] = best - worth
        if seat.best.left_out:
            # Whoever is left out stands behind the last.
            left_out = min(left_out, best - int(relaxation.values.of(seat.best)[-1]) * SCALE)
        rows = seat.best.rows[np.argsort(-worth, kind="stable")[: len(relaxation.seats)]].tolist()
        firm[seat.number] = next((row for row in rows if row not in firm.values()), rows[0])
    return Relaxed(bound, _surely_lacking(relaxation), losses, left_out, firm, firm)


def _surely_lacking(relaxation: Relaxation) -> dict[Level, int]:
    """The least of each level that is lacking, whoever is seated where: what nobody who could sit down brings."""
    least = dict.fromkeys(relaxation.levels, 0)
    able = [seat.best.rows[usable] for seat, usable in zip(relaxation.seats, relaxation.usable, strict=True)]
    for (t, k), one in zip(relaxation.needs, relaxation.lackable[len(able) :], strict=True):
        side = relaxation.teams[t].sides[k]
        brought = sum(bool(side.plus[rows].any()) for rows in able)
        least[one.level] += one.price * max(int(side.low) - brought, 0)
    return least


def best_of_all(
    seats: Sequence[Seats], decided: Mapping[int, int], relaxation: Relaxation, policy: Policy
) -> Seating | None:
    """The best seating of one team among all that there are, empty seats too, by lot of equals; None if they are many.

    Where two seats have nobody but the same person, no prices are needed to see which is the better one for her.
    """
    sizes = [int(usable.sum()) + 1 for usable in relaxation.usable]
    if prod(sizes) > MOST_OF_ALL:
        return None
    nothing = Relaxed(0, {}, {}, 0, {}, {})
    team = _Team(seats, decided, relaxation, nothing, policy, most=MOST_OF_ALL)
    return team.best_of_all()


class _Team:
    """The open seats of one team, all of which are to be filled."""

    def __init__(
        self, seats: Sequence[Seats], decided: Mapping[int, int], relaxation: Relaxation, relaxed: Relaxed,
        policy: Policy, *, most: int,
    ) -> None:  # fmt: skip
        self.most = most
        self.pool, self.seats, self.decided, self.policy = relaxation.pool, seats, decided, policy
        self.relaxation, self.relaxed = relaxation, relaxed
        self.open = relaxation.seats
        self.steps = 0

    def only_best(self) -> Seating | None:
        """Widen what may be lost until the best that is found is within it."""
        within = self._gap_of_relaxation()
        for _ in range(MOST_ROUNDS):
            if within > self.relaxed.left_out:
                return None
            found = self._best_within(within)
            if found is None:
                return None
            best, gap = found
            if gap <= within:
                return best
            within = gap
        return None

    def best_of_all(self) -> Seating | None:
        """Of everything that breaks no rule what fills most, level by level, lacks least, and is worth most."""
        lines = [(seat.number, [None, *seat.best.rows[usable].tolist()])
                 for seat, usable in zip(self.open, self.relaxation.usable, strict=True)]  # fmt: skip
        every = (
            dict(zip((number for number, _ in lines), rows, strict=True)) for rows in product(*(r for _, r in lines))
        )
        seatings = [{n: row for n, row in one.items() if row is not None} for one in every]
        able = [one for one in seatings if not self._breaks([*self.decided.values(), *one.values()])]
        filled = [self._filled_levels(one) for one in able]
        most = max(filled, default=())
        fullest = [{**self.decided, **one} for one, levels in zip(able, filled, strict=True) if levels == most]
        best = max(fullest, key=lambda one: (self._value(one), self._lot(one)), default=None)
        return None if best is None else dict(sorted(best.items()))

    def _filled_levels(self, seating: Mapping[int, int]) -> tuple[int, ...]:
        """How many open seats are filled, the most important first."""
        found = Counter(seat.position.priority for seat in self.open if seat.number in seating)
        return tuple(found[level] for level in sorted({seat.position.priority for seat in self.open}))

    def _value(self, seating: Mapping[int, int]) -> tuple[int, int, int]:
        """What counts among seatings that fill the same: needs, then worth, then load."""
        missing = lacks(self.pool, self.seats, seating, self.policy)
        lacking = self.relaxation.lacking(seating, missing)
        needs = sum(count for level, count in lacking.items() if level[0] == "needs")
        return -needs, self._worth(seating), -self._load(seating)

    def _gap_of_relaxation(self) -> int:
        """How far the roster of the relaxation falls short of the bound; half a point of fit where it has none."""
        whole = {**self.decided, **self.relaxed.firm}
        if all(seat.number in whole for seat in self.open) and self._is_right(whole):
            return self.relaxed.bound - self._worth(whole)
        return self.relaxation.values.fit * SCALE // 2

    def _best_within(self, within: int) -> tuple[Seating, int] | None:
        """The best whose people lose no more than that together, by lot of equals, and its gap."""
        best: tuple[int, int] | None = None
        seating: Seating = {}
        for tried, one in enumerate(self._within(within)):
            if tried == self.most:
                raise _TooMany
            if not self._is_right(one):
                continue
            value = self._worth(one), -self._load(one)
            if best is None or value > best or (value == best and self._lot(one) > self._lot(seating)):
                best, seating = value, one
        return None if best is None else (seating, self.relaxed.bound - best[0])

    def _within(self, within: int) -> Iterator[Seating]:
        """Every seating of different people who lose no more than that together."""
        lines = []
        for seat in self.open:
            losses = self.relaxed.losses[seat.number]
            near = np.flatnonzero(losses <= within)
            lines.append((seat.number, list(zip(losses[near].tolist(), seat.best.rows[near].tolist(), strict=True))))
        # Few choices first.
        lines.sort(key=lambda line: len(line[1]))
        yield from self._filled(lines, {}, within)

    def _filled(
        self, lines: Sequence[tuple[int, list[tuple[int, int]]]], taken: Seating, within: int
    ) -> Iterator[Seating]:
        if not lines:
            yield dict(sorted({**self.decided, **taken}.items()))
            return
        (number, line), rest = lines[0], lines[1:]
        for loss, row in line:
            self.steps += 1
            if self.steps > self.most * STEPS:
                raise _TooMany
            if loss <= within and row not in taken.values():
                yield from self._filled(rest, {**taken, number: row}, within - loss)

    def _worth(self, seating: Mapping[int, int]) -> int:
        """What the open seats are worth, in 1/SCALE."""
        values = self.relaxation.values
        here = (seat for seat in self.open if seat.number in seating)
        worth = sum(values.one(seat.worth(seating[seat.number])) for seat in here)
        return SCALE * (worth - self.relaxation.short(seating))

    def _load(self, seating: Mapping[int, int]) -> int:
        return sum(seat.worth(seating[seat.number]).load for seat in self.open if seat.number in seating)

    def _lot(self, seating: Mapping[int, int]) -> int:
        """Drawn of this seating: the same for the same people, seats and days, and another for other days."""
        people = [self.pool.experts[row].id for _, row in sorted(seating.items())]
        return crc32(f"{self.seats[0].request.stay.start}:{people}".encode())

    def _is_right(self, seating: Mapping[int, int]) -> bool:
        """Whether a seating breaks no rule of the team, and lacks no more than must be."""
        if self._breaks(list(seating.values())):
            return False
        missing = lacks(self.pool, self.seats, seating, self.policy)
        return self.relaxation.lacking(seating, missing) == self.relaxed.least

    def _breaks(self, rows: Sequence[int]) -> bool:
        """Whether these people break a rule together: as the exact model says it (`model.py`)."""
        pool, policy, pinned = self.pool, self.policy, self._pinned
        if len(set(rows)) < len(rows):
            return True
        if policy.one_per_employer:
            stay = {code for code in pool.employer[pinned].tolist() if code >= 0}
            others = [code for code in pool.employer[[row for row in rows if row not in pinned]].tolist() if code >= 0]
            if len(set(others)) < len(others) or not stay.isdisjoint(others):
                return True
        learners = sum(bool(pool.trainee[row]) for row in rows if row not in pinned)
        if not learners:
            return False
        room = policy.max_trainees - int(pool.trainee[pinned].sum())
        return learners > max(room, 0) or not pool.mentor[list(rows)].any()

    @cached_property
    def _pinned(self) -> list[int]:
        return [self.pool.row[one.position.pinned] for one in self.seats if one.position.pinned is not None]
