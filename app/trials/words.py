"""Figures in words: shares in per cent, minutes as hours, with their intervals. Pure."""

from app.trials.measures import Interval, Measure


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


def range_of(measure: Measure, found: Interval | None) -> str:
    """The interval as people read it: "97.1 to 98.3 %"; empty where one run alone tells nothing."""
    if found is None or found.runs < 2:
        return ""
    low = said(measure, found.low)
    return f"{low.removesuffix(' %').removesuffix(' miles')} to {said(measure, found.high)}"
