"""One figure: its name, what it was counted from, and its value; medians, shares and suppressed cells. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

SMALLEST = 5
"""A published cell of fewer cases is suppressed (domain.md 7)."""
Unit = Literal["count", "minutes", "share", "hours", "dollars", "score"]


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was counted: the request it belongs to, and its own value."""

    reference: str
    value: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of a period.

    Args:
        slug: stable name, for addresses and files.
        group: "Demand", "Speed" ...
        title: in words.
        unit: of the value; a share is 0..1.
        value: the median of a span of time, the sum of a count, the mean of a share; None without a case.
        high: the 90th percentile of a span of time.
        cases: what it was counted from.
        target: what the programme aims at, if it does (domain.md 1.2).
    """

    slug: str
    group: str
    title: str
    unit: Unit
    value: float | None
    high: float | None
    cases: tuple[Case, ...]
    target: float | None = None

    @property
    def missed(self) -> int:
        """How many cases missed the target."""
        return 0 if self.target is None else sum(case.value > self.target for case in self.cases)

    @property
    def is_small(self) -> bool:
        """Whether it is counted from so few cases that it is not published."""
        return len({case.reference for case in self.cases}) < SMALLEST


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that at least `share` of all do not pass.

    Raises:
        ValueError: of nothing.
    """
    if not values:
        raise ValueError("a percentile of nothing")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def spans(slug: str, title: str, cases: Sequence[Case], target: float | None = None) -> Figure:
    """A figure of spans of time, in minutes: median and 90th percentile."""
    values = [case.value for case in cases]
    middle = percentile(values, 0.5) if values else None
    high = percentile(values, 0.9) if values else None
    return Figure(slug, "Speed", title, "minutes", middle, high, tuple(cases), target)


def count(slug: str, group: str, title: str, cases: Sequence[Case], unit: Unit = "count") -> Figure:
    """A figure of how many, or of how much in all."""
    return Figure(slug, group, title, unit, sum(case.value for case in cases), None, tuple(cases))


def share(slug: str, group: str, title: str, cases: Sequence[Case], unit: Unit = "share") -> Figure:
    """A figure of the mean of its cases: a share where each is 0 or 1."""
    values = [case.value for case in cases]
    return Figure(slug, group, title, unit, sum(values) / len(values) if values else None, None, tuple(cases))


def said(figure: Figure, value: float | None) -> str:
    """A value of a figure as a page shows it: "2 h 40 min", "87 %", "$1,300"."""
    if value is None:
        return "none yet"
    if figure.unit == "minutes":
        return _span(value)
    if figure.unit == "share":
        return f"{value:.0%}".replace("%", " %")
    if figure.unit == "dollars":
        return f"${value:,.0f}"
    return f"{value:,.1f}".removesuffix(".0") + (" h" if figure.unit == "hours" else "")


def _span(minutes: float) -> str:
    whole = round(minutes)
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h" + (f" {whole % 60:02d} min" if whole % 60 else "")
    return f"{whole / 1440:.1f} days"
