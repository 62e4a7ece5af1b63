"""Who might share a car or book the same flight, and what the team may cost at most. Pure; suggestions, not orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

SHARE_MILES = 40
"""So near to each other people live who might drive together, or leave from one airport."""
SHARE_WITHIN = timedelta(hours=3)
"""So close to each other they are expected on site."""
RIDE_WITHIN = timedelta(hours=2)
"""Who lands that close to each other might share a car from the airport."""
CAR_SEATS = 4
HOURS_OF_A_DAY = 8
"""A consultant's day (OJP; domain.md 1.6)."""


@dataclass(frozen=True, slots=True)
class Traveller:
    """One of the team on the way there."""

    name: str
    city: str
    state: str
    latitude: float
    longitude: float
    mode: str
    arrives_at: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """People who might travel together. `kind`: "car", "flight" or "ride" (a car from the airport)."""

    kind: str
    names: tuple[str, ...]
    place: str

    @property
    def text(self) -> str:
        """As a sentence."""
        who = f"{', '.join(self.names[:-1])} and {self.names[-1]}"
        return {
            "car": f"{who} could drive together from {self.place}",
            "flight": f"{who} could take the same flight from {self.place}",
            "ride": f"{who} land close to each other and could share a car there",
        }[self.kind]


def miles(one: Traveller, other: Traveller) -> float:
    """Great-circle miles between two homes."""
    lat1, lon1, lat2, lon2 = map(radians, (one.latitude, one.longitude, other.latitude, other.longitude))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 7917.6 * asin(sqrt(half))


def suggestions(team: Sequence[Traveller]) -> list[Suggestion]:
    """Shared cars and flights, then rides from the airport of those who fly; each person once in each kind."""
    drivers = [one for one in team if one.mode == "drive"]
    flyers = [one for one in team if one.mode == "fly"]
    found = [Suggestion("car", _names(group), _home(group)) for group in _near(drivers, CAR_SEATS)]
    found += [Suggestion("flight", _names(group), _home(group)) for group in _near(flyers, len(flyers))]
    return found + [Suggestion("ride", _names(group), "") for group in _landing(flyers)]


def _names(group: Sequence[Traveller]) -> tuple[str, ...]:
    return tuple(one.name for one in group)


def _home(group: Sequence[Traveller]) -> str:
    return f"{group[0].city}, {group[0].state}"


def _near(people: Sequence[Traveller], most: int) -> list[list[Traveller]]:
    """Groups of two and more who live near each other's first and are expected at about the same time."""
    left, groups = sorted(people, key=lambda one: (one.arrives_at, one.name)), []
    while left:
        first = left.pop(0)
        together = [
            one for one in left
            if miles(first, one) <= SHARE_MILES and one.arrives_at - first.arrives_at <= SHARE_WITHIN
        ][: max(0, most - 1)]  # fmt: skip
        if together:
            groups.append([first, *together])
            left = [one for one in left if one not in together]
    return groups


def _landing(flyers: Sequence[Traveller]) -> list[list[Traveller]]:
    left, groups = sorted(flyers, key=lambda one: (one.arrives_at, one.name)), []
    while left:
        first = left.pop(0)
        together = [one for one in left if one.arrives_at - first.arrives_at <= RIDE_WITHIN][: CAR_SEATS - 1]
        if together:
            groups.append([first, *together])
            left = [one for one in left if one not in together]
    return groups


@dataclass(frozen=True, slots=True)
class Cost:
    """What a team may cost at most, in dollars.

    Args:
        consultants: days of everybody at the consultant ceiling.
        per_diem: nights of everybody at the per-diem rate.
        ceiling: what was approved, if the decision says.
    """

    consultants: int
    per_diem: int
    ceiling: int | None

    @property
    def total(self) -> int:
        """Both together; fares are not known here."""
        return self.consultants + self.per_diem

    @property
    def is_over(self) -> bool:
        """Whether it may pass what was approved."""
        return self.ceiling is not None and self.total > self.ceiling


def cost_of(stays: Sequence[tuple[int, bool]], day_dollars: int, night_dollars: int, ceiling: int | None) -> Cost:
    """What stays cost at most: (days, whether on site) of each person; a travel day each way counts as a day."""
    days = sum(number + 2 * on_site for number, on_site in stays)
    nights = sum(number + 1 for number, on_site in stays if on_site)
    return Cost(days * day_dollars, nights * night_dollars, ceiling)


def over_ceiling(hours: float, day_dollars: int) -> float | None:
    """What a day's hours cost at the ceiling's rate, where that passes the day's ceiling; None where it does not."""
    cost = hours * day_dollars / HOURS_OF_A_DAY
    return cost if cost > day_dollars else None
