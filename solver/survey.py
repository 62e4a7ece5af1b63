"""Every hard rule of a person in a seat, over the whole pool at once, and what each person would be worth there.

A survey is made when it is asked for: of a thousand seats whose people stay, only the open ones are ever looked at.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from solver.fails import request_fails, seat_fails
from solver.pool import Flags, Ints, Pool
from solver.problem import Policy, Position, Request, Span
from solver.roster import Travel
from solver.trips import Trips, departure, rest_minutes, trips_to
from solver.worth import Worth, fit, kept, load, offered, outside_reserves, team_needs

Small = npt.NDArray[np.int32]
"""Whole numbers that fit 32 bits: with a thousand seats and a hundred thousand experts, their size counts."""
LEAST_A_SEAT = 200
"""Candidates of a seat that are kept whatever the budget."""
GROUNDS_KEPT = 2
"""Requests whose whole-pool arrays are kept: each takes some 60 bytes an expert."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Those who pass every rule of a seat, best first by the goals from disruption down; all arrays side by side."""

    rows: Small
    kept: Small
    fit: Small
    far: Small
    """Minutes of the journey, or nothing when the policy gives it no weight."""
    load: Small
    gives: Ints
    """Bits of what each would give to the needs of this team; see `offered`."""
    minutes: Small
    """Of the journey, one way."""
    left_out: int = 0
    """How many more pass every rule, and stand behind all of these."""


_NONE = np.zeros(0, dtype=np.int32)
NOBODY = Ranked(_NONE, _NONE, _NONE, _NONE, _NONE, np.zeros(0, dtype=np.int64), _NONE)
"""The ranking of a seat that nobody fits."""


class Ground:
    """One request over the whole pool: what depends on no seat. Arrays come when they are asked for."""

    def __init__(self, pool: Pool, request: Request, policy: Policy) -> None:
        self.pool, self.request, self.policy = pool, request, policy
        self._trips: dict[bool, Trips] = {}
        self._fails: dict[bool, Ints] = {}
        self._passed: dict[bool, Ints] = {}

    def trips(self, *, is_remote: bool) -> Trips:
        """Everybody's journey."""
        if is_remote not in self._trips:
            self._trips[is_remote] = trips_to(
                self.pool, self.request, self.policy, self.pool.all_rows, is_remote=is_remote
            )
        return self._trips[is_remote]

    def known_trips(self, *, is_remote: bool) -> Trips | None:
        """The same, if it was asked for before."""
        return self._trips.get(is_remote)

    def fails(self, *, is_remote: bool) -> Ints:
        """Bits of the rules that each expert breaks in any seat of this request."""
        if is_remote not in self._fails:
            trips = self.trips(is_remote=is_remote)
            self._fails[is_remote] = request_fails(
                self.pool, self.request, trips, self.policy, self.pool.all_rows, is_remote=is_remote
            )
        return self._fails[is_remote]

    def passed(self, *, is_remote: bool) -> Ints:
        """Rows of those who break no rule of the request."""
        if is_remote not in self._passed:
            self._passed[is_remote] = np.flatnonzero(self.fails(is_remote=is_remote) == 0)
        return self._passed[is_remote]

    @cached_property
    def needs(self) -> dict[str, Flags]:
        """What the team should have, and who would bring it."""
        return team_needs(self.pool, self.request, self.policy)

    @cached_property
    def gives(self) -> Ints:
        """Bits of what everybody would give to this team."""
        return offered(self.pool, [*self.needs.values(), *outside_reserves(self.pool, self.policy)])

    @cached_property
    def load(self) -> Ints:
        """Points of load of everybody."""
        return load(self.pool, self.request, self.policy, self.pool.all_rows)


