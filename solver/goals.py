"""The goals in their order (solver.md): each level counts infinitely more than all that follow it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from solver.model import Model, Sit
from solver.pool import Pool
from solver.problem import Policy
from solver.reserve import OF_ALL, name_of, watched
from solver.roster import GoalValue
from solver.survey import Seats, worths
from solver.teams import Need
from solver.worth import Worth, experienced_wanted, need_price

WIDEST_STAGE = 1 << 45
"""Goals are solved in one sum while no value of it can pass this: far from 64 bits, and exact in the doubles of the
linear relaxation."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One level: what each sitting adds, what each missing need costs; more is better."""

    name: str
    sitting: Mapping[Sit, int]
    missing: Mapping[Need, int]

    def value(self, seating: Mapping[int, int], lacks: Mapping[Need, int]) -> int:
        """What a seating comes to, and the needs that it lacks."""
        got = sum(self.sitting.get(sit, 0) for sit in seating.items())
        return got - sum(price * lacks[need] for need, price in self.missing.items())

    def reach(self, m: Model) -> int:
        """No two values of this level are farther apart."""
        per_seat: defaultdict[int, list[int]] = defaultdict(list)
        for (number, _), worth in self.sitting.items():
            per_seat[number].append(worth)
        reach = sum(price * m.most_missing[need] for need, price in self.missing.items())
        for number, each in per_seat.items():
            # A seat may stay empty, worth 0, unless its person is pinned.
            ends = each if m.by_number[number].position.pinned is not None else [0, *each]
            reach += max(ends) - min(ends)
        return reach


def levels(m: Model) -> list[Goal]:
    """All levels, most important first: seats by priority, needs by priority, disruption, fit, journey, load."""
    return [
        *_filled(m),
        *_needs_met(m),
        _each(m, "people_kept", lambda worth: worth.kept),
        *_reserve_kept(m),
        _each(m, "fit", lambda worth: worth.fit),
        _each(m, "travel_minutes", lambda worth: -worth.far),
        _each(m, "fair_load", lambda worth: -worth.load),
    ]


def _each(m: Model, name: str, count: Callable[[Worth], int]) -> Goal:
    return Goal(name, {sit: count(worth) for sit, worth in m.worths.items()}, {})


def _filled(m: Model) -> list[Goal]:
    """One level for each priority: of the request first, then of the seat."""
    rank = {seat.number: (seat.request.priority, seat.position.priority) for seat in m.seats}
    by_rank: dict[tuple[int, int], dict[Sit, int]] = {one: {} for one in sorted(set(rank.values()))}
    for number, row in m.sits:
        by_rank[rank[number]][number, row] = 1
    return [Goal(f"seats_filled_{urgency}_{place}", sitting, {}) for (urgency, place), sitting in by_rank.items()]


def _reserve_kept(m: Model) -> list[Goal]:
    """What reserves fall under their floors costs, when the policy has any that could."""
    prices = {one.need: one.reserve.price for one in m.reserves}
    return [Goal("reserve_kept", {}, prices)] if prices else []


def _needs_met(m: Model) -> list[Goal]:
    """One level for each priority of the requests; within it a need weighs what the policy says."""
    urgency = {seat.request.id: seat.request.priority for seat in m.seats}
    by_rank: defaultdict[int, dict[Need, int]] = defaultdict(dict)
    for need in m.missing:
        if need[0] == OF_ALL:
            continue
        by_rank[urgency[need[0]]][need] = need_price(need[1], m.policy)
    return [Goal(f"needs_met_{rank}", {}, by_rank[rank]) for rank in sorted(by_rank)]


def stages(m: Model, goals: Iterable[Goal]) -> list[list[Goal]]:
    """Consecutive levels that one weighted sum can hold with proven gaps, so that few solves do."""
    found: list[list[Goal]] = []
    width = WIDEST_STAGE
    for goal in goals:
        reach = goal.reach(m) + 1
        if width * reach >= WIDEST_STAGE:
            found.append([])
            width = 1
        found[-1].append(goal)
        width *= reach
    return found


def summed(m: Model, stage: Sequence[Goal]) -> Goal:
    """One sum for a stage: a step of one level weighs more than everything the levels below can differ by."""
    sitting: defaultdict[Sit, int] = defaultdict(int)
    missing: defaultdict[Need, int] = defaultdict(int)
    unit = 1
    for goal in reversed(stage):
        for sit, worth in goal.sitting.items():
            sitting[sit] += worth * unit
        for need, price in goal.missing.items():
            missing[need] += price * unit
        unit *= goal.reach(m) + 1
    return Goal(" > ".join(goal.name for goal in stage), sitting, missing)


def lacks(pool: Pool, seats: Sequence[Seats], seating: Mapping[int, int], policy: Policy) -> dict[Need, int]:
    """How much of each need a seating leaves missing."""
    found: dict[Need, int] = {}
    for request_id, theirs in by_request(seats).items():
        rows = [seating[seat.number] for seat in theirs if seat.number in seating]
        for name, meets in theirs[0].ground.needs.items():
            found[request_id, name] = int(not meets[rows].any())
        short = experienced_wanted(len(rows), policy) - int(pool.experienced[rows].sum())
        found[request_id, "experienced"] = max(short, 0)
    requests = [theirs[0].request for theirs in by_request(seats).values()]
    taken = list(seating.values())
    for one in watched(pool, requests, policy):
        found[one.need] = max(int(one.members[taken].sum()) - one.room, 0)
    return found


def _reserves(missing: Mapping[Need, int], policy: Policy) -> list[GoalValue]:
    short = {need: count for (whose, need), count in missing.items() if whose == OF_ALL}
    prices = {name_of(reserve): reserve.price for reserve in policy.reserves}
    return [GoalValue("reserve_kept", -sum(prices[need] * count for need, count in short.items()))] if short else []


def by_request(seats: Sequence[Seats]) -> dict[int, list[Seats]]:
    """The seats of each request, by its id."""
    found: dict[int, list[Seats]] = {}
    for seat in seats:
        found.setdefault(seat.request.id, []).append(seat)
    return found


def tally(
    seats: Sequence[Seats], seating: Mapping[int, int], missing: Mapping[Need, int], policy: Policy
) -> tuple[GoalValue, ...]:
    """Every level of a seating, most important first."""
    filled: Counter[tuple[int, int]] = Counter()
    for seat in seats:
        filled[seat.request.priority, seat.position.priority] += seat.number in seating
    urgency = {seat.request.id: seat.request.priority for seat in seats}
    met: Counter[int] = Counter()
    for (request_id, need), count in missing.items():
        if request_id == OF_ALL:
            continue
        met[urgency[request_id]] -= count * need_price(need, policy)
    added = [worth for theirs in by_request(seats).values() for worth in worths(theirs, seating, policy)]
    return (
        *(GoalValue(f"seats_filled_{urgent}_{place}", filled[urgent, place]) for urgent, place in sorted(filled)),
        *(GoalValue(f"needs_met_{urgent}", met[urgent]) for urgent in sorted(met)),
        GoalValue("people_kept", sum(worth.kept for worth in added)),
        *_reserves(missing, policy),
        GoalValue("fit", sum(worth.fit for worth in added)),
        GoalValue("travel_minutes", -sum(worth.far for worth in added)),
        GoalValue("fair_load", -sum(worth.load for worth in added)),
    )
