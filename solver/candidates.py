"""Who may take each seat: every hard rule over the whole pool at once, then the few that a best roster can need."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from solver.pool import Flags, Floats, Ints, Pool, discipline_mask, fullest_window, travel_minutes
from solver.problem import Policy, Position, Request, Span
from solver.roster import FunnelStep, Travel
from solver.rules import PERSON_RULES, TEAM_RULES, Rule
from solver.validate import DISCIPLINES, BadProblem

DAY = 1440
_ORDER = (*PERSON_RULES, *TEAM_RULES)
BIT: Mapping[Rule, int] = {rule: 1 << n for n, rule in enumerate(_ORDER)}
"""One bit for each rule that a person can fall at; lower bits come first in the funnel."""

Seating = Mapping[int, int]
"""Number of the seat to row of the pool."""


@dataclass(frozen=True, slots=True)
class Trips:
    """The journey of every expert to one request, in minutes of the epoch."""

    minutes: Ints
    miles: Floats
    """Great-circle distance; 0 for a remote seat."""
    flies: Flags
    depart: Ints
    arrive: Ints
    home: Ints
    rested: Ints


@dataclass(frozen=True, slots=True)
class Seats:
    """One seat over the whole pool: the rules each expert falls at, what each is worth, and the order of preference."""

    number: int
    request: Request
    position: Position
    trips: Trips
    fails: Ints
    """Bits of the person's rules that each expert breaks here."""
    kept: Ints
    fit: Ints
    far: Ints
    """Minutes of the journey, or nothing when the policy gives it no weight."""
    load: Ints
    offers: Ints
    """Bits of what each expert would give to the needs of this team; see `offered`."""
    order: Ints
    """Rows without a failure, best first by the goals from disruption down."""

    def travel(self, row: int) -> Travel:
        """The journey of one expert to this seat."""
        t = self.trips
        mode = "none" if self.position.is_remote else "fly" if t.flies[row] else "drive"
        times = (int(column[row]) for column in (t.minutes, t.depart, t.arrive, t.home, t.rested))
        return Travel(mode, *times)  # type: ignore[arg-type]

    def span(self, row: int) -> Span:
        """From leaving home to the end of rest."""
        return Span(int(self.trips.depart[row]), int(self.trips.rested[row]))


def rest_minutes(stay: Span, policy: Policy) -> int:
    """Rest after a stay; begun days count whole (domain.md 1.5)."""
    days = -(-(stay.end - stay.start) // DAY)
    if days <= 5:
        return policy.rest_days_short * DAY
    return (policy.rest_days_medium if days <= 7 else policy.rest_days_long) * DAY


def trips_to(pool: Pool, request: Request, policy: Policy, *, is_remote: bool) -> Trips:
    """Everybody leaves as late as stay and deadline allow, but not before the earliest departure."""
    size = len(pool)
    if is_remote:
        minutes, flies, miles = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool), np.zeros(size)
        depart = np.full(size, request.stay.start, dtype=np.int64)
    else:
        miles = pool.miles(request.place)
        minutes, flies = travel_minutes(miles, policy)
        depart = np.maximum(request.earliest_departure, min(request.stay.start, request.arrive_by) - minutes)
    home = request.stay.end + minutes
    return Trips(minutes, miles, flies, depart, depart + minutes, home, home + rest_minutes(request.stay, policy))


