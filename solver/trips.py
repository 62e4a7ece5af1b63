"""Journeys to a request and back, of many experts at once: when they leave, arrive, are home and are rested."""

from dataclasses import dataclass

import numpy as np

from solver.pool import Flags, Floats, Ints, Pool, travel_minutes
from solver.problem import Policy, Request, Span

DAY = 1440
"""In minutes."""


@dataclass(frozen=True, slots=True)
class Trips:
    """The journeys of some experts to one request, in minutes of the epoch."""

    minutes: Ints
    miles: Floats
    """Great-circle distance; 0 for a remote seat."""
    flies: Flags
    depart: Ints
    arrive: Ints
    home: Ints
    rested: Ints


def rest_minutes(stay: Span, policy: Policy) -> int:
    """Rest after a stay; begun days count whole (domain.md 1.5)."""
    days = -(-(stay.end - stay.start) // DAY)
    if days <= 5:
        return policy.rest_days_short * DAY
    return (policy.rest_days_medium if days <= 7 else policy.rest_days_long) * DAY


def trips_to(pool: Pool, request: Request, policy: Policy, rows: Ints, *, is_remote: bool) -> Trips:
    """The journeys of these experts to a request."""
    if is_remote:
        size = len(rows)
        minutes, flies, miles = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool), np.zeros(size)
    elif rows is pool.all_rows:
        miles, minutes, flies = pool.journeys(request.place, policy)
    else:
        miles = pool.miles(request.place, rows)
        minutes, flies = travel_minutes(miles, policy)
    depart = departure(request, minutes, is_remote=is_remote)
    home = request.stay.end + minutes
    return Trips(minutes, miles, flies, depart, depart + minutes, home, home + rest_minutes(request.stay, policy))


def departure(request: Request, minutes: Ints, *, is_remote: bool) -> Ints:
    """When everybody leaves: as late as stay and deadline allow, but not before the earliest departure."""
    if is_remote:
        return np.full(len(minutes), request.stay.start, dtype=np.int64)
    leave: Ints = np.maximum(request.earliest_departure, min(request.stay.start, request.arrive_by) - minutes)
    return leave
