"""The best kinds of recruits one after the other, by what they would take of the seats that stay empty. Pure.

Greedy, with gains that only fall while others join, so that an old gain is a bound and most kinds are never looked at
again (lazy greedy: Minoux 1978; Nemhauser, Wolsey, Fisher 1978 on what greedy reaches).
"""

import heapq
from collections.abc import Sequence

import numpy as np

from app.foresight import sketch
from app.foresight.kinds import FIRST_ID, SAYS_YES, Kind
from solver.fails import request_fails, seat_fails
from solver.pool import Pool
from solver.problem import Policy
from solver.trips import DAY, rest_minutes, trips_to


class Takes:
    """For one year: which kinds could take which gap, and when they would be gone."""

    def __init__(self, pool: Pool, cases: Sequence[sketch.Case], year: sketch.Year, policy: Policy, seed: int) -> None:
        self.left = np.array([gap.empty for gap in year.gaps], dtype=np.int64)
        self.cases = [cases[gap.case] for gap in year.gaps]
        self.policy = policy
        size = (len(year.gaps), len(pool))
        self.able, self.depart, self.rested = np.zeros(size, dtype=bool), *np.zeros((2, *size), dtype=np.int64)
        self.start = np.array([case.request.stay.start for case in self.cases], dtype=np.int64)
        self.seat, self.minutes = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for number, gap in enumerate(year.gaps):
            request = cases[gap.case].request
            trips = trips_to(pool, request, policy, pool.all_rows, is_remote=False)
            passed = request_fails(pool, request, trips, policy, pool.all_rows, is_remote=False) == 0
            for seat in reversed(gap.worth):
                fits = seat_fails(pool, request, request.positions[seat], pool.all_rows) == 0
                self.seat[number, fits] = seat
                self.able[number] |= fits
            # Which of them is the recruit is not known yet: one draw a gap for all, as one person would answer.
            slot = np.array([FIRST_ID % sketch.SLOTS + 7], dtype=np.int64)
            comes = sketch.willing(seed, gap.case, slot, np.full(1, SAYS_YES))[0]
            self.able[number] &= passed & comes
            self.minutes[number] = trips.minutes
            self.depart[number], self.rested[number] = trips.depart, trips.home + rest_minutes(request.stay, policy)

    def of(self, kind: int) -> list[int]:
        """The gaps that a recruit of this kind would take, as they come: rest and caps kept."""
        taken: list[int] = []
        begun: list[int] = []
        free_from = 0
        short, long = self.policy.cap_90_days, self.policy.cap_365_days
        for gap in np.flatnonzero(self.able[:, kind] & (self.left > 0)).tolist():
            start = int(self.start[gap])
            lately = sum(start - 90 * DAY < one for one in begun)
            if len(begun) >= long:
                break
            if self.depart[gap, kind] < free_from or lately >= short:
                continue
            taken.append(gap)
            begun.append(start)
            free_from = int(self.rested[gap, kind])
        return taken

    def completed(self, gaps: Sequence[int]) -> int:
        """Teams of which the last empty seat is among these."""
        return int((self.left[list(gaps)] == 1).sum())

    def travel(self, kind: int, gaps: Sequence[int]) -> int:
        """Minutes of the journeys to these gaps, one way."""
        return int(self.minutes[list(gaps), kind].sum())


def choose(years: Sequence[Takes], every: Sequence[Kind], count: int) -> list[tuple[int, list[list[int]]]]:
    """The best kinds one after the other, by lazy greedy; with what each would take in every year.

    Most seats first. Of kinds that take as many, the one that completes more teams; of these the one that is easier to
    find: not able to lead, one discipline, less travel. Where the whole pool is short, all take as many as the
    caps allow, and teams decide.
    """
    bounds = [(-sum(len(year.of(kind)) for year in years), kind) for kind in range(len(every))]
    heapq.heapify(bounds)
    chosen: list[tuple[int, list[list[int]]]] = []
    while len(chosen) < count:
        looked: list[tuple[tuple[int, ...], list[list[int]]]] = []
        # An old gain is a bound: kinds whose bound is below the best that was found need no look.
        while bounds and (not looked or bounds[0][0] <= min(looked, key=_first)[0][0]):
            _, kind = heapq.heappop(bounds)
            takes = [year.of(kind) for year in years]
            looked.append((_worth(years, every[kind], kind, takes), takes))
        best, takes = min(looked, key=_first)
        for year, taken in zip(years, takes, strict=True):
            year.left[taken] -= 1
        chosen.append((best[-1], takes))
        for key, _ in looked:
            heapq.heappush(bounds, (key[0], key[-1]))
    return chosen


def _first(looked: tuple[tuple[int, ...], list[list[int]]]) -> tuple[int, ...]:
    return looked[0]


def _worth(years: Sequence[Takes], about: Kind, kind: int, takes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """What kinds are compared by; the smallest is the best."""
    pairs = list(zip(years, takes, strict=True))
    seats, teams = sum(map(len, takes)), sum(year.completed(taken) for year, taken in pairs)
    journeys = sum(year.travel(kind, taken) for year, taken in pairs)
    return -seats, -teams, about.leads, len(about.disciplines), journeys, kind