def _request_fails(pool: Pool, request: Request, trips: Trips, policy: Policy, *, is_remote: bool) -> Ints:
    """Rules that depend on the request and the journey, not on the seat."""
    start, end = request.stay.start, request.stay.end
    excluded = np.zeros(len(pool), dtype=bool)
    excluded[[pool.row[one] for one in request.excluded if one in pool.row]] = True
    late = np.zeros(len(pool), dtype=bool) if is_remote else trips.arrive > request.arrive_by
    broken: dict[Rule, Flags] = {
        Rule.PAPERS: pool.papers_until < end - 1 + policy.papers_margin_days * DAY,
        Rule.EXCLUDED: excluded,
        Rule.CONFLICT: pool.tied(request.agency_id, request.agency_name, request.place),
        Rule.ARRIVAL: late,
        Rule.ELIGIBLE: trips.depart < pool.eligible_from,
        Rule.FREE: pool.occupied(trips.depart, trips.rested),
        Rule.CAP_90: pool.fullest_window(start, 90) > policy.cap_90_days,
        Rule.CAP_365: pool.fullest_window(start, 365) > policy.cap_365_days,
        Rule.EXPOSURE: pool.exposure >= policy.exposure_cap,
    }
    return _bits(broken, len(pool))


def _seat_fails(pool: Pool, request: Request, position: Position) -> Ints:
    """Rules that depend on the seat itself."""
    nobody = np.zeros(len(pool), dtype=bool)
    short = nobody.copy()
    for slug, level in position.required.items():
        short |= pool.expertise[slug] < level
    unlicensed = nobody
    if position.is_licensed:
        unlicensed = pool.licences[request.place.state] < request.stay.end - 1
    broken: dict[Rule, Flags] = {
        Rule.DISCIPLINE: (pool.disciplines & discipline_mask(position.disciplines)) == 0,
        Rule.EXPERTISE: short,
        Rule.LEADER: ~pool.leads if position.is_leader else nobody,
        Rule.TRAINEE_LEADS: pool.trainee if position.is_leader else nobody,
        Rule.LICENCE: unlicensed,
    }
    return _bits(broken, len(pool))


def _bits(broken: Mapping[Rule, Flags], size: int) -> Ints:
    fails = np.zeros(size, dtype=np.int64)
    for rule, flags in broken.items():
        fails |= flags * BIT[rule]
    return fails


def team_needs(pool: Pool, request: Request, policy: Policy) -> dict[str, Flags]:
    """What the team should have at least once, by name, and who would bring it."""
    needs: dict[str, Flags] = {}
    if any(position.is_leader for position in request.positions):
        needs["leader"] = pool.leads
    for tag in request.languages:
        needs[f"language {tag}"] = pool.languages[tag] >= policy.language_level
    if request.needs_all_disciplines:
        for name in DISCIPLINES:
            needs[f"discipline {name}"] = (pool.disciplines & discipline_mask([name])) > 0
    return needs


def need_price(need: str, policy: Policy) -> int:
    """What one missing need weighs against another: "language es" is a "language"."""
    return policy.need_weights.get(need.split(maxsplit=1)[0], 0)


def experienced_wanted(size: int, policy: Policy) -> int:
    """How many of a team of `size` should have a past deployment."""
    return ceil(size * policy.experienced_share - 1e-9)


FIRST_NEED = 3
"""Bit of `Seats.offers` at which the team's needs begin."""


def offered(pool: Pool, needs: Iterable[Flags]) -> Ints:
    """What each expert gives to a team, as bits: a superset of bits is at least as useful.

    Bit 0 not a trainee, 1 mentor, 2 experienced, then the needs in their order.
    """
    bits: Ints = (~pool.trainee).astype(np.int64) | (pool.mentor << 1) | (pool.experienced << 2)
    for n, meets in enumerate(needs):
        bits |= meets.astype(np.int64) << (FIRST_NEED + n)
    return bits


