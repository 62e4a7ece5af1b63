"""The hard rules of a person in a seat, over many experts at once, as bits: which of them does each one break?"""

from collections.abc import Mapping

import numpy as np

from solver.pool import Flags, Ints, Pool, discipline_mask
from solver.problem import Policy, Position, Request
from solver.rules import PERSON_RULES, TEAM_RULES, Rule
from solver.trips import DAY, Trips

ORDER = (*PERSON_RULES, *TEAM_RULES)
"""The rules in the order of the funnel."""
BIT: Mapping[Rule, int] = {rule: 1 << n for n, rule in enumerate(ORDER)}
"""One bit for each rule that a person can fall at; lower bits come first in the funnel."""


def request_fails(pool: Pool, request: Request, trips: Trips, policy: Policy, rows: Ints, *, is_remote: bool) -> Ints:
    """Bits of the rules that depend on the request and the journey, not on the seat."""
    start, end = request.stay.start, request.stay.end
    last = end - 1 + policy.papers_margin_days * DAY
    broken: dict[Rule, Flags] = {
        Rule.PAPERS: pool.papers_until[rows] < last,
        Rule.EXCLUDED: pool.among(request.excluded)[rows],
        Rule.CONFLICT: pool.tied(request.agency_id, request.agency_name, request.place)[rows],
        Rule.ELIGIBLE: trips.depart < pool.eligible_from[rows],
        Rule.FREE: pool.occupied(rows, trips.depart, trips.rested),
        Rule.CAP_90: pool.fullest_window(rows, start, 90) > policy.cap_90_days,
        Rule.CAP_365: pool.fullest_window(rows, start, 365) > policy.cap_365_days,
        Rule.EXPOSURE: pool.exposure[rows] >= policy.exposure_cap,
    }
    if not is_remote:
        broken[Rule.ARRIVAL] = trips.arrive > request.arrive_by
    return _bits(broken, len(rows))


def seat_fails(pool: Pool, request: Request, position: Position, rows: Ints) -> Ints:
    """Bits of the rules that depend on the seat itself."""
    broken: dict[Rule, Flags] = {
        Rule.DISCIPLINE: (pool.disciplines[rows] & discipline_mask(position.disciplines)) == 0,
    }
    if position.required:
        short = [pool.expertise[slug][rows] < level for slug, level in position.required.items()]
        broken[Rule.EXPERTISE] = np.logical_or.reduce(short)
    if position.is_leader:
        broken[Rule.LEADER] = ~pool.leads[rows]
        broken[Rule.TRAINEE_LEADS] = pool.trainee[rows]
    if position.is_licensed:
        broken[Rule.LICENCE] = pool.licences[request.place.state][rows] < request.stay.end - 1
    return _bits(broken, len(rows))


def _bits(broken: Mapping[Rule, Flags], size: int) -> Ints:
    fails = np.zeros(size, dtype=np.int64)
    for rule, flags in broken.items():
        fails |= flags * BIT[rule]
    return fails
