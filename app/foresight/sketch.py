"""A year in a second: who would fill the seats of one incident after the other, by the solver's own rules. Pure.

A rougher picture than a trial (`app/trials/fast.py`), some fifty times as fast, for the many years that choosing
recruits takes. The rules of a person in a seat, journeys, rest, caps and exposure are those of the solver and of the
ledger. Simpler is how people are asked: whoever passes the rules and would say yes is there, the best fit sits, nobody
waits for an answer, and teams do not change. Papers are taken to be renewed.

What an empty seat is worth to a recruit is a price: 1 for every seat of the team from which moving people along leads
to an empty one, 0 for the others. These are the dual prices of the team's matching (König 1931).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from app.agencies.models import Agency
from app.core.places import ZONES
from app.deployments.models import Deployment
from app.deployments.opening import seat_of
from app.deployments.states import DeploymentState
from app.deployments.teams import TEAMS
from app.experts import exposure
from app.field import rest
from app.requests.intake import NEEDED_WITHIN
from app.requests.models import Request as Ask
from app.requests.states import Mode, Priority
from app.rosters.pool import minute
from app.rosters.problem import as_request
from app.trials.incidents import Incident
from solver.fails import request_fails, seat_fails
from solver.pool import Flags, Floats, Ints, Pool
from solver.problem import Expert, Policy, Request
from solver.trips import DAY, rest_minutes, trips_to
from solver.worth import fit, load

KEPT = 8
"""Deployments that are remembered of each person, the latest."""
LONG_AGO = -(1 << 40)
RENEWED = 1 << 40
"""Papers and licences that a sketch takes to be renewed end here."""
SLOTS = 1 << 20
"""Draws are made for so many numbers of people, so that nobody's answer depends on who else is there."""


@dataclass(frozen=True, slots=True)
class Case:
    """One incident as the solver is asked for it, with what it leaves behind in people."""

    request: Request
    at: int
    """Minute of filing."""
    facts: tuple[exposure.Facts, ...]
    """For each seat."""
    is_heavy: bool


def case_of(number: int, incident: Incident, within_hours: int | None = None) -> Case:
    """An incident as the request that the service would make of it.

    Args:
        number: in its year.
        incident: what happened.
        within_hours: as an immediate request, on site within so many hours of filing; None: as it would be asked for.
    """
    ask = Ask(
        id=number, place_state=incident.state, latitude=incident.latitude, longitude=incident.longitude, county=None,
        languages=incident.languages, time_zone=ZONES[incident.state], incident_type=incident.incident_type,
        modifiers=[], service_types=[], expertise_wanted=[], mode=Mode.ON_SITE, team_type=incident.team_type,
        priority=Priority.IMMEDIATE if within_hours else Priority(incident.priority), days=incident.days,
    )  # fmt: skip
    starts_at = incident.filed_at + NEEDED_WITHIN[ask.priority]
    deployment = Deployment(
        id=number, request_id=number, state=DeploymentState.PLANNING, team_type=incident.team_type,
        priority=ask.priority, starts_at=starts_at, ends_at=starts_at + timedelta(days=incident.days),
        opened_at=incident.filed_at,
    )  # fmt: skip
    seats = [seat_of(ask, place, plan) for place, plan in enumerate(TEAMS[incident.team_type], start=1)]
    for place, seat in enumerate(seats, start=1):
        seat.id, seat.deployment_id = place, number
    request = as_request(
        ask, Agency(id=0, name=incident.agency, state=incident.state), deployment, seats, pins={}, held={},
        unwilling=(), shown={}, now=incident.filed_at,
    )  # fmt: skip
    if within_hours:
        latest = minute(incident.filed_at + timedelta(hours=within_hours))
        request = replace(request, arrive_by=min(request.arrive_by, latest))
    facts = tuple(
        exposure.Facts(incident.incident_type, False, False, seat.code, False, incident.days, 0) for seat in seats
    )
    heavy = rest.is_heavy(incident.incident_type, ())
    return Case(request, minute(incident.filed_at), facts, heavy)