def survey(pool: Pool, requests: Sequence[Request], policy: Policy) -> list[Seats]:
    """Every seat of every request against the whole pool, in the order of the problem."""
    found: list[Seats] = []
    for request in requests:
        gives = offered(pool, team_needs(pool, request, policy).values())
        load = _load(pool, request, policy)
        ways: dict[bool, tuple[Trips, Ints]] = {}
        for position in request.positions:
            remote = position.is_remote
            if remote not in ways:
                trips = trips_to(pool, request, policy, is_remote=remote)
                ways[remote] = trips, _request_fails(pool, request, trips, policy, is_remote=remote)
            trips, fails = ways[remote]
            fails = fails | _seat_fails(pool, request, position)
            kept, fit = _kept(pool, request, position), _fit(pool, request, position, policy)
            far = trips.minutes * (policy.weights.get("travel_hour", 0) > 0)
            open_to = np.flatnonzero(fails == 0)
            keys = (pool.ids, load, far, -fit, -kept)
            order = open_to[np.lexsort(tuple(key[open_to] for key in keys))]
            found.append(Seats(len(found), request, position, trips, fails, kept, fit, far, load, gives, order))
    return found


def pins(pool: Pool, seats: Sequence[Seats]) -> dict[int, int]:
    """The seating of those who are pinned.

    Raises:
        BadProblem: one person is pinned to two requests whose spans, travel and rest included, overlap.
    """
    seating: dict[int, int] = {}
    theirs: dict[int, list[Seats]] = {}
    for seat in seats:
        if seat.position.pinned is None:
            continue
        row = pool.row[seat.position.pinned]
        span = seat.span(row)
        for other in theirs.setdefault(row, []):
            if other.span(row).start < span.end and span.start < other.span(row).end:
                raise BadProblem(
                    f"requests[{seat.request.id}].positions[{seat.position.id}].pinned",
                    f"expert {seat.position.pinned} is pinned to request {other.request.id} at the same time",
                )
        theirs[row].append(seat)
        seating[seat.number] = row
    return seating


def _kept(pool: Pool, request: Request, position: Position) -> Ints:
    """2 for who holds this very seat, 1 for who holds another of the team: a move disturbs less than a loss."""
    kept = np.zeros(len(pool), dtype=np.int64)
    for other in request.positions:
        if other.held is not None and other.held in pool.row:
            kept[pool.row[other.held]] = 1
    if position.held is not None and position.held in pool.row:
        kept[pool.row[position.held]] = 2
    return kept


def _fit(pool: Pool, request: Request, position: Position, policy: Policy) -> Ints:
    """Whole points of fit: coarse on purpose, so that near-equals are decided by the journey."""
    weight = policy.weights
    points = np.round(weight.get("chance", 0) * pool.chance, 6)
    points += weight.get("experience", 0) * pool.experienced
    for slug, level in position.required.items():
        points += weight.get("surplus_level", 0) * np.maximum(pool.expertise[slug] - level, 0)
    for slug, wish in position.desired.items():
        points += np.round(weight.get("desired", 0) * wish * pool.expertise[slug] / 3, 6)
    for one in request.asked_for & pool.row.keys():
        points[pool.row[one]] += weight.get("asked_for", 0)
    return np.floor(points + 0.5).astype(np.int64)


def _load(pool: Pool, request: Request, policy: Policy) -> Ints:
    """Points of load: deployments of the last 365 days, and present exposure as a share of its cap."""
    weight = policy.weights
    share = np.round(weight.get("exposure", 0) * pool.exposure / policy.exposure_cap, 6)
    recent = pool.served_since(request.stay.start, 365) * weight.get("recent_deployment", 0)
    return recent + np.floor(share + 0.5).astype(np.int64)


def team_fails(
    pool: Pool, seats: Sequence[Seats], seat: Seats, seating: Seating, policy: Policy, *, is_final: bool = True
) -> Ints:
    """Bits of the team's rules at which each expert falls for a seat while everybody else stays.

    While a team is still being composed (`is_final` false) the mentor may yet come, so that rule is left out.
    """
    fails = np.zeros(len(pool), dtype=np.int64)
    mates: list[int] = []
    elsewhere: dict[int, list[Seats]] = {}
    for number, row in seating.items():
        other = seats[number]
        if number != seat.number and other.request.id == seat.request.id:
            mates.append(row)
        elif number != seat.number:
            elsewhere.setdefault(row, []).append(other)
    fails[mates] |= BIT[Rule.ONE_SEAT]
    for row, others in elsewhere.items():
        fails[row] |= _elsewhere_fails(pool, seat, row, others, policy)
    if policy.one_per_employer:
        employers = [code for code in pool.employer[mates].tolist() if code >= 0]
        if employers:
            fails[np.isin(pool.employer, employers)] |= BIT[Rule.EMPLOYER]
    if int(pool.trainee[mates].sum()) >= policy.max_trainees:
        fails[pool.trainee] |= BIT[Rule.TRAINEES]
    if is_final:
        fails |= _mentor_fails(pool, seats, seat, seating, mates)
    return fails


