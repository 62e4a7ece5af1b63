"""What would fill an empty seat: one rule set aside for one person, and the judge agrees that nothing else breaks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from solver import check
from solver.candidates import Seating
from solver.pool import Ints, Pool
from solver.problem import Expert, Policy, Request
from solver.roster import Roster, Seat
from solver.rules import Rule
from solver.survey import BIT, DAY, Seats
from solver.words import plain, span

MOST_HELPS = 3
MOST_TRIES = 20
"""People tried for each rule, the cheapest first, before that rule is given up."""


@dataclass(frozen=True, slots=True)
class Change:
    """The problem with one rule set aside for one person, and what to call it."""

    text: str
    who: Expert
    request: Request
    policy: Policy


Price = Callable[[Pool, Seats, Ints], Ints]
Relax = Callable[[Pool, Seats, int, Policy], Change | None]


def helps(
    pool: Pool, seats: Sequence[Seats], one: Seats, *, seating: Seating, fails: Ints, policy: Policy
) -> tuple[str, ...]:
    """Single changes that would really fill an empty seat while everybody else stays, the least first.

    Ties, refusals and other promises are never set aside: only the rules in RELAX can be.
    """
    found: list[tuple[int, int, str]] = []
    for place, (rule, (price, relax)) in enumerate(RELAX.items()):
        rows = np.flatnonzero(fails == BIT[rule])
        cost = price(pool, one, rows)
        best_first = np.lexsort((pool.ids[rows], -one.fit[rows], cost))
        changes = ((int(cost[n]), relax(pool, one, int(rows[n]), policy)) for n in best_first.tolist())
        tries = 0
        for minutes, change in changes:
            if change is None:
                continue
            tries += 1
            if _is_sound(pool, seats, one, seating, change):
                found.append((minutes, place, f"{change.text}: {change.who.name} could come"))
                break
            if tries == MOST_TRIES:
                break
    return tuple(text for _, _, text in sorted(found)[:MOST_HELPS])


def _is_sound(pool: Pool, seats: Sequence[Seats], one: Seats, seating: Seating, change: Change) -> bool:
    """The judge finds nothing wrong with the changed problem and that person in the seat."""
    people = {number: pool.experts[row] for number, row in seating.items()} | {one.number: change.who}
    # Who sits elsewhere as well is the same, changed person there.
    people = {number: change.who if who.id == change.who.id else who for number, who in people.items()}
    requests = {seat.request.id: seat.request for seat in seats} | {change.request.id: change.request}
    told = tuple(_seats(seats, requests, people, change.policy))
    roster = Roster("feasible", told, (), (), len(pool), 0, 0, "")
    return not check.faults(people.values(), list(requests.values()), change.policy, roster)


def _seats(
    seats: Sequence[Seats], requests: Mapping[int, Request], people: Mapping[int, Expert], policy: Policy
) -> Iterator[Seat]:
    for seat in seats:
        who, request = people.get(seat.number), requests[seat.request.id]
        travel = None if who is None else check.expected_travel(who, request, seat.position, policy)
        yield Seat(request.id, seat.position.id, None if who is None else who.id, travel, ())


def _minutes_late(_pool: Pool, one: Seats, rows: Ints) -> Ints:
    return one.trips.arrive[rows] - one.request.arrive_by


def _later(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
    arrive = int(one.trips.arrive[row])
    if arrive >= one.request.stay.end:
        return None
    text = f"Arrival {span(arrive - one.request.arrive_by)} later"
    return Change(text, pool.experts[row], replace(one.request, arrive_by=arrive), policy)


def _minutes_early(pool: Pool, one: Seats, rows: Ints) -> Ints:
    # Rest is worth more than punctuality.
    return 2 * (pool.eligible_from[rows] - one.trips.depart[rows])


def _rested(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
    depart = int(one.trips.depart[row])
    text = f"A rest or hold ending {span(int(pool.eligible_from[row]) - depart)} early"
    return Change(text, replace(pool.experts[row], eligible_from=depart), one.request, policy)


def _missing_levels(pool: Pool, one: Seats, rows: Ints) -> Ints:
    short = np.zeros(len(rows), dtype=np.int64)
    for slug, level in sorted(one.position.required.items()):
        short += np.maximum(level - pool.expertise[slug][rows], 0)
    return short * 2 * DAY


def _lower(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
    who, told, kept = pool.experts[row], [], {}
    for slug, level in sorted(one.position.required.items()):
        has = who.expertise.get(slug, 0)
        if has >= level:
            kept[slug] = level
        else:
            told.append(f"{plain(slug)} at level {has} instead of {level}" if has else f"no {plain(slug)}")
    positions = (replace(p, required=kept) if p.id == one.position.id else p for p in one.request.positions)
    text = " and ".join(told)
    return Change(text[0].upper() + text[1:], who, replace(one.request, positions=tuple(positions)), policy)


def _licensed(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
    who, here, last = pool.experts[row], one.request.place.state, one.request.stay.end - 1
    states = sorted(state for state, until in who.licences.items() if until >= last)
    if not states:
        return None
    accepted = replace(who, licences={**who.licences, here: last})
    return Change(f"A licence of {states[0]} accepted in {here}", accepted, one.request, policy)


def _renewed(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
    renewed = replace(pool.experts[row], papers_until=one.request.stay.end + policy.papers_margin_days * DAY)
    return Change("Papers renewed in time", renewed, one.request, policy)


def _one_more(days: int, cap: str) -> Relax:
    def relax(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
        more = getattr(policy, cap) + 1
        return Change(
            f"{more} deployments in {days} days", pool.experts[row], one.request, replace(policy, **{cap: more})
        )

    return relax


def _same_employer(pool: Pool, one: Seats, row: int, policy: Policy) -> Change | None:
    relaxed = replace(policy, one_per_employer=False)
    return Change("A second person of one employer", pool.experts[row], one.request, relaxed)


def _flat(days: int) -> Price:
    return lambda _pool, _one, rows: np.full(len(rows), days * DAY, dtype=np.int64)


RELAX: Mapping[Rule, tuple[Price, Relax]] = {
    Rule.ARRIVAL: (_minutes_late, _later),
    Rule.ELIGIBLE: (_minutes_early, _rested),
    Rule.PAPERS: (_flat(1), _renewed),
    Rule.EXPERTISE: (_missing_levels, _lower),
    Rule.LICENCE: (_flat(3), _licensed),
    Rule.EMPLOYER: (_flat(4), _same_employer),
    Rule.CAP_90: (_flat(5), _one_more(90, "cap_90_days")),
    Rule.CAP_365: (_flat(6), _one_more(365, "cap_365_days")),
}
"""Rules that a person may set aside with a reason: the cost, in minutes of trouble, and how the problem changes."""
