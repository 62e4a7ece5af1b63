"""One figure: its name, what it was counted from, and its value; medians, shares and suppressed cells. Pure."""

from collections.abc import Collection, Sequence
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
        is_personal: cases are answers of single people, who are never told one by one.
    """

    slug: str
    group: str
    title: str
    unit: Unit
    value: float | None
    high: float | None
    cases: tuple[Case, ...]
    target: float | None = None
    is_personal: bool = False

    @property
    def missed(self) -> int:
        """How many cases missed the target."""
        return 0 if self.target is None else sum(case.value > self.target for case in self.cases)

    @property
    def missed_told(self) -> int | None:
        """The same as it is published: None without a target, and where few cases missed it, or few met it."""
        is_few = any(0 < number < SMALLEST for number in (self.missed, len(self.cases) - self.missed))
        return None if self.target is None or is_few else self.missed

    @property
    def is_small(self) -> bool:
        """Whether it is counted from so few requests, or counts so few things, that it is not published."""
        is_of_few = len({case.reference for case in self.cases}) < SMALLEST
        return is_of_few or (self.unit == "count" and 0 < (self.value or 0) < SMALLEST)


OUTCOMES = {"received": ("approved", "declined", "referred", "withdrawn")}
"""Figures that add up to another one, with what is still open and never published."""


def left_out(figures: Sequence[Figure]) -> frozenset[str]:
    """Slugs of figures that are not published: small ones, and with them those by which, and a total, one could work
    out a small one."""
    known = {one.slug: one for one in figures}
    withheld = {one.slug for one in figures if one.is_small}
    for total, names in OUTCOMES.items():
        if total in known and total not in withheld:
            withheld |= _beside(known[total], [known[name] for name in names if name in known], withheld)
    return frozenset(withheld)


def _beside(total: Figure, parts: Sequence[Figure], withheld: Collection[str]) -> set[str]:
    """Of the parts of a total that would be published, the smallest ones, until what is hidden is not few."""
    shown = sorted((one for one in parts if one.slug not in withheld and one.value), key=lambda one: one.value or 0)
    hidden = (total.value or 0) - sum(one.value or 0 for one in shown)
    more = set()
    while 0 < hidden < SMALLEST and shown:
        one = shown.pop(0)
        more.add(one.slug)
        hidden += one.value or 0
    return more


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


def share(
    slug: str, group: str, title: str, cases: Sequence[Case], unit: Unit = "share", *, is_personal: bool = False
) -> Figure:
    """A figure of the mean of its cases: a share where each is 0 or 1."""
    values = [case.value for case in cases]
    mean = sum(values) / len(values) if values else None
    return Figure(slug, group, title, unit, mean, None, tuple(cases), is_personal=is_personal)


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
    if whole == 0 and minutes > 0:
        return "under 1 min"
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h" + (f" {whole % 60:02d} min" if whole % 60 else "")
    return f"{whole / 1440:.1f} days"