def _elsewhere_fails(pool: Pool, seat: Seats, row: int, others: Iterable[Seats], policy: Policy) -> int:
    """Bits at which somebody who sits in other requests falls: time that overlaps, or caps that both reach together."""
    fails = 0
    span, starts = seat.span(row), [seat.request.stay.start, *pool.experts[row].served]
    for other in others:
        theirs = other.span(row)
        starts.append(other.request.stay.start)
        if theirs.start < span.end and span.start < theirs.end:
            fails |= BIT[Rule.ONE_PLACE]
    for rule, days, cap in ((Rule.CAP_90, 90, policy.cap_90_days), (Rule.CAP_365, 365, policy.cap_365_days)):
        if fullest_window(starts, seat.request.stay.start, days * DAY) > cap:
            fails |= BIT[rule]
    return fails


def _mentor_fails(pool: Pool, seats: Sequence[Seats], seat: Seats, seating: Seating, mates: Sequence[int]) -> Ints:
    fails = np.zeros(len(pool), dtype=np.int64)
    if pool.mentor[list(mates)].any():
        return fails
    fails[pool.trainee] = BIT[Rule.MENTOR]
    learns = any(
        pool.trainee[row] and seats[number].position.pinned is None
        for number, row in seating.items()
        if number != seat.number and seats[number].request.id == seat.request.id
    )
    if learns:
        fails[~pool.mentor] = BIT[Rule.MENTOR]
    return fails


def funnel(fails: Ints) -> tuple[FunnelStep, ...]:
    """How many fell at each rule, each counted at the first that stops her; rules that stop nobody are left out."""
    left, steps = len(fails), []
    # The lowest bit set is the first rule in the order of the funnel.
    first = fails & -fails
    for rule in _ORDER:
        fell = int((first == BIT[rule]).sum())
        left -= fell
        if fell:
            steps.append(FunnelStep(rule.value, fell, left))
    return tuple(steps)


def prune(pool: Pool, seat: Seats, allowed: Ints, depth: int, policy: Policy) -> Ints:
    """The few of `allowed` (rows, best first) that a best roster can need in this seat.

    Left out is who has `depth` others above in the order who give the team at least the same (`offers`) and work
    for as many different employers. With `depth` at least the number of open seats this loses nothing: in any
    roster with such a person one of the better ones is unused and can take the place, no goal being the worse.
    """
    if len(allowed) <= depth:
        return allowed
    gives = seat.offers[allowed]
    # Who has no employer is a group alone.
    groups = np.where(pool.employer[allowed] >= 0, pool.employer[allowed], -2 - allowed)
    if not policy.one_per_employer:
        groups = allowed
    keep = np.zeros(len(allowed), dtype=bool)
    for kind in np.unique(gives).tolist():
        as_good = np.flatnonzero((gives & kind) == kind)
        last = _nth_group(groups[as_good], depth)
        same = gives == kind
        keep |= same if last is None else same & (np.arange(len(allowed)) <= as_good[last])
    return allowed[keep]


def _nth_group(groups: Ints, depth: int) -> int | None:
    """Index at which the depth-th different group appears, or None when there are fewer."""
    seen: set[int] = set()
    for n, group in enumerate(groups.tolist()):
        seen.add(group)
        if len(seen) >= depth:
            return n
    return None
