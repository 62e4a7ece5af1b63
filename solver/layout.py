"""One linear program of a relaxation: its rows and columns, and the way back from its prices to people."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.linear import Program, Solution
from solver.pool import Flags, Ints
from solver.relaxation import Lackable, Level, Relaxation

SCALE = 2520
"""Prices are whole multiples of 1/2520: those of such programs are halves, thirds, quarters ... of whole values."""
Cut = frozenset[tuple[int, int]]
"""Numbers of seats and rows of the pool that cannot all be together."""
PEOPLE, EMPLOYERS, SIDES, LACKABLE, LEVELS, CUTS, RESERVES = (n << 48 for n in range(1, 8))
"""Where the names of each kind of row or column of a program begin; the others count from 0."""
MOST_SIDES = 64
TINY = 1e-6
DEAR = 64.0
"""Times the greatest worth: what it costs a linear program to lack more than it may."""


@dataclass(slots=True)
class Prices:
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


class Layout:
    """One linear program of a relaxation, and the way back from its prices.

    Columns: the candidates, seat after seat; whatever may be lacking; and, for each level above the aim, what is
    lacking more than may be.
    """

    def __init__(
        self, relaxation: Relaxation, brought: Sequence[Ints], aim: Level | None = None, dear: float = DEAR
    ) -> None:
        r = self.r = relaxation
        self.brought = brought
        self.aim = aim
        self.levels = r.levels if aim is None else r.levels[: r.levels.index(aim)]
        sizes = [len(places) for places in self.brought]
        self.seat = np.repeat(np.arange(len(r.seats)), sizes)
        self.row = np.concatenate(
            [seat.best.rows[p] for seat, p in zip(r.seats, self.brought, strict=True)], dtype=np.int64
        )
        self.team = r.team_of[self.seat]
        self.lack = len(self.seat)
        self.over = self.lack + len(r.lackable)
        self.short = self.over + len(self.levels)
        worth = np.concatenate([self.worth(n)[p] for n, p in enumerate(self.brought)]).astype(np.float64)
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

    def prices(self, solution: Solution) -> Prices:
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
        return Prices(
            people, employers, sides, floors, {level: max(int(found[n]), 0) for level, n in self.allowed.items()}
        )

    def costs(self, prices: Prices, t: int) -> Ints:
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

    def _lack_price(self, one: Lackable, prices: Prices) -> int:
        """What it costs to lack one more of something."""
        return one.price * (SCALE if one.level == self.aim else prices.lacking.get(one.level, 0))

    def emptiness(self, n: int, prices: Prices) -> int:
        """What an empty seat is worth."""
        return -self._lack_price(self.r.lackable[n], prices)

    def fixed(self, prices: Prices) -> int:
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
        load = [seat.best.load[places] for seat, places in zip(self.r.seats, self.brought, strict=True)]
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
