"""The national reserve: how many people of a discipline and region should stay free for the next incident."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solver.pool import Flags, Pool, discipline_mask
from solver.problem import Policy, Request, Reserve

OF_ALL = -1
"""In place of a request's id: a need of the whole country, not of one team."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A reserve that the problem could bring under its floor."""

    reserve: Reserve
    members: Flags
    """Who is free now and counts."""
    room: int
    """How many of them may be taken; below zero when the reserve is short already."""

    @property
    def need(self) -> tuple[int, str]:
        """By what name it is missing."""
        return OF_ALL, name_of(self.reserve)


def name_of(reserve: Reserve) -> str:
    """A reserve as a need: "reserve MH in CO, WY"."""
    return f"reserve {reserve.discipline} in {', '.join(sorted(reserve.states)) or 'the country'}"


def watched(pool: Pool, requests: Sequence[Request], policy: Policy) -> list[Watched]:
    """The reserves of the policy that count here; those that nothing in the problem can touch are left out."""
    if not policy.reserves or not requests:
        return []
    seats = sum(len(request.positions) for request in requests)
    ready = _ready(pool, min(request.earliest_departure for request in requests), policy)
    found = []
    for reserve in policy.reserves:
        members = ready & ((pool.disciplines & discipline_mask([reserve.discipline])) > 0)
        if reserve.states:
            members &= pool.homes(reserve.states)
        room = int(members.sum()) - reserve.floor
        if room < seats:
            found.append(Watched(reserve, members, room))
    return found


def _ready(pool: Pool, moment: int, policy: Policy) -> Flags:
    """Who could leave at a moment, as far as calendar, papers and exposure go."""
    rows = pool.all_rows
    at, after = np.full(len(pool), moment), np.full(len(pool), moment + 1)
    free = ~pool.occupied(rows, at, after)
    ready: Flags = free & (pool.eligible_from <= moment) & (pool.papers_until >= moment)
    return ready & (pool.exposure < policy.exposure_cap)
