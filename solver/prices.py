"""Prices from the linear relaxation: what every person and every need is worth to all requests together.

The relaxation is solved over few candidates; the prices it gives are then held against everybody in the pool, those
who would still improve it are brought in, and it is solved again until nobody is left. Any prices give a bound that no
roster can pass (Lagrangian duality; M. L. Fisher, The Lagrangian relaxation method for solving integer programming
problems, Management Science 27, 1981), computed here in whole numbers over the whole pool, so that nothing rests on
the exactness of a linear solver. How far a candidate falls short of the best of her seat at these prices is what any
roster with her loses at least: who falls short by more than the gap between roster and bound is in no better one.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from solver.linear import Basis, Program, Solution
from solver.pool import Flags, Ints, Pool
from solver.problem import Policy
from solver.reserve import Watched, watched
from solver.survey import FIRST_NEED, Seats
from solver.teams import Need, Side, Team, cliques
from solver.values import Values

SCALE = 2520
"""Prices are whole multiples of 1/2520: those of such programs are halves, thirds, quarters ... of whole values."""
FIRST_CHOICES = 6
"""Candidates of a seat to begin with: so many of the best, and of the best whom no seat before wants most."""
FIRST_OF_A_KIND = 2
"""And so many who bring each thing that the team needs."""
BROUGHT_IN = 10
"""Most candidates that one look over the pool brings in for a seat."""
Cut = frozenset[tuple[int, int]]
"""Numbers of seats and rows of the pool that cannot all be together."""
Level = tuple[str, int, int]
"""What may be lacking, most important first: ("filled", priority of request, of seat), ("needs", priority, 0)."""


UNUSABLE = -(1 << 62)
"""Worth of somebody who cannot sit there at all."""
TINY = 1e-6
PEOPLE, EMPLOYERS, SIDES, LACKABLE, LEVELS, CUTS, RESERVES = (n << 48 for n in range(1, 8))
"""Where the names of each kind of row or column of a program begin; the others count from 0."""
MOST_SIDES = 64
DEAR = 64.0
"""Times the greatest worth: what it costs a linear program to lack more than it may."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the prices prove."""

    bound: int
    """No roster that lacks no more than `least` is worth more; in 1/SCALE."""
    least: dict[Level, int]
    """The least that is lacking in any roster, level by level."""
    losses: dict[int, Ints]
    """Number of an open seat: what a roster loses at least with each of its candidates (as in `Seats.best`)."""
    left_out: int
    """What a roster loses at least with anybody whom the budget left out of the rankings."""
    likely: dict[int, int]
    """Number of an open seat: the row that the relaxation prefers."""
    firm: dict[int, int]
    """Of these, the seats where it prefers nobody else even in part."""


@dataclass(slots=True)
class _Prices:
    """What each thing costs, in 1/SCALE."""

    people: list[Ints]
    """For each clique: everybody."""
    employers: list[tuple[Ints, Ints]]
    """For each team: codes of employers, and their prices."""
    sides: list[list[int]]
    """For each team, each of its rules; below zero where the rule asks for somebody."""
    floors: list[int]
    """For each reserve: one of its people."""
    lacking: dict[Level, int]
    """One more that is lacking."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What the prices of one solution say of the whole pool."""

    bound: int
    lacks_more: bool
    """The candidates of now cannot help lacking more than allowed."""
    enter: list[Ints]
    """For each seat: places in its ranking of those who would improve the sum."""
    losses: dict[int, Ints]
    left_out: int
    likely: dict[int, int]
    firm: dict[int, int]


@dataclass(slots=True)
class _Lackable:
    """Something that may be lacking: a seat empty, or a need missing."""

    level: Level
    price: int
    most: float


