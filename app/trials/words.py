"""Figures in words: shares in per cent, minutes as hours, with their intervals. Pure."""

from app.trials.intervals import Interval
from app.trials.measures import Measure


def said(measure: Measure, value: float | None) -> str:
    """A value as people read it."""
    if value is None:
        return "none"
    if measure.unit == "share":
        return f"{100 * value:.1f} %"
    if measure.unit == "minutes":
        return hours(value)
    if measure.unit == "miles":
        return f"{value:,.0f} miles"
    if measure.unit == "number":
        return f"{value:.2f}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def hours(minutes: float) -> str:
    """A span of minutes: "1 h 41 min"."""
    whole = round(abs(minutes))
    sign = "-" if minutes < 0 and whole else ""
    return f"{sign}{whole // 60} h {whole % 60:02d} min" if whole >= 60 else f"{sign}{whole} min"


ALONE = "one run alone: no interval"
"""What is said where an interval would stand."""


def range_of(measure: Measure, found: Interval | None) -> str:
    """The interval as people read it: "97.1 to 98.3 %"; that there is none of one run; empty without a value."""
    if found is None:
        return ""
    if found.bounds is None:
        return ALONE
    low, high = (said(measure, value) for value in found.bounds)
    return f"{low.removesuffix(' %').removesuffix(' miles')} to {high}"


def between(found: Interval, digits: int = 1) -> str:
    """The interval of a bare number: "9.5 to 12.0"; or that there is none."""
    if found.bounds is None:
        return ALONE
    low, high = found.bounds
    return f"{low:,.{digits}f} to {high:,.{digits}f}"
