"""The roster as a CP-SAT model: who may sit where, what no team may be, and the needs it should meet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from ortools.sat.python import cp_model

from solver.pool import Pool
from solver.problem import Policy, Request
from solver.reserve import Watched, watched
from solver.survey import Seats
from solver.teams import Need
from solver.trips import DAY
from solver.worth import Worth, experienced_wanted

Sit = tuple[int, int]
"""Number of the seat, row of the pool."""


@dataclass
class Model:
    """The model and its parts, by name."""

    cp: cp_model.CpModel
    pool: Pool
    seats: Sequence[Seats]
    candidates: Mapping[int, Sequence[int]]
    """Seat number to the rows that may sit there."""
    policy: Policy
    sits: dict[Sit, cp_model.IntVar] = field(default_factory=dict)
    missing: dict[Need, cp_model.IntVar] = field(default_factory=dict)
    most_missing: dict[Need, int] = field(default_factory=dict)

    @cached_property
    def reserves(self) -> list[Watched]:
        """The reserves that could fall under their floors."""
        return watched(self.pool, self.requests, self.policy)

    @cached_property
    def requests(self) -> list[Request]:
        """The requests, in the order of the problem."""
        return list({seat.request.id: seat.request for seat in self.seats}.values())

    @cached_property
    def by_number(self) -> dict[int, Seats]:
        """The seats by their numbers."""
        return {seat.number: seat for seat in self.seats}

    @cached_property
    def worths(self) -> dict[Sit, Worth]:
        """What everybody adds to the goals."""
        theirs = ((seat, self.candidates[seat.number]) for seat in self.seats)
        return {
            (seat.number, row): worth
            for seat, rows in theirs
            for row, worth in zip(rows, seat.worths(rows), strict=True)
        }

    @cached_property
    def several_requests(self) -> dict[int, list[Seats]]:
        """Rows of those who may sit in more than one request, and the seats."""
        by_row: defaultdict[int, list[Seats]] = defaultdict(list)
        for seat in self.seats:
            for row in self.candidates[seat.number]:
                by_row[row].append(seat)
        return {row: there for row, there in by_row.items() if len({seat.request.id for seat in there}) > 1}

    def may_lack(self, need: Need, most: int) -> cp_model.IntVar:
        """How much of a need is missing: a new variable, 0..most."""
        self.missing[need] = self.cp.new_int_var(0, most, f"missing_{need}")
        self.most_missing[need] = most
        return self.missing[need]

    def of_request(self, request: Request) -> list[Seats]:
        """The request's seats."""
        return [seat for seat in self.seats if seat.request.id == request.id]

    def team(self, request: Request) -> list[tuple[int, cp_model.IntVar]]:
        """Row and variable of everybody who may sit anywhere in the request's team."""
        numbers = [seat.number for seat in self.of_request(request)]
        return [(row, self.sits[number, row]) for number in numbers for row in self.candidates[number]]

    def pinned_rows(self, request: Request) -> list[int]:
        """Rows of the people who are pinned in the request's team."""
        return [self.pool.row[s.position.pinned] for s in self.of_request(request) if s.position.pinned is not None]


def build(pool: Pool, seats: Sequence[Seats], candidates: Mapping[int, Sequence[int]], policy: Policy) -> Model:
    """The whole model; goals are laid over it by `goals.py`."""
    m = Model(cp_model.CpModel(), pool, seats, candidates, policy)
    for seat in seats:
        for row in candidates[seat.number]:
            m.sits[seat.number, row] = m.cp.new_bool_var(f"{seat.position.code}{seat.number}_{pool.ids[row]}")
    one_person_a_seat(m)
    one_place_at_a_time(m)
    caps(m)
    reserves(m)
    for request in m.requests:
        one_seat_a_person(m, request)
        one_per_employer(m, request)
        trainees_with_mentor(m, request)
        needs(m, request)
    return m


def one_person_a_seat(m: Model) -> None:
    """A seat has one person or nobody; a pinned person stays."""
    for seat in m.seats:
        here = [m.sits[seat.number, row] for row in m.candidates[seat.number]]
        if seat.position.pinned is not None:
            m.cp.add(m.sits[seat.number, m.pool.row[seat.position.pinned]] == 1)
        m.cp.add_at_most_one(here)


