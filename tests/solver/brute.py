"""Every seating there is, tried one by one: the truth for small problems. Shares no code with the model."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import ceil

from solver.check import expected_travel, faults
from solver.problem import Expert, Policy, Position, Request
from solver.roster import Roster, Seat
from solver.rules import PERSON_RULES

Goals = tuple[int, ...]
Seating = Sequence[int | None]
"""Expert or nobody, for every position of every request in the order of the problem."""


def places(requests: Sequence[Request]) -> list[tuple[Request, Position]]:
    """Every seat, in the order of the problem."""
    return [(request, position) for request in requests for position in request.positions]


def roster_of(experts: Sequence[Expert], requests: Sequence[Request], seating: Seating, policy: Policy) -> Roster:
    """A seating as the checker reads it."""
    people = {expert.id: expert for expert in experts}
    seats = []
    for (request, position), who in zip(places(requests), seating, strict=True):
        travel = None if who is None else expected_travel(people[who], request, position, policy)
        seats.append(Seat(request.id, position.id, who, travel, ()))
    return Roster("optimal", tuple(seats), (), (), len(people), 0, 0, "brute")


def seatings(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> Iterator[Seating]:
    """Every way to seat somebody or nobody, pinned people where they are, nobody twice in a team.

    Whom the judge refuses in a seat for herself alone is not tried there again with every team.
    """
    every = places(requests)
    choices = [_choices(experts, requests, number, policy) for number in range(len(every))]
    for seating in product(*choices):
        seated = [(request.id, who) for (request, _), who in zip(every, seating, strict=True) if who is not None]
        if len(seated) == len(set(seated)):
            yield seating


def _choices(experts: Sequence[Expert], requests: Sequence[Request], number: int, policy: Policy) -> Seating:
    every = places(requests)
    if every[number][1].pinned is not None:
        return [every[number][1].pinned]
    allowed: list[int | None] = [None]
    for expert in experts:
        alone = [expert.id if n == number else None for n in range(len(every))]
        found = faults(experts, requests, policy, roster_of(experts, requests, alone, policy))
        if not {fault.rule for fault in found} & set(PERSON_RULES):
            allowed.append(expert.id)
    return allowed


def right(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> list[Goals]:
    """The goals of every seating without a fault."""
    return [
        goals(experts, requests, seating, policy)
        for seating in seatings(experts, requests, policy)
        if not faults(experts, requests, policy, roster_of(experts, requests, seating, policy))
    ]


def best(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> Goals:
    """The lexicographically best goals of all seatings without a fault."""
    return max(right(experts, requests, policy))


def goals(experts: Sequence[Expert], requests: Sequence[Request], seating: Seating, policy: Policy) -> Goals:
    """The levels of a seating, most important first, each bigger is better (solver.md)."""
    people = {expert.id: expert for expert in experts}
    every = list(zip(places(requests), seating, strict=True))
    taken = [(request, position, people[who]) for (request, position), who in every if who is not None]
    ranks = sorted({(request.priority, position.priority) for request, position in places(requests)})
    filled = [sum((r.priority, p.priority) == rank for r, p, _ in taken) for rank in ranks]
    lacking = []
    for urgency in sorted({request.priority for request in requests}):
        lacking.append(-sum(_missing(r, taken, policy) for r in requests if r.priority == urgency))
    return (
        *filled,
        *lacking,
        sum(2 if p.held == who.id else who.id in {q.held for q in r.positions} for r, p, who in taken),
        *_reserve(experts, requests, [who for _, _, who in taken], policy),
        sum(_fit(who, r, p, policy) for r, p, who in taken),
        -sum(expected_travel(who, r, p, policy).minutes for r, p, who in taken),
        -sum(_load(who, r, policy) for r, _, who in taken),
    )


def _reserve(
    experts: Sequence[Expert], requests: Sequence[Request], taken: Sequence[Expert], policy: Policy
) -> tuple[int, ...]:
    """One level when a reserve could fall under its floor, none otherwise."""
    at, lost, counts = min(request.earliest_departure for request in requests), 0, False
    for reserve in policy.reserves:
        members = {
            who.id
            for who in experts
            if reserve.discipline in who.disciplines and (not reserve.states or who.place.state in reserve.states)
            if who.eligible_from <= at <= who.papers_until and who.exposure < policy.exposure_cap
            if not any(span.start <= at < span.end for span in who.busy)
        }
        left = len(members) - sum(who.id in members for who in taken)
        if len(members) - reserve.floor < len(places(requests)):
            counts = True
            lost += reserve.price * max(reserve.floor - left, 0)
    return (-lost,) if counts else ()


def _missing(request: Request, taken: Sequence[tuple[Request, Position, Expert]], policy: Policy) -> int:
    team = [who for r, _, who in taken if r.id == request.id]
    price = policy.need_weights
    lacks = 0
    if any(position.is_leader for position in request.positions):
        lacks += price["leader"] * (not any(who.is_leader for who in team))
    for tag in set(request.languages):
        lacks += price["language"] * (not any(who.languages.get(tag, 0) >= policy.language_level for who in team))
    if request.needs_all_disciplines:
        for name in ("LE", "VA", "MH", "CL"):
            lacks += price["discipline"] * (not any(name in who.disciplines for who in team))
    wanted = ceil(len(team) * policy.experienced_share)
    return lacks + price["experienced"] * max(wanted - sum(who.is_experienced for who in team), 0)


def _fit(who: Expert, request: Request, position: Position, policy: Policy) -> int:
    weights, points = policy.weights, 0.0
    points += round(weights["chance"] * who.chance, 6) + weights["experience"] * who.is_experienced
    points += weights["asked_for"] * (who.id in request.asked_for)
    for slug, level in position.required.items():
        points += weights["surplus_level"] * max(who.expertise.get(slug, 0) - level, 0)
    for slug, wish in position.desired.items():
        points += round(weights["desired"] * wish * who.expertise.get(slug, 0) / 3, 6)
    return int(points + 0.5)


def _load(who: Expert, request: Request, policy: Policy) -> int:
    start = request.stay.start
    recent = sum(start - 365 * 1440 < one <= start for one in who.served)
    share = policy.weights["exposure"] * who.exposure / policy.exposure_cap
    return recent * policy.weights["recent_deployment"] + int(round(share, 6) + 0.5)
