"""Duty hours and their limits: 12 hours a day, 60 in any seven days, travel counts as work (domain.md 1.5). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """Most hours of work; `warn` is the share of a limit from which somebody is warned before it breaks."""

    day: float = 12.0
    week: float = 60.0
    warn: float = 0.85


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that is near or broken, in a sentence."""

    day: date
    is_broken: bool
    text: str


def week_until(hours: Mapping[date, float], day: date) -> float:
    """Hours of the seven days that end with `day`."""
    return sum(hours.get(day - timedelta(days=back), 0.0) for back in range(7))


def warnings(hours: Mapping[date, float], *, limits: Limits = LIMITS) -> tuple[Limit, ...]:
    """Which limits are near or broken.

    Args:
        hours: day (of the place) to hours of work of one person, all activities together.
        limits: the numbers.

    Returns:
        One a day at most, the graver; the latest day last.
    """
    found = []
    for day in sorted(hours):
        today, week = hours[day], week_until(hours, day)
        if today > limits.day or week > limits.week:
            most, of = (today, limits.day) if today > limits.day else (week, limits.week)
            span = "on" if today > limits.day else "in the seven days to"
            found.append(Limit(day, True, f"{most:g} h {span} {day:%b} {day.day}: more than {of:g} h"))
        elif today >= limits.day * limits.warn or week >= limits.week * limits.warn:
            left = min(limits.day - today, limits.week - week)
            found.append(Limit(day, False, f"{left:g} h left on {day:%b} {day.day} before a limit breaks"))
    return tuple(found)
