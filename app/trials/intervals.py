"""A mean with where the true one lies, at one level everywhere: 95 %. Of one run alone there is no interval. Pure.

Student's t over runs that were drawn independently; ratios of two means by leaving out one run at a time (jackknife:
Quenouille 1956, Tukey 1958).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import cos, inf, pi, sin, sqrt, tan
from statistics import NormalDist, fmean, stdev

CONFIDENCE = 0.95
"""With which an interval holds the true value."""
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
"""So many standard deviations of a normal variable on both sides hold `CONFIDENCE`."""
PERCENTILES = (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE))
"""Of draws, between which `CONFIDENCE` of them lie."""
HALVINGS = 50
"""After so many an angle is exact to the last bits."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over runs, and where the true one lies with 95 % confidence.

    Args:
        mean: of the runs.
        low: None of one run alone, of which nothing is known but its value.
        high: as `low`.
        runs: how many.
    """

    mean: float
    low: float | None
    high: float | None
    runs: int

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Where the true mean lies; None of one run alone."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    def within(self, least: float, most: float = inf) -> "Interval":
        """The same, cut where the value cannot be: a share is no more than one, a count no less than nought."""
        if self.low is None or self.high is None:
            return self
        return replace(self, low=max(self.low, least), high=min(self.high, most))

    @property
    def is_clear(self) -> bool:
        """Whether nought lies outside: of a difference, that it is no chance."""
        return self.bounds is not None and (self.bounds[0] > 0 or self.bounds[1] < 0)


def interval(values: Iterable[float | None]) -> Interval | None:
    """The mean of the runs that have a value; None without any."""
    known = [value for value in values if value is not None]
    return interval_of(known) if known else None


def interval_of(known: Sequence[float]) -> Interval:
    """The mean of at least one run."""
    return _around(fmean(known), stdev(known) / sqrt(len(known)) if len(known) > 1 else 0.0, len(known))


def ratio_of(these: Sequence[float], those: Sequence[float]) -> Interval | None:
    """How many times as large the mean of these runs is as that of those, run by run; None over nought."""
    if sum(those) <= 0:
        return None
    count, a, b = len(these), sum(these), sum(those)
    without = [(a - x) / max(b - y, 1e-9) for x, y in zip(these, those, strict=True)] if count > 1 else []
    error = sqrt((count - 1) / count * sum((one - fmean(without)) ** 2 for one in without)) if without else 0.0
    return _around(a / b, error, count)


def _around(mean: float, error: float, runs: int) -> Interval:
    if runs < 2:
        return Interval(mean, None, None, runs)
    half = students_t(runs - 1) * error
    return Interval(mean, mean - half, mean + half, runs)


@cache
def students_t(freedom: int) -> float:
    """Student's t that `CONFIDENCE` lies within on both sides, by halving where its distribution is known."""
    low, high = 0.0, pi / 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < CONFIDENCE else (low, middle)
    return sqrt(freedom) * tan(low)


def _within(angle: float, freedom: int) -> float:
    """Chance that Student's variable is within sqrt(freedom) * tan(angle) of nought (Abramowitz, Stegun 26.7)."""
    is_odd = freedom % 2 == 1
    term = total = cos(angle) if is_odd else 1.0
    for step in range(3 if is_odd else 2, freedom - 1, 2):
        term *= cos(angle) ** 2 * (step - 1) / step
        total += term
    if not is_odd:
        return sin(angle) * total
    return 2 / pi * (angle + (sin(angle) * total if freedom > 1 else 0.0))
