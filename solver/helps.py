"""What would fill an empty seat: rules set aside for one person, solved again, and nothing else broken by the judge.

Ties, refusals, exposure, disciplines and other promises are never set aside: only the rules in RELAX can be, and only
by a person with a reason. First single rules, for somebody in the empty seat or in a seat whose person could then move
to it; where no single rule fills the seat, two rules for one person.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from solver.again import Again
from solver.candidates import Seating, team_fails
from solver.check import Fault
from solver.fails import BIT
from solver.pool import Ints, Pool, fullest_window
from solver.problem import Policy
from solver.roster import Help, Waiver
from solver.rules import Rule
from solver.survey import Seats
from solver.trips import DAY
from solver.words import called, day, plain, span

MOST_HELPS = 3
MOST_TRIES = 4
"""People tried for each way, the cheapest first, before that way is given up: each takes a solve."""
MOST_SOLVES = 16
"""For one count of rules; what is not found by then is not told."""
MOST_SWAPS = 3
"""Seats whose people could move to the empty one that are looked at."""
SWAP_MINUTES = 60
"""What it costs that somebody changes the seat within the team."""

Price = Callable[[Pool, Seats, Ints], Ints]
Told = Callable[[Pool, Seats, int, Policy], tuple[int, str] | None]


@dataclass(frozen=True, slots=True)
class _Way:
    """One person in one seat with some rules set aside, not tried yet."""

    cost: int
    kind: tuple[Rule, ...]
    seat: Seats
    row: int


def helps(pool: Pool, seats: Sequence[Seats], one: Seats, *, seating: Seating, policy: Policy) -> tuple[Help, ...]:
    """What would really fill an empty seat, the cheapest first, each kind once."""
    again = Again(pool, seats, seating, one.request, policy)
    empty = next(seat for seat in again.seats if seat.position.id == one.position.id)
    for count in (1, 2):
        found = list(_found(again, empty, count))
        if found:
            return tuple(sorted(found, key=lambda help_: (help_.cost, help_.text))[:MOST_HELPS])
    return ()


def _found(again: Again, empty: Seats, count: int) -> Iterator[Help]:
    """The cheapest help of each kind, cheap kinds first, until there are enough."""
    tried: dict[tuple[Rule, ...], int] = {}
    done: set[tuple[Rule, ...]] = set()
    ways = [way for seat in _seats_to_fill(again, empty) for way in _ways(again, seat, empty, count)]
    for way in sorted(ways, key=lambda way: (way.cost, way.seat.number, way.row)):
        if way.kind in done or tried.get(way.kind, 0) >= MOST_TRIES:
            continue
        if sum(tried.values()) == MOST_SOLVES:
            return
        tried[way.kind] = tried.get(way.kind, 0) + 1
        help_ = _tried(again, empty, way)
        if help_ is not None:
            done.add(way.kind)
            yield help_
        if len(done) == MOST_HELPS:
            return


def _seats_to_fill(again: Again, empty: Seats) -> list[Seats]:
    """The empty seat, and those whose people could move to it."""
    movable = (
        seat
        for seat in again.seats
        if seat.position.pinned is None and seat.number in again.seating and empty.allows(again.seating[seat.number])
    )
    return [empty, *list(movable)[:MOST_SWAPS]]


def _ways(again: Again, seat: Seats, empty: Seats, count: int) -> Iterator[_Way]:
    """The cheapest few for each choice of `count` rules; the others stay, but for who moves to the empty seat."""
    pool, policy = again.pool, again.policy
    seating = {number: row for number, row in again.seating.items() if number != seat.number}
    if seat is not empty:
        seating[empty.number] = again.seating[seat.number]
    fails = seat.fails | team_fails(pool, again.seats, seat, seating, policy)
    fails[again.away(seat)] |= BIT[Rule.ONE_PLACE]
    for row in again.movable():
        fails[row] &= ~BIT[Rule.ONE_SEAT]
    for kind in combinations(RELAX, count):
        rows = np.flatnonzero(fails == sum(BIT[rule] for rule in kind))
        if not len(rows):
            continue
        moves = SWAP_MINUTES * (np.isin(rows, again.movable()) + (seat is not empty))
        cost = np.sum([RELAX[rule][0](pool, seat, rows) for rule in kind], axis=0) + moves
        for n in np.lexsort((pool.ids[rows], -seat.fit[rows], cost))[:MOST_TRIES].tolist():
            yield _Way(int(cost[n]), kind, seat, int(rows[n]))


def _tried(again: Again, empty: Seats, way: _Way) -> Help | None:
    """Solve again with a way; None when it does not fill the seat, empties another, or breaks anything besides."""
    pool, who = again.pool, again.pool.experts[way.row]
    told = [(rule, RELAX[rule][1](pool, way.seat, way.row, again.policy)) for rule in way.kind]
    waivers = tuple(Waiver(rule.value, who.id, way.seat.position.id, *said) for rule, said in told if said is not None)
    if len(waivers) < len(told):
        return None
    best = again.with_only(way.seat.number, way.row, without_employer=Rule.EMPLOYER in way.kind)
    if best.seating.get(way.seat.number) != way.row or not {*again.seating, empty.number} <= best.seating.keys():
        return None
    faults = again.faults(best.seating)
    if not faults or not all(_is_waived(fault, way, again) for fault in faults):
        return None
    # The others may have made room so well that one rule was enough.
    needed = {fault.rule for fault in faults}
    waivers = tuple(waiver for waiver in waivers if waiver.rule in needed)
    other = again.other(best.seating, is_proven=best.status == "optimal")
    phrase = " and ".join(waiver.text for waiver in waivers)
    first = f"{who.name} could come as {called(way.seat.position)} {phrase}."
    if way.row in again.seating.values():
        first = f"{who.name} could move to {called(way.seat.position)} {phrase}."
    rest = [change.text for change in other.changes if change.expert_id != who.id]
    return Help(" ".join([first, *rest]), way.cost, waivers, other)


def _is_waived(fault: Fault, way: _Way, again: Again) -> bool:
    """Whether a fault is one of those that are set aside; of one employer both people are named."""
    who = again.pool.experts[way.row]
    if fault.rule not in way.kind or fault.request_id != again.request.id:
        return False
    if fault.rule is Rule.EMPLOYER:
        other = again.pool.row[fault.expert_id or 0]
        return bool(again.pool.employer[other] == again.pool.employer[way.row])
    return fault.expert_id == who.id and fault.position_id == way.seat.position.id


def _minutes_late(_pool: Pool, one: Seats, rows: Ints) -> Ints:
    return one.trips.arrive[rows] - one.request.arrive_by


def _later(_pool: Pool, one: Seats, row: int, _policy: Policy) -> tuple[int, str] | None:
    arrive = int(one.trips.arrive[row])
    late = arrive - one.request.arrive_by
    return (late, f"arriving {span(late)} after the deadline") if arrive < one.request.stay.end else None


def _minutes_early(pool: Pool, one: Seats, rows: Ints) -> Ints:
    # Rest is worth more than punctuality.
    return 2 * (pool.eligible_from[rows] - one.trips.depart[rows])


def _rested(pool: Pool, one: Seats, row: int, _policy: Policy) -> tuple[int, str]:
    early = int(pool.eligible_from[row] - one.trips.depart[row])
    return early, f"if a rest or hold ended {span(early)} early"


def _missing_levels(pool: Pool, one: Seats, rows: Ints) -> Ints:
    short = np.zeros(len(rows), dtype=np.int64)
    for slug, level in sorted(one.position.required.items()):
        short += np.maximum(level - pool.expertise[slug][rows], 0)
    return short * 2 * DAY


def _lower(pool: Pool, one: Seats, row: int, _policy: Policy) -> tuple[int, str]:
    who, told, short = pool.experts[row], [], 0
    for slug, level in sorted(one.position.required.items()):
        has = who.expertise.get(slug, 0)
        if has < level:
            short += level - has
            told.append(f"with {plain(slug)} at level {has} instead of {level}" if has else f"without {plain(slug)}")
    return short, " and ".join(told)


def _licensed(pool: Pool, one: Seats, row: int, _policy: Policy) -> tuple[int, str] | None:
    who, here, last = pool.experts[row], one.request.place.state, one.request.stay.end - 1
    states = sorted(state for state, until in who.licences.items() if until >= last)
    return (1, f"if a clinical licence of {states[0]} were accepted in {here}") if states else None


def _renewed(_pool: Pool, one: Seats, _row: int, policy: Policy) -> tuple[int, str]:
    until = one.request.stay.end - 1 + policy.papers_margin_days * DAY
    return 1, f"if papers were renewed until {day(until, one.request.zone)}"


def _one_more(days: int, most: Callable[[Policy], int]) -> Told:
    def told(pool: Pool, one: Seats, row: int, policy: Policy) -> tuple[int, str] | None:
        start = one.request.stay.start
        count, cap = fullest_window((*pool.experts[row].served, start), start, days * DAY), most(policy)
        return (1, f"for deployment {count} in {days} days, where {cap} are allowed") if count == cap + 1 else None

    return told


def _same_employer(pool: Pool, _one: Seats, row: int, _policy: Policy) -> tuple[int, str]:
    return 1, f"as a second person of {(pool.experts[row].employer or '').strip()}"


def _flat(days: int) -> Price:
    return lambda _pool, _one, rows: np.full(len(rows), days * DAY, dtype=np.int64)


RELAX: Mapping[Rule, tuple[Price, Told]] = {
    Rule.ARRIVAL: (_minutes_late, _later),
    Rule.ELIGIBLE: (_minutes_early, _rested),
    Rule.PAPERS: (_flat(1), _renewed),
    Rule.EXPERTISE: (_missing_levels, _lower),
    Rule.LICENCE: (_flat(3), _licensed),
    Rule.EMPLOYER: (_flat(4), _same_employer),
    Rule.CAP_90: (_flat(5), _one_more(90, lambda policy: policy.cap_90_days)),
    Rule.CAP_365: (_flat(6), _one_more(365, lambda policy: policy.cap_365_days)),
}
"""Rules that a person may set aside with a reason: the cost, in minutes of trouble; how much, and in which words."""