class Relaxation:
    """The open seats of all teams as a linear program over the candidates brought in so far."""

    def __init__(self, pool: Pool, teams: Sequence[Team], policy: Policy) -> None:
        self.pool = pool
        self.teams = [team for team in teams if team.seats]
        self.seats = [seat for team in self.teams for seat in team.seats]
        self.team_of = np.array([n for n, team in enumerate(self.teams) for _ in team.seats], dtype=np.int64)
        self.one_per_employer = policy.one_per_employer
        self.cliques = cliques([team.request for team in teams], policy)
        place = {team.request.id: n for n, team in enumerate(teams)}
        self.cliques_of = [
            [c for c, group in enumerate(self.cliques) if place[team.request.id] in group] for team in self.teams
        ]
        self.usable = [self._usable(n, teams) for n in range(len(self.seats))]
        self.needs = [(t, k) for t, team in enumerate(self.teams) for k, side in enumerate(team.sides) if side.need]
        self.lackable = [
            *map(_empty, self.seats),
            *(_missing(self.teams[t], self.teams[t].sides[k]) for t, k in self.needs),
        ]
        self.reserves = _left(watched(pool, [team.request for team in teams], policy), teams)
        most_short = sum(one.reserve.price * len(self.seats) for one in self.reserves)
        self.values = Values(self.seats, most_short)
        self.levels = sorted({one.level for one in self.lackable})
        self.least = dict.fromkeys(self.levels, 0)
        self.brought = self._first()
        self._basis: Basis | None = None

    def _usable(self, n: int, teams: Sequence[Team]) -> Flags:
        """Who of the seat's ranking can join those who stay, in this team and in those at the same time."""
        team, rows = self.teams[self.team_of[n]], self.seats[n].best.rows
        out = np.zeros(len(rows), dtype=bool) if team.barred is None else team.barred[rows]
        at_once = {other for c in self.cliques_of[self.team_of[n]] for other in self.cliques[c]}
        elsewhere = [row for other in sorted(at_once) for row in teams[other].pinned]
        return ~(out | np.isin(rows, elsewhere)) if elsewhere else ~out

    def _first(self) -> list[Ints]:
        """Whom to begin with."""
        wanted = np.zeros(len(self.pool), dtype=bool)
        found = []
        for seat, usable in zip(self.seats, self.usable, strict=True):
            able = np.flatnonzero(usable)
            rows, gives = seat.best.rows[able], seat.best.gives[able]
            free = np.flatnonzero(~wanted[rows])[:FIRST_CHOICES]
            wanted[rows[free[:1]]] = True
            kinds = range(FIRST_NEED + len(seat.ground.needs))
            of_a_kind = [np.flatnonzero((gives >> bit) & 1)[:FIRST_OF_A_KIND] for bit in kinds]
            best = np.arange(min(FIRST_CHOICES, len(able)))
            found.append(able[np.unique(np.concatenate([best, free, *of_a_kind]))])
        return found

    def relax(self, deadline: float) -> Relaxed | None:
        """The least that must be lacking, and what the best is worth then; None when time ends first.

        Args:
            deadline: reading of `time.perf_counter` at which to give up.
        """
        found = self._settle(None, deadline, DEAR)
        if found is not None and found.lacks_more:
            for level in self.levels:
                settled = self._settle(level, deadline, DEAR)
                if settled is None:
                    return None
                self.least[level] = max(-(settled.bound // SCALE), 0)
            found = self._settle(None, deadline, DEAR * 1000)
        if found is None or found.lacks_more:
            return None
        return Relaxed(found.bound, self.least, found.losses, found.left_out, found.likely, found.firm)

    def _settle(self, aim: Level | None, deadline: float, dear: float) -> _Look | None:
        """Solve and look over the pool until nobody is left who would improve the worth, or lack less of one level."""
        while time.perf_counter() < deadline:
            laid = _Laid(self, aim, dear)
            left_s = max(deadline - time.perf_counter(), 0.05)
            solution = laid.program.solve(time_limit_s=left_s, start=self._basis)
            if solution is None:
                return None
            self._basis = solution.basis
            look = self._look(laid, solution)
            if not any(len(places) for places in look.enter):
                return look
            self.brought = [np.union1d(old, new) for old, new in zip(self.brought, look.enter, strict=True)]
        return None

    def short(self, seating: Mapping[int, int]) -> int:
        """What reserves under their floors take off the worth of a seating of the open seats."""
        rows = [seating[seat.number] for seat in self.seats if seat.number in seating]
        short = (max(int(one.members[rows].sum()) - one.room, 0) * one.reserve.price for one in self.reserves)
        return sum(short) * self.values.reserve

    def lacking(self, seating: Mapping[int, int], missing: Mapping[Need, int]) -> dict[Level, int]:
        """How much each level of a seating lacks, of what may be lacking here."""
        found = dict.fromkeys(self.levels, 0)
        for seat, one in zip(self.seats, self.lackable, strict=False):
            found[one.level] += seat.number not in seating
        for (t, k), one in zip(self.needs, self.lackable[len(self.seats) :], strict=True):
            need = self.teams[t].sides[k].need
            found[one.level] += one.price * missing[need] if need else 0
        return found

    def whole(
        self, near: Mapping[int, Ints], cuts: Sequence[Cut], *, seed: int, deadline: float
    ) -> tuple[dict[int, int] | None, bool]:
        """The best roster of whole people that lacks no more than the least, and whether it is proven; load included.

        Args:
            near: number of a seat to the places in its ranking of those who may sit there.
            cuts: sets of (number of the seat, row) that cannot all be together.
            seed: of the search.
            deadline: reading of `time.perf_counter` at which to stop.
        """
        self.brought = [near[seat.number] for seat in self.seats]
        laid = _Laid(self, None, DEAR)
        laid.count_load()
        for cut in cuts:
            laid.cut(cut)
        found = laid.program.solve_whole(time_limit_s=max(deadline - time.perf_counter(), 0.05), seed=seed)
        return (None, False) if found is None else (laid.chosen(found.used), found.is_proven)

    def _look(self, laid: "_Laid", solution: Solution) -> _Look:
        """Hold the prices of a solution against everybody."""
        prices = laid.prices(solution)
        bound = laid.fixed(prices)
        enter, losses, left_out = [], {}, -UNUSABLE
        costs, cheapest, of_team = np.zeros(0, dtype=np.int64), 0, -1
        for n, seat in enumerate(self.seats):
            if self.team_of[n] != of_team:
                of_team = int(self.team_of[n])
                costs = laid.costs(prices, of_team)
                # Nobody who was left out costs less: the cheapest of everybody.
                cheapest = int(costs.min(initial=0))
            left = laid.worth(n) * SCALE - costs[seat.best.rows]
            left[~self.usable[n]] = UNUSABLE
            known = max(int(left[self.brought[n]].max(initial=UNUSABLE)), laid.emptiness(n, prices))
            better = np.flatnonzero(left > known)
            if len(better) > BROUGHT_IN:
                better = better[np.argpartition(left[better], -BROUGHT_IN)[-BROUGHT_IN:]]
            best = max(int(left[better].max(initial=UNUSABLE)), known)
            if seat.best.left_out:
                behind = int(laid.worth(n)[-1]) * SCALE - cheapest
                best = max(best, behind)
                left_out = min(left_out, best - behind)
            bound += best
            enter.append(better)
            losses[seat.number] = best - left
        likely, firm = laid.chosen(solution.values > 0.5), laid.chosen(solution.values > 1 - TINY)
        return _Look(bound, laid.lacks_more(solution), enter, losses, left_out, likely, firm)


def _left(reserves: Sequence[Watched], teams: Sequence[Team]) -> list[Watched]:
    """The reserves with the room that the people who stay leave."""
    stay = [row for team in teams for row in team.pinned]
    return [replace(one, room=one.room - int(one.members[stay].sum())) for one in reserves]


def _empty(seat: Seats) -> _Lackable:
    return _Lackable(("filled", seat.request.priority, seat.position.priority), 1, 1.0)


def _missing(team: Team, side: Side) -> _Lackable:
    return _Lackable(("needs", team.request.priority, 0), side.price, side.most)


class _Laid:
    """One linear program of a relaxation, and the way back from its prices.

    Columns: the candidates, seat after seat; whatever may be lacking; and, for each level above the aim, what is
    lacking more than may be.
    """

    def __init__(self, relaxation: Relaxation, aim: Level | None, dear: float) -> None:
        r = self.r = relaxation
        self.aim = aim
        self.levels = r.levels if aim is None else r.levels[: r.levels.index(aim)]
        sizes = [len(places) for places in r.brought]
        self.seat = np.repeat(np.arange(len(r.seats)), sizes)
        self.row = np.concatenate(
            [seat.best.rows[p] for seat, p in zip(r.seats, r.brought, strict=True)], dtype=np.int64
        )
        self.team = r.team_of[self.seat]
        self.lack = len(self.seat)
        self.over = self.lack + len(r.lackable)
        self.short = self.over + len(self.levels)
        worth = np.concatenate([self.worth(n)[p] for n, p in enumerate(r.brought)]).astype(np.float64)
        lacking = [-float(one.price) if one.level == aim else 0.0 for one in r.lackable]
        dearest = dear * max(float(np.abs(worth).max(initial=0)), 16.0)
        names = np.concatenate(
            [
                self.seat * len(r.pool) + self.row,
                LACKABLE + np.arange(len(r.lackable)),
                LEVELS + np.arange(len(self.levels)),
                RESERVES + np.arange(len(r.reserves)),
            ]
        )
        falling = [-float(self.reserve_worth(n)) for n in range(len(r.reserves))]
        open_ended = np.full(self.short + len(r.reserves), np.inf)
        self.program = Program(
            names,
            np.concatenate([worth, lacking, np.full(len(self.levels), -dearest), falling]),
            np.concatenate([open_ended[: self.lack], [one.most for one in r.lackable], open_ended[self.over :]]),
        )
        self._seats()
        self.people = [self._people(c) for c in range(len(r.cliques))]
        self.employers = self._employers()
        self.sides = [self._sides(t) for t in range(len(r.teams))]
        self.floors = [self._floor(n) for n in range(len(r.reserves))]
        self.allowed = {level: self._allowed(level) for level in self.levels}

    def worth(self, n: int) -> Ints:
        """What the candidates of a seat are worth to the aim."""
        best = self.r.seats[n].best
        return self.r.values.of(best) if self.aim is None else np.zeros(len(best.rows), dtype=np.int64)

    def reserve_worth(self, n: int) -> int:
        """What one person more under a reserve's floor costs."""
        return self.r.reserves[n].reserve.price * self.r.values.reserve if self.aim is None else 0

    def _seats(self) -> None:
        """A seat has one person or is empty."""
        count = len(self.r.seats)
        numbers = np.concatenate([self.seat, np.arange(count)])
        columns = np.concatenate([np.arange(self.lack), self.lack + np.arange(count)])
        self.program.rows(range(count), numbers, columns, np.ones(len(columns)), low=1.0, high=1.0)

    def _people(self, clique: int) -> tuple[int, Ints]:
        """Nobody serves two requests at once, nor sits in two seats of one."""
        there = [clique in theirs for theirs in self.r.cliques_of]
        columns = np.flatnonzero(np.array(there)[self.team])
        return self._at_most_one(self.row[columns], columns, PEOPLE + clique * len(self.r.pool))

    def _employers(self) -> tuple[int, Ints]:
        """At most one person of an employer in a team."""
        employer = self.r.pool.employer[self.row]
        columns = np.flatnonzero(employer >= 0) if self.r.one_per_employer else np.zeros(0, dtype=np.int64)
        width = len(self.r.pool) + 1
        return self._at_most_one(self.team[columns] * width + employer[columns], columns, EMPLOYERS)

    def _at_most_one(self, keys: Ints, columns: Ints, name: int) -> tuple[int, Ints]:
        """One row for each key that several columns share; number of the first, and the keys."""
        found, numbers, counts = np.unique(keys, return_inverse=True, return_counts=True)
        several = counts > 1
        place = np.cumsum(several) - 1
        inside = several[numbers]
        first = self.program.rows(
            (name + found[several]).tolist(), place[numbers[inside]], columns[inside], np.ones(int(inside.sum())),
            low=-np.inf, high=1.0,
        )  # fmt: skip
        return first, found[several]

    def _sides(self, t: int) -> list[int]:
        """The rules of one team that go over several seats."""
        columns = np.arange(*np.searchsorted(self.team, [t, t + 1]))
        rows = []
        for k, side in enumerate(self.r.teams[t].sides):
            counts = side.counts(self.row[columns])
            here = np.flatnonzero(counts)
            lacks = [self.lack + len(self.r.seats) + self.r.needs.index((t, k))] if side.need else []
            rows.append(
                self.program.row(
                    SIDES + t * MOST_SIDES + k,
                    np.concatenate([columns[here], np.array(lacks, dtype=np.int64)]),
                    np.concatenate([counts[here], np.ones(len(lacks))]),
                    low=side.low,
                    high=side.high,
                )
            )
        return rows

    def _floor(self, n: int) -> int:
        """People of a reserve who are taken beyond its room are missing from it."""
        taken = np.flatnonzero(self.r.reserves[n].members[self.row])
        columns, weights = np.append(taken, self.short + n), np.append(np.ones(len(taken)), -1.0)
        return self.program.row(RESERVES + n, columns, weights, high=float(self.r.reserves[n].room))

    def _allowed(self, level: Level) -> int:
        """No more of a level is lacking than must be."""
        inside = [n for n, one in enumerate(self.r.lackable) if one.level == level]
        columns = np.array([*(self.lack + n for n in inside), self.over + self.levels.index(level)], dtype=np.int64)
        weights = np.array([*(float(self.r.lackable[n].price) for n in inside), -1.0])
        name = LEVELS + self.r.levels.index(level)
        return self.program.row(name, columns, weights, high=float(self.r.least[level]))

    def prices(self, solution: Solution) -> _Prices:
        """The dual values of a solution in whole numbers; any whole numbers of the right sign prove a bound."""
        r, found = self.r, np.round(solution.prices * SCALE).astype(np.int64)
        people = []
        for first, rows in self.people:
            column = np.zeros(len(r.pool), dtype=np.int64)
            column[rows] = np.maximum(found[first : first + len(rows)], 0)
            people.append(column)
        first, keys = self.employers
        dear = np.maximum(found[first : first + len(keys)], 0)
        width = len(r.pool) + 1
        at = np.searchsorted(keys // width, np.arange(len(r.teams) + 1))
        employers = [(keys[a:b] % width, dear[a:b]) for a, b in pairwise(at.tolist())]
        sides = [
            [
                max(int(found[row]), 0) if np.isfinite(side.high) else min(int(found[row]), 0)
                for side, row in zip(team.sides, rows, strict=True)
            ]
            for team, rows in zip(r.teams, self.sides, strict=True)
        ]
        floors = [min(max(int(found[row]), 0), self.reserve_worth(n) * SCALE) for n, row in enumerate(self.floors)]
        return _Prices(
            people, employers, sides, floors, {level: max(int(found[n]), 0) for level, n in self.allowed.items()}
        )

    def costs(self, prices: _Prices, t: int) -> Ints:
        """What everybody costs a team."""
        r = self.r
        costs = np.zeros(len(r.pool), dtype=np.int64)
        for clique in r.cliques_of[t]:
            costs += prices.people[clique]
        codes, dear = prices.employers[t]
        if dear.any():
            by_code = np.zeros(len(r.pool) + 1, dtype=np.int64)
            by_code[codes] = dear
            costs += np.where(r.pool.employer >= 0, by_code[r.pool.employer], 0)
        for reserve, price in zip(r.reserves, prices.floors, strict=True):
            costs += price * reserve.members
        for side, price in zip(r.teams[t].sides, prices.sides[t], strict=True):
            if price:
                costs += np.floor(price * side.counts(r.pool.all_rows) + TINY).astype(np.int64)
        return costs

    def _lack_price(self, one: _Lackable, prices: _Prices) -> int:
        """What it costs to lack one more of something."""
        return one.price * (SCALE if one.level == self.aim else prices.lacking.get(one.level, 0))

    def emptiness(self, n: int, prices: _Prices) -> int:
        """What an empty seat is worth."""
        return -self._lack_price(self.r.lackable[n], prices)

    def fixed(self, prices: _Prices) -> int:
        """The part of the bound that depends on no seat."""
        r = self.r
        total = sum(int(column.sum()) for column in prices.people)
        total += sum(int(dear.sum()) for _, dear in prices.employers)
        total += sum(prices.lacking[level] * r.least[level] for level in self.levels)
        total += sum(price * reserve.room for reserve, price in zip(r.reserves, prices.floors, strict=True))
        for team, theirs in zip(r.teams, prices.sides, strict=True):
            for side, price in zip(team.sides, theirs, strict=True):
                total += int(np.ceil(price * (side.high if price > 0 else side.low) - TINY)) if price else 0
        for (t, k), one in zip(r.needs, r.lackable[len(r.seats) :], strict=True):
            gain = -prices.sides[t][k] - self._lack_price(one, prices)
            total += int(max(gain, 0) * one.most)
        return total

    def lacks_more(self, solution: Solution) -> bool:
        """Whether more is lacking than may be."""
        return bool((solution.values[self.over : self.short] > TINY).any())

    def chosen(self, used: Flags) -> dict[int, int]:
        """Number of the seat and row of the candidates that are used."""
        columns = np.flatnonzero(used[: self.lack])
        seats, rows = self.seat[columns].tolist(), self.row[columns].tolist()
        return {self.r.seats[n].number: row for n, row in zip(seats, rows, strict=True)}

    def count_load(self) -> None:
        """For whole people: the load decides among equals, and nothing more than the least may be lacking."""
        load = [seat.best.load[places] for seat, places in zip(self.r.seats, self.r.brought, strict=True)]
        reach = sum(int(one.max(initial=0)) for one in load) + 1
        # As many seats are empty in every solution, so that one number less for each candidate changes nothing; the
        # numbers stay smaller.
        worth = self.program.worth[: self.lack] - self.program.worth[: self.lack].max(initial=0)
        self.program.worth[: self.lack] = worth * reach - np.concatenate(load, dtype=np.float64)
        self.program.worth[self.short :] *= reach
        self.program.most[: self.lack] = 1.0
        self.program.most[self.over : self.short] = 0.0

    def cut(self, together: Cut) -> None:
        """These cannot all be chosen."""
        at = {
            (self.r.seats[n].number, row): c
            for c, (n, row) in enumerate(zip(self.seat.tolist(), self.row.tolist(), strict=True))
        }
        columns = np.array([at[one] for one in together], dtype=np.int64)
        self.program.row(CUTS, columns, np.ones(len(columns)), high=len(columns) - 1.0)
