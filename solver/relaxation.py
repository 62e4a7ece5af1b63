"""What the linear relaxation of a problem is about: open seats, their teams, and what may be lacking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver.pool import Flags, Ints, Pool
from solver.problem import Policy
from solver.reserve import Watched, watched
from solver.survey import Seats
from solver.teams import Need, Side, Team, cliques
from solver.values import Values
from solver.worth import FIRST_NEED

FIRST_CHOICES = 6
"""Candidates of a seat to begin with: so many of the best, and of the best whom no seat before wants most."""
FIRST_OF_A_KIND = 2
"""And so many who bring each thing that the team needs."""
Level = tuple[str, int, int]
"""What may be lacking, most important first: ("filled", priority of request, of seat), ("needs", priority, 0)."""


@dataclass(slots=True)
class Lackable:
    """Something that may be lacking: a seat empty, or a need missing."""

    level: Level
    price: int
    most: float


class Relaxation:
    """The open seats of all teams: who is there, who cannot, and what may be lacking."""

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
        """The least that is lacking, as far as it is known."""

    def _usable(self, n: int, teams: Sequence[Team]) -> Flags:
        """Who of the seat's ranking can join those who stay, in this team and in those at the same time."""
        team, rows = self.teams[self.team_of[n]], self.seats[n].best.rows
        out = np.zeros(len(rows), dtype=bool) if team.barred is None else team.barred[rows]
        at_once = {other for c in self.cliques_of[self.team_of[n]] for other in self.cliques[c]}
        # Who stays in the team itself is barred from it.
        elsewhere = [row for other in sorted(at_once) if teams[other] is not team for row in teams[other].pinned]
        return ~(out | np.isin(rows, elsewhere)) if elsewhere else ~out

    def first(self) -> list[Ints]:
        """Whom to begin with: for each seat, places in its ranking."""
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


def _left(reserves: Sequence[Watched], teams: Sequence[Team]) -> list[Watched]:
    """The reserves with the room that the people who stay leave."""
    stay = [row for team in teams for row in team.pinned]
    return [replace(one, room=one.room - int(one.members[stay].sum())) for one in reserves]


def _empty(seat: Seats) -> Lackable:
    return Lackable(("filled", seat.request.priority, seat.position.priority), 1, 1.0)


def _missing(team: Team, side: Side) -> Lackable:
    return Lackable(("needs", team.request.priority, 0), side.price, side.most)