class Grounds:
    """The grounds of the requests; only the last few are kept."""

    def __init__(self, pool: Pool, policy: Policy, seats: int) -> None:
        self.pool, self.policy = pool, policy
        self.most_a_seat = max(policy.candidate_budget // max(seats, 1), LEAST_A_SEAT)
        """Candidates kept for each seat, so that memory stays bounded."""
        self._kept: OrderedDict[int, Ground] = OrderedDict()

    def of(self, request: Request) -> Ground:
        """The ground of one request, made anew when it is no longer kept."""
        if request.id in self._kept:
            self._kept.move_to_end(request.id)
        else:
            self._kept[request.id] = Ground(self.pool, request, self.policy)
        if len(self._kept) > GROUNDS_KEPT:
            self._kept.popitem(last=False)
        return self._kept[request.id]

    def known_trips(self, request: Request, *, is_remote: bool) -> Trips | None:
        """Everybody's journeys to a request, if they were asked for before."""
        ground = self._kept.get(request.id)
        return None if ground is None else ground.known_trips(is_remote=is_remote)


class Seats:
    """One seat over the whole pool: the rules each expert falls at, what each is worth, and the order of preference."""

    def __init__(self, number: int, request: Request, position: Position, grounds: Grounds) -> None:
        self.number = number
        self.request = request
        self.position = position
        self._grounds = grounds
        self._pool, self._policy = grounds.pool, grounds.policy

    def keeping(self, places: Ints) -> "Seats":
        """The same seat with only these places of its ranking left."""
        few = Seats(self.number, self.request, self.position, self._grounds)
        best = self.best
        few.__dict__["best"] = Ranked(
            best.rows[places], best.kept[places], best.fit[places], best.far[places], best.load[places],
            best.gives[places], best.minutes[places],
        )  # fmt: skip
        return few

    def with_only(self, row: int) -> "Seats":
        """The same seat with one person as its whole ranking, whatever rules she breaks."""
        one, rows, worth = (
            Seats(self.number, self.request, self.position, self._grounds),
            np.array([row]),
            self.worth(row),
        )
        kept_, fit_, far, load_, minutes = (
            np.array([value], dtype=np.int32)
            for value in (worth.kept, worth.fit, worth.far, worth.load, self._minutes(row))
        )
        gives = self.ground.gives[rows]
        one.__dict__["best"] = Ranked(rows.astype(np.int32), kept_, fit_, far, load_, gives, minutes)
        return one

    @property
    def ground(self) -> Ground:
        """The request over the whole pool."""
        return self._grounds.of(self.request)

    @property
    def trips(self) -> Trips:
        """Everybody's journey to this seat."""
        return self.ground.trips(is_remote=self.position.is_remote)

    @property
    def fails(self) -> Ints:
        """Bits of the person's rules that each expert breaks here."""
        pool = self._pool
        return self.ground.fails(is_remote=self.position.is_remote) | seat_fails(
            pool, self.request, self.position, pool.all_rows
        )

    @property
    def fit(self) -> Ints:
        """Everybody's points of fit."""
        return fit(self._pool, self.request, self.position, self._policy, self._pool.all_rows)

    @property
    def load(self) -> Ints:
        """Everybody's points of load."""
        return self.ground.load

    @property
    def order(self) -> Ints:
        """Rows without a failure, best first."""
        return self.best.rows.astype(np.int64)

    @cached_property
    def best(self) -> Ranked:
        """Those who pass every rule, best first; equals by their ids."""
        pool, policy, ground = self._pool, self._policy, self.ground
        request, position = self.request, self.position
        rows = ground.passed(is_remote=position.is_remote)
        rows = rows[seat_fails(pool, request, position, rows) == 0]
        if not len(rows):
            return NOBODY
        minutes = self.trips.minutes[rows]
        far = minutes * (policy.weights.get("travel_hour", 0) > 0)
        columns = (
            kept(pool, request, position, rows),
            fit(pool, request, position, policy, rows),
            -far,
            -ground.load[rows],
        )
        order = pool.in_order(rows, columns)[: self._grounds.most_a_seat]
        kept_, fit_, near, light = (column[order].astype(np.int32) for column in columns)
        return Ranked(
            rows[order].astype(np.int32), kept_, fit_, -near, -light, ground.gives[rows[order]],
            minutes[order].astype(np.int32), len(rows) - len(order),
        )  # fmt: skip

    @property
    def passed(self) -> int:
        """How many pass every rule of a person here, as far as anybody asked."""
        return len(self.best.rows) + self.best.left_out if "best" in self.__dict__ else 0

    def _place(self, row: int) -> int | None:
        """Where an expert stands in the ranking, if there is one already and she is in it."""
        if "best" not in self.__dict__:
            return None
        found = np.flatnonzero(self.best.rows == row)
        return int(found[0]) if len(found) else None

    def is_ranked(self, row: int) -> bool:
        """Whether an expert stands in the ranking, if there is one already: then her worth is known."""
        return self._place(row) is not None

    def worths(self, rows: Sequence[int]) -> list[Worth]:
        """What some experts add to the goals here, one by one."""
        if "best" not in self.__dict__:
            return [self.worth(row) for row in rows]
        best, place = self.best, np.full(len(self._pool), -1, dtype=np.int64)
        place[best.rows] = np.arange(len(best.rows))
        columns = best.kept, best.fit, best.far, best.load
        at = place[np.array(rows, dtype=np.int64)]
        known = zip(*(column[at].tolist() for column in columns), strict=True) if len(best.rows) else ()
        ranked = [Worth(*each) for each in known] or [self.worth(row) for row in rows]
        return [one if n >= 0 else self.worth(row) for one, n, row in zip(ranked, at.tolist(), rows, strict=True)]

    def allows(self, row: int) -> bool:
        """Whether an expert may sit here, as far as rules of a person and this seat's ranking go."""
        return self._place(row) is not None if "best" in self.__dict__ else self.fails_of(row) == 0

    def fails_of(self, row: int) -> int:
        """Bits of the rules that one expert breaks here, without a look at anybody else."""
        pool, request, position = self._pool, self.request, self.position
        rows, remote = np.array([row]), position.is_remote
        trips = trips_to(pool, request, self._policy, rows, is_remote=remote)
        fails = request_fails(pool, request, trips, self._policy, rows, is_remote=remote)
        return int((fails | seat_fails(pool, request, position, rows))[0])

    def worth(self, row: int) -> Worth:
        """What one expert adds to the goals here."""
        if (n := self._place(row)) is not None:
            best = self.best
            return Worth(int(best.kept[n]), int(best.fit[n]), int(best.far[n]), int(best.load[n]))
        pool, request, position, rows = self._pool, self.request, self.position, np.array([row])
        counts = self._policy.weights.get("travel_hour", 0) > 0
        return Worth(
            int(kept(pool, request, position, rows)[0]),
            int(fit(pool, request, position, self._policy, rows)[0]),
            self._minutes(row) * counts,
            int(load(pool, request, self._policy, rows)[0]),
        )

    def worth_beside(self, row: int, minutes: int, points_of_load: int) -> Worth:
        """The same, when the journey and the load are known already."""
        pool, request, position, rows = self._pool, self.request, self.position, np.array([row])
        counts = self._policy.weights.get("travel_hour", 0) > 0
        points = int(fit(pool, request, position, self._policy, rows)[0])
        return Worth(int(kept(pool, request, position, rows)[0]), points, minutes * counts, points_of_load)

    def _minutes(self, row: int) -> int:
        if (n := self._place(row)) is not None:
            return int(self.best.minutes[n])
        trips, n = self._journey(row)
        return int(trips.minutes[n])

    def travel(self, row: int) -> Travel:
        """The journey of one expert to this seat."""
        trips, n = self._journey(row)
        mode = "none" if self.position.is_remote else "fly" if trips.flies[n] else "drive"
        columns = (trips.minutes, trips.depart, trips.arrive, trips.home, trips.rested)
        times = (int(column[n]) for column in columns)
        return Travel(mode, *times)  # type: ignore[arg-type]

    def _journey(self, row: int) -> tuple[Trips, int]:
        """Journeys among which hers is, and where: everybody's when they are at hand, else hers alone."""
        remote = self.position.is_remote
        if (known := self._grounds.known_trips(self.request, is_remote=remote)) is not None:
            return known, row
        return trips_to(self._pool, self.request, self._policy, np.array([row]), is_remote=remote), 0

    def span(self, row: int) -> Span:
        """From leaving home to the end of rest."""
        minutes, stay = self._minutes(row), self.request.stay
        depart = int(departure(self.request, np.array([minutes]), is_remote=self.position.is_remote)[0])
        return Span(depart, stay.end + minutes + rest_minutes(stay, self._policy))


def survey(pool: Pool, requests: Sequence[Request], policy: Policy) -> list[Seats]:
    """Every seat of every request, in the order of the problem."""
    every = [(request, position) for request in requests for position in request.positions]
    grounds = Grounds(pool, policy, len(every))
    return [Seats(number, request, position, grounds) for number, (request, position) in enumerate(every)]


def worths(seats: Sequence[Seats], seating: Mapping[int, int], policy: Policy) -> list[Worth]:
    """What everybody seated in one request adds to the goals; for many seats at once cheaper than one by one."""
    there = [(seat, seating[seat.number]) for seat in seats if seat.number in seating]
    if not there:
        return []
    pool, request = seats[0].ground.pool, seats[0].request
    if all(seat.is_ranked(row) for seat, row in there):
        return [seat.worth(row) for seat, row in there]
    rows = np.array([row for _, row in there])
    minutes = trips_to(pool, request, policy, rows, is_remote=False).minutes.tolist()
    loads = load(pool, request, policy, rows).tolist()
    return [
        seat.worth_beside(row, 0 if seat.position.is_remote else far, heavy)
        for (seat, row), far, heavy in zip(there, minutes, loads, strict=True)
    ]