def cases_of(incidents: Sequence[Incident], within_hours: int | None = None) -> list[Case]:
    """Incidents in the order of their filing (`case_of`)."""
    ordered = sorted(incidents, key=lambda one: (one.filed_at, one.state, one.agency))
    return [case_of(number, one, within_hours) for number, one in enumerate(ordered, 1)]


def renewed(expert: Expert) -> Expert:
    """The same person with papers and licences that do not end, if they are valid at all."""
    licences = {state: RENEWED for state, until in expert.licences.items() if until > 0}
    return replace(expert, papers_until=RENEWED if expert.papers_until > 0 else 0, licences=licences)


class Bench(Pool):
    """The pool with what a year does to it."""

    def __init__(self, experts: Sequence[Expert], says_yes: Mapping[int, float] | float) -> None:
        super().__init__([renewed(expert) for expert in experts])
        size = len(self)
        self.comes = (
            np.full(size, says_yes) if isinstance(says_yes, float) else np.array([says_yes[int(i)] for i in self.ids])
        )
        self.slots = self.ids % SLOTS
        self._from, self._until = (np.full((size, KEPT), LONG_AGO, dtype=np.int64) for _ in range(2))
        self._starts = np.full((size, KEPT), LONG_AGO, dtype=np.int64)
        for row, expert in enumerate(self.experts):
            latest = sorted(expert.served)[-KEPT:]
            self._starts[row, : len(latest)] = latest
        self._points, self._at = self.exposure.copy(), 0

    def occupied(self, rows: Ints, start: Ints, end: Ints) -> Flags:
        """Who is away, on a deployment of this year, or resting from one."""
        taken = (self._from[rows] < end[:, None]) & (self._until[rows] > start[:, None])
        found: Flags = np.any(taken, axis=1)
        return np.logical_or(found, super().occupied(rows, start, end)) if len(self.busy_row) else found

    def fullest_window(self, rows: Ints, start: int, days: int) -> Ints:
        """Deployments in the days before `start`, with this one."""
        count: Ints = (self._starts[rows] > start - days * DAY).sum(axis=1) + 1
        return count

    def served_since(self, rows: Ints, start: int, days: int) -> Ints:
        """Deployments in the days before `start`."""
        count: Ints = (self._starts[rows] > start - days * DAY).sum(axis=1)
        return count

    def turn_to(self, at: int) -> None:
        """Time passes: what people carry fades."""
        if self._at:
            self._points *= 0.5 ** ((at - self._at) / DAY / exposure.POLICY.half_life_days)
        self._at, self.exposure = at, self._points

    def send(self, row: int, case: Case, seat: int, span: tuple[int, int], policy: Policy) -> None:
        """Somebody goes: leaves home, and is home again, at the minutes of `span`."""
        stay = case.request.stay
        clear, (depart, home) = rest_minutes(stay, policy), span
        slot = int(self._starts[row].argmin())
        self._from[row, slot], self._until[row, slot] = depart, home + clear
        self._starts[row, slot] = stay.start
        if case.is_heavy:
            self.eligible_from[row] = max(int(self.eligible_from[row]), home + rest.RULES.heavy * DAY)
        self._points[row] += exposure.points_of(case.facts[seat])


@dataclass(frozen=True, slots=True)
class Gap:
    """An incident with empty seats.

    Args:
        case: its number in the year.
        empty: how many seats nobody fills.
        worth: seats of the team that a recruit who fits them would make one empty seat fewer with.
    """

    case: int
    empty: int
    worth: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """What a year came to."""

    seats: int
    gaps: tuple[Gap, ...]
    by: Mapping[int, int]
    """Expert to deployments."""

    @property
    def empty(self) -> int:
        """Seats that nobody filled."""
        return sum(gap.empty for gap in self.gaps)


def willing(seed: int, number: int, slots: Ints, comes: Floats) -> Flags:
    """Who would say yes to an incident: by seed, incident and person alone (common random numbers)."""
    mixed = slots.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64((seed * 1_000_003 + number) % (1 << 63))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    drawn: Flags = (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53) < comes
    return drawn


