"""The judge: says what is wrong with a finished roster. Pure Python, no code of the model, no OR-Tools, no numpy."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import asin, ceil, cos, radians, sin, sqrt

from solver.problem import Expert, Policy, Position, Request
from solver.roster import Roster, Seat, Travel
from solver.rules import Rule

DAY = 1440


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken in one place."""

    rule: Rule
    request_id: int
    position_id: int | None
    expert_id: int | None

    def __str__(self) -> str:
        return f"{self.rule} at request {self.request_id} seat {self.position_id} expert {self.expert_id}"


def faults(experts: Iterable[Expert], requests: Sequence[Request], policy: Policy, roster: Roster) -> list[Fault]:
    """Everything that is wrong with a roster; empty when it is right.

    A pinned person is judged by the team's rules only as far as others are concerned: she said yes already.
    """
    people = {expert.id: expert for expert in experts}
    found: list[Fault] = []
    seated: dict[int, list[tuple[Request, Position, Seat]]] = {}
    for request in requests:
        team = _team(request, roster, people, found)
        for position, seat in team:
            found += _alone(people[seat.expert_id or 0], request, position, seat, policy)
            seated.setdefault(seat.expert_id or 0, []).append((request, position, seat))
        found += _together(request, [(people[s.expert_id or 0], p) for p, s in team], policy)
    for expert_id, places in seated.items():
        found += _across(people[expert_id], places, policy)
    return found


def _team(
    request: Request, roster: Roster, people: Mapping[int, Expert], found: list[Fault]
) -> list[tuple[Position, Seat]]:
    """The request's seated positions; wrong ones are named in `found`."""
    seats = {seat.position_id: seat for seat in roster.seats if seat.request_id == request.id}
    count = sum(seat.request_id == request.id for seat in roster.seats)
    if count != len(request.positions) or set(seats) != {position.id for position in request.positions}:
        found.append(Fault(Rule.COMPLETE, request.id, None, None))
    team = []
    for position in request.positions:
        seat = seats.get(position.id)
        if position.pinned is not None and (seat is None or seat.expert_id != position.pinned):
            found.append(Fault(Rule.PINNED, request.id, position.id, position.pinned))
        if seat is None or seat.expert_id is None:
            continue
        if seat.expert_id not in people or seat.travel is None:
            found.append(Fault(Rule.COMPLETE, request.id, position.id, seat.expert_id))
            continue
        team.append((position, seat))
    return team


def _alone(who: Expert, request: Request, position: Position, seat: Seat, policy: Policy) -> list[Fault]:
    """Rules of one person in one seat."""
    journey = expected_travel(who, request, position, policy)
    broken = [] if seat.travel == journey else [Rule.TRAVEL]
    if position.pinned is None:
        broken += _person(who, request, position, policy) + _calendar(who, request, position, journey, policy)
    return [Fault(rule, request.id, position.id, who.id) for rule in broken]


def _person(who: Expert, request: Request, position: Position, policy: Policy) -> list[Rule]:
    last = request.stay.end - 1
    agency = request.agency_name.strip().casefold()
    same_county = (
        bool(who.place.county and request.place.county)
        and who.place.state.casefold() == request.place.state.casefold()
        and (who.place.county or "").strip().casefold() == (request.place.county or "").strip().casefold()
    )
    tied = request.agency_id in who.conflicts or same_county
    tied = tied or bool(agency and (who.employer or "").strip().casefold() == agency)
    short = any(who.expertise.get(slug, 0) < level for slug, level in position.required.items())
    verdicts = {
        Rule.DISCIPLINE: not who.disciplines & position.disciplines,
        Rule.EXPERTISE: short,
        Rule.LEADER: position.is_leader and not who.is_leader,
        Rule.TRAINEE_LEADS: position.is_leader and who.is_trainee,
        Rule.LICENCE: position.is_licensed and who.licences.get(request.place.state, last - 1) < last,
        Rule.PAPERS: who.papers_until < last + policy.papers_margin_days * DAY,
        Rule.EXCLUDED: who.id in request.excluded,
        Rule.CONFLICT: tied,
        Rule.EXPOSURE: who.exposure >= policy.exposure_cap,
    }
    return [rule for rule, is_broken in verdicts.items() if is_broken]