def one_seat_a_person(m: Model, request: Request) -> None:
    """Nobody sits in two seats of one team."""
    by_row: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
    for row, sits in m.team(request):
        by_row[row].append(sits)
    for several in by_row.values():
        if len(several) > 1:
            m.cp.add_at_most_one(several)


def one_place_at_a_time(m: Model) -> None:
    """Nobody sits in two requests whose spans, travel and rest included, overlap."""
    for row, there in m.several_requests.items():
        for one, other in combinations(there, 2):
            a, b = one.span(row), other.span(row)
            if one.request.id != other.request.id and a.start < b.end and b.start < a.end:
                m.cp.add_at_most_one(m.sits[one.number, row], m.sits[other.number, row])


def caps(m: Model) -> None:
    """Several requests together keep within the deployments allowed in 90 and 365 days.

    Each window that ends with a deployment, of the past, promised or of this problem, is one sum. Those who are pinned
    are counted but never turned away.
    """
    for row, there in m.several_requests.items():
        served = m.pool.experts[row].served
        for length, cap in ((90 * DAY, m.policy.cap_90_days), (365 * DAY, m.policy.cap_365_days)):
            for end in {*served, *(seat.request.stay.start for seat in there)}:
                inside = [seat for seat in there if end - length < seat.request.stay.start <= end]
                pinned = sum(seat.position.pinned is not None for seat in inside)
                room = cap - pinned - sum(end - length < start <= end for start in served)
                free = [m.sits[seat.number, row] for seat in inside if seat.position.pinned is None]
                if len(free) > max(room, 0):
                    m.cp.add(sum(free) <= max(room, 0))


def reserves(m: Model) -> None:
    """People of a reserve who are taken beyond its room are missing from it."""
    for one in m.reserves:
        taken = [sits for (_, row), sits in m.sits.items() if one.members[row]]
        most = max(len(taken) - one.room, 0)
        m.cp.add(sum(taken) - m.may_lack(one.need, most) <= one.room)


def one_per_employer(m: Model, request: Request) -> None:
    """At most one person of an employer, besides those who are pinned."""
    if not m.policy.one_per_employer:
        return
    pinned = set(m.pinned_rows(request))
    taken = {int(m.pool.employer[row]) for row in pinned}
    by_employer: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
    for row, sits in m.team(request):
        employer = int(m.pool.employer[row])
        if employer >= 0 and row not in pinned:
            by_employer[employer].append(sits)
    for employer, several in by_employer.items():
        if employer in taken:
            m.cp.add(sum(several) == 0)
        elif len(several) > 1:
            m.cp.add_at_most_one(several)


def trainees_with_mentor(m: Model, request: Request) -> None:
    """At most so many trainees, and then a mentor; those who are pinned are counted but never turned away."""
    pinned = set(m.pinned_rows(request))
    team = m.team(request)
    learners = [sits for row, sits in team if m.pool.trainee[row] and row not in pinned]
    if not learners:
        return
    room = m.policy.max_trainees - sum(bool(m.pool.trainee[row]) for row in pinned)
    m.cp.add(sum(learners) <= max(room, 0))
    mentors = [sits for row, sits in team if m.pool.mentor[row]]
    for learner in learners:
        m.cp.add(sum(mentors) >= learner)


def needs(m: Model, request: Request) -> None:
    """What the team should have. What it cannot have is missing, by name, and never makes the rest impossible."""
    team = m.team(request)
    for name, meets in m.of_request(request)[0].ground.needs.items():
        missing = m.may_lack((request.id, name), 1)
        m.cp.add(sum(sits for row, sits in team if meets[row]) + missing >= 1)
    _experienced(m, request)


def _experienced(m: Model, request: Request) -> None:
    """At least a share of those who are seated has been deployed before (domain.md 1.4)."""
    team = m.team(request)
    most = len(request.positions)
    missing = m.may_lack((request.id, "experienced"), experienced_wanted(most, m.policy))
    filled = sum(sits for _, sits in team)
    experienced = sum(sits for row, sits in team if m.pool.experienced[row])
    # The seat that makes one more experienced person wanted is the n-th: 1 when that many are seated.
    steps = [n for n in range(1, most + 1) if experienced_wanted(n, m.policy) > experienced_wanted(n - 1, m.policy)]
    wanted = []
    for n in steps:
        step = m.cp.new_bool_var(f"team_{request.id}_of_{n}")
        m.cp.add(filled <= n - 1 + (most - n + 1) * step)
        wanted.append(step)
    m.cp.add(experienced + missing >= sum(wanted))