def play(
    experts: Sequence[Expert], cases: Sequence[Case], policy: Policy, seed: int, says_yes: Mapping[int, float] | float
) -> Year:
    """Fill the seats of a year's incidents, one after the other."""
    bench = Bench(experts, says_yes)
    gaps, by = [], dict.fromkeys(bench.ids.tolist(), 0)
    for number, case in enumerate(cases):
        bench.turn_to(case.at)
        seating, masks = _seat(bench, case, policy, willing(seed, number, bench.slots, bench.comes))
        rows = np.array([row for row in seating if row >= 0], dtype=np.int64)
        trips = trips_to(bench, case.request, policy, rows, is_remote=False)
        for place, row in enumerate(rows.tolist()):
            seat = seating.index(row)
            bench.send(row, case, seat, (int(trips.depart[place]), int(trips.home[place])), policy)
            by[int(bench.ids[row])] += 1
        empty = [seat for seat, row in enumerate(seating) if row < 0]
        if empty:
            gaps.append(Gap(number, len(empty), _priced(seating, masks, empty)))
    return Year(sum(len(case.request.positions) for case in cases), tuple(gaps), by)


def _seat(bench: Bench, case: Case, policy: Policy, comes: Flags) -> tuple[list[int], dict[int, int]]:
    """The row in each seat (-1: nobody), and the seats that each seated row fits, as bits."""
    request, rows = case.request, bench.all_rows
    trips = trips_to(bench, request, policy, rows, is_remote=False)
    able = np.flatnonzero((request_fails(bench, request, trips, policy, rows, is_remote=False) == 0) & comes)
    able = able[~bench.trainee[able]]
    minutes, heavy = trips.minutes[able], load(bench, request, policy, able)
    lists, fits = [], np.zeros(len(able), dtype=np.int64)
    for seat, position in enumerate(request.positions):
        ok = np.flatnonzero(seat_fails(bench, request, position, able) == 0)
        fits[ok] |= 1 << seat
        points = fit(bench, request, position, policy, able[ok])
        order = np.lexsort((bench.ids[able[ok]], heavy[ok], minutes[ok], -points))
        lists.append(ok[order].tolist())
    employer = bench.employer[able].tolist() if policy.one_per_employer else [-1] * len(able)
    places = _matched(lists, employer)
    masks = {int(able[place]): int(fits[place]) for place in places if place >= 0}
    return [int(able[place]) if place >= 0 else -1 for place in places], masks


def _matched(lists: Sequence[Sequence[int]], employer: Sequence[int]) -> list[int]:
    """Seat by seat, the fewest candidates first, the best who is free; others move where that seats one more.

    Args:
        lists: of each seat, its candidates, the best first.
        employer: of each candidate, a number; -1: none.
    """
    seated = [-1] * len(lists)
    for seat in sorted(range(len(lists)), key=lambda n: (len(lists[n]), n)):
        _place(seat, lists, employer, seated, set())
    return seated


def _place(
    seat: int, lists: Sequence[Sequence[int]], employer: Sequence[int], seated: list[int], tried: set[int]
) -> bool:
    theirs = {employer[one] for place, one in enumerate(seated) if one >= 0 and place != seat} - {-1}
    taken = set(seated)
    for one in lists[seat]:
        if one not in taken and employer[one] not in theirs:
            seated[seat] = one
            return True
    for one in lists[seat]:
        if one in taken and one not in tried:
            tried.add(one)
            before = seated.index(one)
            if before != seat and _place(before, lists, employer, seated, tried):
                seated[seat] = one
                return True
    return False


def _priced(seating: Sequence[int], masks: Mapping[int, int], empty: Sequence[int]) -> tuple[int, ...]:
    """The seats of price 1: empty ones, and those whose person could move on towards an empty one."""
    worth = set(empty)
    grows = True
    while grows:
        more = {
            seat for seat, row in enumerate(seating)
            if seat not in worth and row >= 0 and any(masks[row] >> other & 1 for other in worth)
        }  # fmt: skip
        worth |= more
        grows = bool(more)
    return tuple(sorted(worth))
