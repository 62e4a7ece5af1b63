"""Every seating there is, tried one by one: the truth for small problems. Shares no code with the model."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import ceil

from solver.check import expected_travel, faults
from solver.problem import Expert, Policy, Request
from solver.roster import Roster, Seat

Goals = tuple[int, ...]


def roster_of(experts: Sequence[Expert], request: Request, seating: Sequence[int | None], policy: Policy) -> Roster:
    """A seating as the checker reads it."""
    people = {expert.id: expert for expert in experts}
    seats = []
    for position, who in zip(request.positions, seating, strict=True):
        travel = None if who is None else expected_travel(people[who], request, position, policy)
        seats.append(Seat(request.id, position.id, who, travel, ()))
    return Roster("optimal", tuple(seats), (), (), len(people), 0, 0, "brute")


def seatings(experts: Sequence[Expert], request: Request) -> Iterator[tuple[int | None, ...]]:
    """Every way to seat somebody or nobody, nobody twice."""
    for seating in product([None, *(expert.id for expert in experts)], repeat=len(request.positions)):
        seated = [who for who in seating if who is not None]
        if len(seated) == len(set(seated)):
            yield seating


def best(experts: Sequence[Expert], request: Request, policy: Policy) -> Goals:
    """The lexicographically best goals of all seatings without a fault."""
    allowed = (
        s
        for s in seatings(experts, request)
        if not faults(experts, [request], policy, roster_of(experts, request, s, policy))
    )
    return max(goals(experts, request, seating, policy) for seating in allowed)


def goals(experts: Sequence[Expert], request: Request, seating: Sequence[int | None], policy: Policy) -> Goals:
    """The six levels of a seating, each bigger is better (solver.md)."""
    people = {expert.id: expert for expert in experts}
    team = [(people[w], p) for w, p in zip(seating, request.positions, strict=True) if w is not None]
    lowest = max(position.priority for position in request.positions)
    base, weight = len(request.positions) + 1, 4 - min(request.priority, 3)
    filled = sum(base ** (lowest - position.priority) * weight for _, position in team)
    held = {position.held for position in request.positions} - {None}
    kept = sum(2 if position.held == who.id else 1 if who.id in held else 0 for who, position in team)
    minutes = [expected_travel(who, request, position, policy).minutes for who, position in team]
    load = sum(_load(who, request, policy) for who, _ in team)
    return (
        filled,
        -_missing(team, request, policy),
        kept,
        sum(_fit(w, p, policy) for w, p in team),
        -sum(minutes),
        -load,
    )


def _missing(team: Sequence[tuple[Expert, object]], request: Request, policy: Policy) -> int:
    people = [who for who, _ in team]
    price = policy.need_weights
    lacks = 0
    if any(position.is_leader for position in request.positions):
        lacks += price["leader"] * (not any(who.is_leader for who in people))
    for tag in set(request.languages):
        lacks += price["language"] * (not any(who.languages.get(tag, 0) >= policy.language_level for who in people))
    if request.needs_all_disciplines:
        for name in ("LE", "VA", "MH", "CL"):
            lacks += price["discipline"] * (not any(name in who.disciplines for who in people))
    wanted = ceil(len(people) * policy.experienced_share)
    return lacks + price["experienced"] * max(wanted - sum(who.is_experienced for who in people), 0)


def _fit(who: Expert, position: object, policy: Policy) -> int:
    weights, points = policy.weights, 0.0
    points += round(weights["chance"] * who.chance, 6) + weights["experience"] * who.is_experienced
    for slug, level in position.required.items():  # type: ignore[attr-defined]
        points += weights["surplus_level"] * max(who.expertise.get(slug, 0) - level, 0)
    for slug, wish in position.desired.items():  # type: ignore[attr-defined]
        points += round(weights["desired"] * wish * who.expertise.get(slug, 0) / 3, 6)
    return int(points + 0.5)


def _load(who: Expert, request: Request, policy: Policy) -> int:
    start = request.stay.start
    recent = sum(start - 365 * 1440 < one <= start for one in who.served)
    share = policy.weights["exposure"] * who.exposure / policy.exposure_cap
    return recent * policy.weights["recent_deployment"] + int(round(share, 6) + 0.5)
