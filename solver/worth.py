"""What people are worth in a seat and what they give to a team, over many experts at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import numpy as np

from solver.pool import Flags, Ints, Pool, discipline_mask
from solver.problem import Policy, Position, Request
from solver.validate import DISCIPLINES

FIRST_NEED = 3
"""Bit of what somebody offers at which the team's needs begin."""
LEVELS = np.arange(4)
"""Of expertise; 0 is none."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What one person in one seat adds to the goals."""

    kept: int
    fit: int
    far: int
    load: int


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


def outside_reserves(pool: Pool, policy: Policy) -> list[Flags]:
    """For each reserve of the policy, who is not of it: nothing is lost by taking them."""
    found = []
    for reserve in policy.reserves:
        here = pool.homes(reserve.states) if reserve.states else np.ones(len(pool), dtype=bool)
        found.append(~(here & ((pool.disciplines & discipline_mask([reserve.discipline])) > 0)))
    return found


def offered(pool: Pool, needs: Iterable[Flags]) -> Ints:
    """What each expert gives to a team, as bits: a superset of bits is at least as useful.

    Bit 0 not a trainee, 1 mentor, 2 experienced, then the needs in their order.
    """
    bits: Ints = (~pool.trainee).astype(np.int64) | (pool.mentor << 1) | (pool.experienced << 2)
    for n, meets in enumerate(needs):
        bits |= meets.astype(np.int64) << (FIRST_NEED + n)
    return bits


def kept(pool: Pool, request: Request, position: Position, rows: Ints) -> Ints:
    """2 for who holds this very seat, 1 for who holds another of the team: a move disturbs less than a loss."""
    found = np.zeros(len(rows), dtype=np.int64)
    for other in request.positions:
        if other.held is not None and other.held in pool.row:
            found[rows == pool.row[other.held]] = 1
    if position.held is not None and position.held in pool.row:
        found[rows == pool.row[position.held]] = 2
    return found


def fit(pool: Pool, request: Request, position: Position, policy: Policy, rows: Ints) -> Ints:
    """Whole points of fit: coarse on purpose, so that near-equals are decided by the journey."""
    weight = policy.weights
    points = np.round(weight.get("chance", 0) * pool.chance[rows], 6)
    points += weight.get("experience", 0) * pool.experienced[rows]
    for slug, level in position.required.items():
        points += weight.get("surplus_level", 0) * np.maximum(pool.expertise[slug][rows] - level, 0)
    # In an order of its own: sums of floats depend on it.
    for slug, wish in sorted(position.desired.items()):
        of_level = np.round(weight.get("desired", 0) * wish * LEVELS / 3, 6)
        points += of_level[pool.expertise[slug][rows]]
    for one in request.asked_for & pool.row.keys():
        points[rows == pool.row[one]] += weight.get("asked_for", 0)
    return np.floor(points + 0.5).astype(np.int64)


def load(pool: Pool, request: Request, policy: Policy, rows: Ints) -> Ints:
    """Points of load: deployments of the last 365 days, and present exposure as a share of its cap."""
    weight = policy.weights
    share = np.round(weight.get("exposure", 0) * pool.exposure[rows] / policy.exposure_cap, 6)
    recent = pool.served_since(rows, request.stay.start, 365) * weight.get("recent_deployment", 0)
    return recent + np.floor(share + 0.5).astype(np.int64)
