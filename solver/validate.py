"""Problems that make no sense are refused before anything is computed, with the field that is wrong."""

import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import fields
from zoneinfo import ZoneInfo

from solver.problem import DEFAULT_WEIGHTS, NEED_WEIGHTS, Policy, Position, Request

DISCIPLINES: tuple[str, ...] = ("LE", "VA", "MH", "CL")
FARTHEST = 1 << 42
"""Minutes: no time in a problem is farther from the epoch. Keeps 64-bit arithmetic exact."""
GREATEST_WEIGHT = 1_000_000
"""Largest weight of a goal: keeps sums of goals within 64 bits."""

LEAST_CAP = 0.001
"""Smallest cap of exposure."""
MOST_EXPOSURE = 1_000_000.0
"""Largest load of exposure: keeps shares of the cap within 64 bits."""


class BadProblem(ValueError):  # noqa: N818 - named like the house's Problem, not ...Error
    """The problem contradicts itself or holds a value that means nothing.

    Attributes:
        field: path of the offending field, such as `requests[3].positions[7].pinned`; the numbers are ids.
        reason: what is wrong with it, a sentence without a full stop.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def check_policy(policy: Policy) -> None:
    """Refuse limits and weights that mean nothing.

    Raises:
        BadProblem: a number is negative, not finite, or out of its range.
    """
    for item in fields(Policy):
        value = getattr(policy, item.name)
        if isinstance(value, (int, float)) and not (math.isfinite(value) and value >= 0):
            raise BadProblem(f"policy.{item.name}", "is not a number of zero or more")
    for name in ("drive_mph", "fly_mph", "road_factor", "candidates_per_seat"):
        if getattr(policy, name) <= 0:
            raise BadProblem(f"policy.{name}", "must be greater than zero")
    if policy.exposure_cap < LEAST_CAP:
        raise BadProblem("policy.exposure_cap", f"is less than {LEAST_CAP}")
    if policy.experienced_share > 1:
        raise BadProblem("policy.experienced_share", "is more than the whole team")
    if len({(one.discipline, one.states) for one in policy.reserves}) < len(policy.reserves):
        raise BadProblem("policy.reserves", "name one discipline and region twice")
    for n, reserve in enumerate(policy.reserves):
        if reserve.discipline not in DISCIPLINES:
            raise BadProblem(f"policy.reserves[{n}].discipline", f"is not one of {', '.join(DISCIPLINES)}")
        if not 0 <= reserve.floor <= FARTHEST or not 0 <= reserve.price <= GREATEST_WEIGHT:
            raise BadProblem(f"policy.reserves[{n}]", "has a floor or a price that is no whole number in range")
    _check_weights("weights", policy.weights.items(), DEFAULT_WEIGHTS)
    _check_weights("need_weights", policy.need_weights.items(), NEED_WEIGHTS)


def _check_weights(field: str, weights: Iterable[tuple[str, int]], known: Container[str]) -> None:
    for name, weight in weights:
        if name not in known:
            raise BadProblem(f"policy.{field}[{name}]", "is not the name of a weight")
        if not isinstance(weight, int) or not 0 <= weight <= GREATEST_WEIGHT:
            raise BadProblem(f"policy.{field}[{name}]", f"is not a whole number in 0..{GREATEST_WEIGHT}")


def check_requests(requests: Sequence[Request], known: Container[int], policy: Policy) -> None:
    """Refuse requests that contradict themselves; `known` are the ids of the pool, `policy` may name the expertise.

    Raises:
        BadProblem: for the first field that is wrong.
    """
    seen: set[int] = set()
    for request in requests:
        where = f"requests[{request.id}]"
        if request.id in seen:
            raise BadProblem(f"{where}.id", "appears twice")
        seen.add(request.id)
        _check_times(request, where)
        _check_zone(request.zone, where)
        check_place(request.place.latitude, request.place.longitude, f"{where}.place")
        if not isinstance(request.priority, int) or request.priority < 1:
            raise BadProblem(f"{where}.priority", "is not a whole number of 1 or more")
        _check_positions(request, where, known)
        _check_slugs(request, where, policy.taxonomy)


def check_place(latitude: float, longitude: float, where: str) -> None:
    """Refuse coordinates that are no point on Earth.

    Raises:
        BadProblem: not a number, or out of range in degrees.
    """
    if not -90 <= latitude <= 90:
        raise BadProblem(f"{where}.latitude", "is not in -90..90 degrees")
    if not -180 <= longitude <= 180:
        raise BadProblem(f"{where}.longitude", "is not in -180..180 degrees")


def _check_zone(zone: str, where: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as unknown:
        raise BadProblem(f"{where}.zone", "is not the name of a time zone") from unknown


def _check_times(request: Request, where: str) -> None:
    times = {
        "stay.start": request.stay.start,
        "stay.end": request.stay.end,
        "earliest_departure": request.earliest_departure,
        "arrive_by": request.arrive_by,
    }
    for name, minute in times.items():
        if not isinstance(minute, int) or abs(minute) > FARTHEST:
            raise BadProblem(f"{where}.{name}", "is not a whole minute near the epoch")
    if request.stay.end <= request.stay.start:
        raise BadProblem(f"{where}.stay", "ends before it starts")
    if request.arrive_by >= request.stay.end:
        raise BadProblem(f"{where}.arrive_by", "is after the end of the stay")


def _check_positions(request: Request, where: str, known: Container[int]) -> None:
    seen: set[int] = set()
    pinned: set[int] = set()
    for position in request.positions:
        at = f"{where}.positions[{position.id}]"
        if position.id in seen:
            raise BadProblem(f"{at}.id", "appears twice in the request")
        seen.add(position.id)
        _check_position(position, at)
        if position.pinned is None:
            continue
        if position.pinned not in known:
            raise BadProblem(f"{at}.pinned", f"expert {position.pinned} is not in the pool")
        if position.pinned in request.excluded:
            raise BadProblem(f"{at}.pinned", f"expert {position.pinned} is excluded from the request")
        if position.pinned in pinned:
            raise BadProblem(f"{at}.pinned", f"expert {position.pinned} is pinned to two seats of the request")
        pinned.add(position.pinned)


def _check_slugs(request: Request, where: str, taxonomy: frozenset[str]) -> None:
    for position in request.positions if taxonomy else ():
        for name, slugs in (("required", position.required), ("desired", position.desired)):
            if unknown := sorted(slugs.keys() - taxonomy):
                raise BadProblem(f"{where}.positions[{position.id}].{name}[{unknown[0]}]", "is no known expertise")


def _check_position(position: Position, at: str) -> None:
    if not position.disciplines or not position.disciplines <= set(DISCIPLINES):
        raise BadProblem(f"{at}.disciplines", f"are not one or more of {', '.join(DISCIPLINES)}")
    if not isinstance(position.priority, int) or position.priority < 1:
        raise BadProblem(f"{at}.priority", "is not a whole number of 1 or more")
    for slug, level in position.required.items():
        if level not in (1, 2, 3):
            raise BadProblem(f"{at}.required[{slug}]", "is not a level in 1..3")
    for slug, weight in position.desired.items():
        if not 0 <= weight <= 1:
            raise BadProblem(f"{at}.desired[{slug}]", "is not a weight in 0..1")
