"""The roster as a CP-SAT model: who may sit where, what no team may be, and the needs it should meet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import ceil

from ortools.sat.python import cp_model

from solver.candidates import Seats
from solver.pool import Pool
from solver.problem import Policy, Request

Sit = tuple[int, int]
"""Number of the seat, row of the pool."""


@dataclass(slots=True)
class Model:
    """The model and its parts, by name."""

    cp: cp_model.CpModel
    pool: Pool
    seats: Sequence[Seats]
    candidates: Mapping[int, Sequence[int]]
    """Seat number to the rows that may sit there."""
    policy: Policy
    sits: dict[Sit, cp_model.IntVar] = field(default_factory=dict)
    missing: dict[tuple[int, str], cp_model.IntVar] = field(default_factory=dict)
    """Request id and need to how much of it is missing."""

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
    requests = list({seat.request.id: seat.request for seat in seats}.values())
    one_person_a_seat(m)
    one_seat_a_person(m, requests)
    one_place_at_a_time(m)
    for request in requests:
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


def one_seat_a_person(m: Model, requests: Iterable[Request]) -> None:
    """Nobody sits in two seats of one team."""
    for request in requests:
        by_row: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
        for row, sits in m.team(request):
            by_row[row].append(sits)
        for several in by_row.values():
            if len(several) > 1:
                m.cp.add_at_most_one(several)


def one_place_at_a_time(m: Model) -> None:
    """Nobody sits in two requests whose spans, travel and rest included, overlap, nor in more than the caps allow."""
    by_row: defaultdict[int, list[Seats]] = defaultdict(list)
    for seat in m.seats:
        for row in m.candidates[seat.number]:
            by_row[row].append(seat)
    for row, there in by_row.items():
        for one, other in combinations(there, 2):
            if one.request.id != other.request.id and _clash(m, row, one, other):
                m.cp.add_at_most_one(m.sits[one.number, row], m.sits[other.number, row])


def _clash(m: Model, row: int, one: Seats, other: Seats) -> bool:
    """Two requests exclude each other for a person when the times overlap, or when both together could pass a cap.

    The second is stricter than it must be for three and more requests far apart, never laxer.
    """
    a, b = one.span(row), other.span(row)
    if a.start < b.end and b.start < a.end:
        return True
    served = len(m.pool.experts[row].served)
    return served + 2 > min(m.policy.cap_90_days, m.policy.cap_365_days)


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
    if any(position.is_leader for position in request.positions):
        _need(m, request, "leader", [sits for row, sits in team if m.pool.leads[row]])
    for tag in dict.fromkeys(request.languages):
        speaks = m.pool.languages[tag] >= m.policy.language_level
        _need(m, request, f"language {tag}", [sits for row, sits in team if speaks[row]])
    if request.needs_all_disciplines:
        for n, name in enumerate(("LE", "VA", "MH", "CL")):
            _need(m, request, f"discipline {name}", [s for row, s in team if m.pool.disciplines[row] >> n & 1])
    _experienced(m, request)


def _need(m: Model, request: Request, name: str, helpful: Sequence[cp_model.IntVar]) -> None:
    missing = m.cp.new_bool_var(f"missing_{request.id}_{name}")
    m.cp.add(sum(helpful) + missing >= 1)
    m.missing[request.id, name] = missing


def experienced_wanted(size: int, policy: Policy) -> int:
    """How many of a team of `size` should have a past deployment."""
    return ceil(size * policy.experienced_share - 1e-9)


def _experienced(m: Model, request: Request) -> None:
    """At least a share of those who are seated has been deployed before (domain.md 1.4)."""
    team = m.team(request)
    most = len(request.positions)
    missing = m.cp.new_int_var(0, most, f"missing_{request.id}_experienced")
    size = m.cp.new_int_var(0, most, f"size_{request.id}")
    m.cp.add(size == sum(sits for _, sits in team))
    wanted = m.cp.new_int_var(0, most, f"wanted_{request.id}")
    m.cp.add_element(size, [experienced_wanted(n, m.policy) for n in range(most + 1)], wanted)
    m.cp.add(sum(sits for row, sits in team if m.pool.experienced[row]) + missing >= wanted)
    m.missing[request.id, "experienced"] = missing
