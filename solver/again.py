"""One request of a roster solved again: with one rule set aside, with somebody else, with least change of the rest.

Everybody in other requests stays, and so does in this one whoever can: those who sit count as holding their seats.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from solver import check
from solver.candidates import Seating, elsewhere_fails
from solver.changes import Where, changes, differences
from solver.goals import lacks, tally
from solver.optimise import Optimum, optimise
from solver.pool import Pool
from solver.problem import Policy, Request
from solver.roster import GoalValue, OtherRoster, Roster, Seat
from solver.survey import Seats, survey

LONGEST_S = 2.0
"""Wall seconds for one solve of one request."""


class Again:
    """A request whose seats are those of a roster, ready to be solved again."""

    def __init__(self, pool: Pool, seats: Sequence[Seats], seating: Seating, request: Request, policy: Policy) -> None:
        self.pool, self.policy = pool, policy
        self.every, self.all_seated = seats, seating
        theirs = [seat for seat in seats if seat.request.id == request.id]
        here = {seat.position.id: int(pool.ids[seating[seat.number]]) for seat in theirs if seat.number in seating}
        held = (p if p.pinned is not None else replace(p, held=here.get(p.id)) for p in request.positions)
        self.request = replace(request, positions=tuple(held))
        numbers = {seat.number: n for n, seat in enumerate(theirs)}
        self.seating = {numbers[number]: row for number, row in seating.items() if number in numbers}
        self.seats = self._without_those_elsewhere(survey(pool, [self.request], policy))
        self.goals = self.value(self.seating)

    def _without_those_elsewhere(self, seats: list[Seats]) -> list[Seats]:
        """The seats without those whom another request keeps away: time that overlaps, or caps."""
        others: dict[int, list[Seats]] = {}
        for seat in self.every:
            if seat.request.id != self.request.id and seat.number in self.all_seated:
                others.setdefault(self.all_seated[seat.number], []).append(seat)
        self._elsewhere = others
        found = []
        for seat in seats:
            near = np.flatnonzero(~np.isin(seat.best.rows, self.away(seat)))
            found.append(seat if len(near) == len(seat.best.rows) else seat.keeping(near))
        return found

    def away(self, seat: Seats) -> list[int]:
        """Rows of those whom another request keeps out of a seat."""
        there = self._elsewhere.items()
        return [row for row, others in there if elsewhere_fails(self.pool, seat, row, others, self.policy)]

    def movable(self) -> list[int]:
        """Rows of those who sit in the request and are not pinned."""
        return [row for number, row in self.seating.items() if self.seats[number].position.pinned is None]

    def value(self, seating: Seating) -> tuple[GoalValue, ...]:
        """A seating of the request by its goals."""
        return tally(self.seats, seating, lacks(self.pool, self.seats, seating, self.policy), self.policy)

    def where(self, seating: Seating) -> dict[Where, int]:
        """Expert of each seat that has one."""
        return {(self.request.id, self.seats[n].position.id): int(self.pool.ids[row]) for n, row in seating.items()}

    def with_only(self, number: int, row: int, *, without_employer: bool = False) -> Optimum:
        """The best team with one person as the only candidate of one seat, whatever rules she breaks there.

        Args:
            number: of the seat within the request.
            row: of the person.
            without_employer: she may sit beside somebody of her employer.
        """
        pool = _unemployed(self.pool, row) if without_employer else self.pool
        seats = [seat.with_only(row) if seat.number == number else seat for seat in self.seats]
        return optimise(pool, seats, self.policy, seed=0, time_limit_s=LONGEST_S)

    def faults(self, seating: Seating) -> list[check.Fault]:
        """What the judge finds wrong with everybody in their seats, this request as in `seating`."""
        ids = dict(self.where(seating))
        for seat in self.every:
            if seat.request.id != self.request.id and seat.number in self.all_seated:
                ids[seat.request.id, seat.position.id] = int(self.pool.ids[self.all_seated[seat.number]])
        requests = {seat.request.id: seat.request for seat in self.every} | {self.request.id: self.request}
        told = tuple(self._seats(requests, ids))
        roster = Roster("feasible", told, (), (), len(self.pool), 0, 0, "")
        people = [self.pool.experts[self.pool.row[who]] for who in {*ids.values()}]
        return check.faults(people, list(requests.values()), self.policy, roster)

    def _seats(self, requests: Mapping[int, Request], ids: Mapping[Where, int]) -> Iterator[Seat]:
        for request in requests.values():
            for position in request.positions:
                who = ids.get((request.id, position.id))
                expert = None if who is None else self.pool.experts[self.pool.row[who]]
                way = None if expert is None else check.expected_travel(expert, request, position, self.policy)
                yield Seat(request.id, position.id, who, way, ())

    def other(self, seating: Seating, *, is_proven: bool) -> OtherRoster:
        """A seating of the request as another roster than the present one."""
        before, after = self.where(self.seating), self.where(seating)
        rows = {*self.seating.values(), *seating.values()}
        names = {int(self.pool.ids[row]): self.pool.experts[row].name for row in rows}
        return OtherRoster(
            tuple((self.request.id, p.id, after.get((self.request.id, p.id))) for p in self.request.positions),
            differences(self.goals, self.value(seating)),
            changes(before, after, [self.request], names),
            is_proven,
        )


def _unemployed(pool: Pool, row: int) -> Pool:
    """The same pool in which one person has no employer."""
    changed = copy.copy(pool)
    changed.employer = pool.employer.copy()
    changed.employer[row] = -1
    return changed