def _calendar(who: Expert, request: Request, position: Position, journey: Travel, policy: Policy) -> list[Rule]:
    busy = any(span.start < journey.rested and journey.depart < span.end and span.start < span.end for span in who.busy)
    starts = [*who.served, request.stay.start]
    verdicts = {
        Rule.ARRIVAL: not position.is_remote and journey.arrive > request.arrive_by,
        Rule.ELIGIBLE: journey.depart < who.eligible_from,
        Rule.FREE: busy,
        Rule.CAP_90: _most_in(starts, request.stay.start, 90 * DAY) > policy.cap_90_days,
        Rule.CAP_365: _most_in(starts, request.stay.start, 365 * DAY) > policy.cap_365_days,
    }
    return [rule for rule, is_broken in verdicts.items() if is_broken]


def _most_in(starts: Sequence[int], start: int, length: int) -> int:
    """Most starts in any window (end - length, end] that holds `start`; windows that end at a start suffice."""
    ends = [end for end in starts if start <= end < start + length]
    return max(sum(end - length < one <= end for one in starts) for end in ends)


def _together(request: Request, team: Sequence[tuple[Expert, Position]], policy: Policy) -> list[Fault]:
    """Rules of a team; only people who are not pinned can break them."""
    found = []
    pinned = {who.id for who, position in team if position.pinned is not None}
    for who_id, times in Counter(who.id for who, _ in team).items():
        if times > 1:
            found.append(Fault(Rule.ONE_SEAT, request.id, None, who_id))
    employers = Counter((who.employer or "").strip().casefold() for who, _ in team)
    for who, position in team:
        name = (who.employer or "").strip().casefold()
        if policy.one_per_employer and name and employers[name] > 1 and who.id not in pinned:
            found.append(Fault(Rule.EMPLOYER, request.id, position.id, who.id))
    learners = [who for who, _ in team if who.is_trainee]
    turned_in = [who for who in learners if who.id not in pinned]
    if turned_in and len(learners) > policy.max_trainees:
        found.append(Fault(Rule.TRAINEES, request.id, None, turned_in[0].id))
    if turned_in and not any(who.is_mentor and not who.is_trainee for who, _ in team):
        found.append(Fault(Rule.MENTOR, request.id, None, turned_in[0].id))
    return found


def _across(who: Expert, places: Sequence[tuple[Request, Position, Seat]], policy: Policy) -> list[Fault]:
    """Rules of one person over several requests."""
    found = []
    for n, (request, position, seat) in enumerate(places):
        for _, _, other in places[:n]:
            a, b = seat.travel, other.travel
            if a and b and other.request_id != request.id and a.depart < b.rested and b.depart < a.rested:
                found.append(Fault(Rule.ONE_PLACE, request.id, position.id, who.id))
    starts = [*who.served, *{request.id: request.stay.start for request, _, _ in places}.values()]
    for request, position, _ in places if len(starts) > len(who.served) + 1 else ():
        for rule, days, cap in ((Rule.CAP_90, 90, policy.cap_90_days), (Rule.CAP_365, 365, policy.cap_365_days)):
            if position.pinned is None and _most_in(starts, request.stay.start, days * DAY) > cap:
                found.append(Fault(rule, request.id, position.id, who.id))
    return found


def expected_travel(who: Expert, request: Request, position: Position, policy: Policy) -> Travel:
    """The journey the policy gives: drive when near enough, else fly; leave as late as allowed (solver.md)."""
    stay = request.stay
    rest = _rest(stay.end - stay.start, policy)
    if position.is_remote:
        return Travel("none", 0, stay.start, stay.start, stay.end, stay.end + rest)
    miles = _miles(who.place.latitude, who.place.longitude, request.place.latitude, request.place.longitude)
    drive = ceil(round(miles * policy.road_factor / policy.drive_mph * 60, 6))
    flies = drive > policy.drive_limit_minutes
    minutes = ceil(round(policy.fly_base_minutes + miles / policy.fly_mph * 60, 6)) if flies else drive
    depart = max(request.earliest_departure, min(stay.start, request.arrive_by) - minutes)
    home = stay.end + minutes
    return Travel("fly" if flies else "drive", minutes, depart, depart + minutes, home, home + rest)


def _rest(stay_minutes: int, policy: Policy) -> int:
    days = -(-stay_minutes // DAY)
    if days <= 5:
        return policy.rest_days_short * DAY
    return DAY * (policy.rest_days_medium if days <= 7 else policy.rest_days_long)


def _miles(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great circle (haversine), statute miles, mean radius of the Earth."""
    a, b = radians(lat1), radians(lat2)
    half = sin((a - b) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon1 - lon2) / 2) ** 2
    return 2 * 3958.7613 * asin(sqrt(min(half, 1.0)))
