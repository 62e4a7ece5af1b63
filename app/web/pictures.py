"""The geometry of pictures: where things stand, in numbers, for templates that draw them as SVG. Pure.

Positions along an axis are per cent of its width, so that a picture grows with its page; heights are pixels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, floor, log10
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time, drawn from the left edge to the right one."""

    start: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        """How far from the left a moment stands, in per cent; beyond an edge it stands on it."""
        share = (moment - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def shows(self, start: datetime, end: datetime) -> bool:
        """Whether any of this stretch of time is on the axis."""
        return start < self.end and end > self.start


@dataclass(frozen=True, slots=True)
class Day:
    """One day on an axis: `x` and `width` in per cent. A day on which the clocks change is longer or shorter."""

    date: date
    x: float
    width: float

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.date.weekday() >= 5


def _midnight(day: date, zone: str) -> datetime:
    """In UTC: two moments of one zone would be subtracted as the walls show them, without the hour that is lost."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def axis_of(first: date, count: int, zone: str) -> Axis:
    """The axis of `count` days from midnight of `first` in `zone`."""
    return Axis(_midnight(first, zone), _midnight(first + timedelta(days=count), zone))


def days_of(axis: Axis, zone: str) -> list[Day]:
    """The days of an axis, in their order."""
    first = axis.start.astimezone(ZoneInfo(zone)).date()
    count = (axis.end.astimezone(ZoneInfo(zone)).date() - first).days
    edges = [axis.at(_midnight(first + timedelta(days=n), zone)) for n in range(count + 1)]
    return [Day(first + timedelta(days=n), edges[n], round(edges[n + 1] - edges[n], 2)) for n in range(count)]


def lanes(spans: Sequence[tuple[datetime, datetime]]) -> list[int]:
    """A lane for every span, the lowest that is free, so that no two lie upon one another."""
    found, free = [0] * len(spans), list[datetime]()
    for index in sorted(range(len(spans)), key=lambda n: spans[n]):
        start, end = spans[index]
        lane = next((n for n, until in enumerate(free) if until <= start), len(free))
        free[lane : lane + 1] = [end]
        found[index] = lane
    return found


def overlaps(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The times at which two or more spans lie at once, in their order; touching ends do not count."""
    edges = sorted((moment, step) for start, end in spans for moment, step in ((start, 1), (end, -1)))
    found: list[tuple[datetime, datetime]] = []
    depth, since = 0, None
    for moment, step in edges:
        depth += step
        if depth > 1 and since is None:
            since = moment
        elif depth < 2 and since is not None:
            found.append((since, moment))
            since = None
    return found


def level(value: float, most: float, levels: int = 5) -> int:
    """How dark a cell of a heat table is: 0 for nothing, `levels` for the most."""
    if value <= 0 or most <= 0:
        return 0
    return max(1, min(levels, ceil(levels * value / most)))


def ticks(most: float, about: int = 4) -> list[int]:
    """Round numbers for an axis from 0 to at least `most`, some `about` of them beside 0."""
    if most <= 0:
        return [0, 1]
    rough = max(1.0, most / about)
    power = 10 ** floor(log10(rough))
    step = int(next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough))
    return list(range(0, ceil(most / step) * step + 1, step))


@dataclass(frozen=True, slots=True)
class Plot:
    """A field of `width` by `height` pixels for counts over time; the values go up to `top`."""

    axis: Axis
    top: int
    width: int
    height: int

    def x(self, moment: datetime) -> float:
        """Pixels from the left."""
        return round(self.axis.at(moment) * self.width / 100, 1)

    def y(self, value: float) -> float:
        """Pixels from above."""
        return round(self.height * (1 - value / self.top), 1)

    def staircase(self, moments: Iterable[datetime], until: datetime) -> str:
        """The path of a count that grows by one at each of these moments, up to `until`."""
        path = [f"M0,{self.y(0)}"]
        for count, moment in enumerate(sorted(moments), start=1):
            path += [f"H{self.x(moment)}", f"V{self.y(count)}"]
        return "".join([*path, f"H{self.x(until)}"])
