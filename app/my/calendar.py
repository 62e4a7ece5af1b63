"""A month as an expert sees it: weeks of days, each free, away, on a journey or at rest. Pure."""

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Mark(StrEnum):
    """What a day is."""

    FREE = "free"
    AWAY = "away"
    TEAM = "team"
    REST = "rest"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Taken:
    """A time that is taken, half open."""

    start: datetime
    end: datetime
    mark: Mark


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the grid; None stands for days of the months beside it."""

    date: date
    mark: Mark
    is_today: bool

    @property
    def can_change(self) -> bool:
        """Whether a tap changes it."""
        return self.mark in (Mark.FREE, Mark.AWAY)


@dataclass(frozen=True, slots=True)
class Week:
    """One row, Monday first."""

    monday: date
    days: tuple[Day | None, ...]
    is_standby: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its neighbours."""

    first: date
    weeks: tuple[Week, ...]
    before: date | None
    after: date | None


AHEAD = 12
"""Months that may be looked at."""
ORDER = (Mark.TEAM, Mark.REST, Mark.AWAY)
"""What a day shows of several."""


def month_of(
    first: date, today: date, zone: str, taken: Sequence[Taken], standby: Collection[date], *, ahead: int = AHEAD
) -> Month:
    """A month's grid.

    Args:
        first: first day of the month.
        today: where the expert lives.
        zone: where the expert lives: a day is taken when any part of it there is.
        taken: absences, journeys and rests.
        standby: Mondays of standby weeks.
        ahead: months that may be looked at.
    """
    rows = calendar.Calendar().monthdatescalendar(first.year, first.month)
    weeks = tuple(
        Week(
            row[0],
            tuple(_day(day, today, zone, taken) if day.month == first.month else None for day in row),
            row[0] in standby,
            row[-1] < today,
        )
        for row in rows
    )
    this = today.replace(day=1)
    number = (first.year - this.year) * 12 + first.month - this.month
    before = (first - timedelta(days=1)).replace(day=1) if number > 0 else None
    after = (first + timedelta(days=31)).replace(day=1) if number < ahead else None
    return Month(first, weeks, before, after)


def _day(day: date, today: date, zone: str, taken: Sequence[Taken]) -> Day:
    if day < today:
        return Day(day, Mark.PAST, is_today=False)
    there = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=there)
    end = datetime.combine(day + timedelta(days=1), start.time(), there)
    marks = {one.mark for one in taken if one.start < end and one.end > start}
    mark = next((mark for mark in ORDER if mark in marks), Mark.FREE)
    return Day(day, mark, day == today)
