"""Times and lengths of time as a page says them, in the reader's language, always with the letters of their zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from markupsafe import Markup, escape

from app.core import places
from app.core.clock import clock
from app.core.places import zone_letters
from app.web.languages import _, language

SPANISH = "es_US"
"""Twelve hours with a.m. and p.m., as Spanish is written in the United States."""


def _spanish(moment: datetime, zone: str, pattern: str) -> str:
    return format_datetime(moment, pattern, tzinfo=ZoneInfo(zone), locale=SPANISH)


def clock_time(moment: datetime, zone: str) -> str:
    """A time of day, "4:30 a.m. CT"; with its day where that may be another: "Mon Nov 23, 4:30 a.m. CT"."""
    if abs(moment - clock.now()) >= places.SAME_DAY:
        return day_and_time(moment, zone)
    if language() == "en":
        return places.day_and_time(moment, zone).rpartition(", ")[2]
    return f"{_spanish(moment, zone, 'h:mm a')} {zone_letters(moment, zone)}"


def day_and_time(moment: datetime, zone: str) -> str:
    """A day and time: "Mon Nov 23, 4:30 a.m. CT", "lun 23 nov, 4:30 a.m. CT"."""
    if language() == "en":
        return places.day_and_time(moment, zone)
    return f"{_spanish(moment, zone, 'EEE d MMM, h:mm a')} {zone_letters(moment, zone)}"


def days(start: datetime, end: datetime, zone: str) -> str:
    """The days from start to end: "Nov 23-26", "23-26 nov", "30 nov-2 dic"."""
    if language() == "en":
        return places.days(start, end, zone)
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    said = _spanish(end, zone, "d MMM")
    if first.date() == last.date():
        return said
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}-{said}"
    return f"{_spanish(start, zone, 'd MMM')}-{said}"


def span_words(minutes: float) -> str:
    """A length of time: "48 min", "2 h 40 min", "3 d"."""
    whole = round(abs(minutes))
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h" + (f" {whole % 60} min" if whole % 60 and whole < 600 else "")
    return f"{whole // 1440} d"


def ago(moment: datetime) -> str:
    """How long ago: "1 h 12 min ago", or "just now"."""
    if clock.now() - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(span)s ago", span=span_words((clock.now() - moment).total_seconds() / 60))


def left(moment: datetime) -> str:
    """How long until then: "48 min left", or "12 min late"."""
    minutes = (moment - clock.now()).total_seconds() / 60
    span = span_words(minutes)
    return _("%(span)s left", span=span) if minutes >= 0 else _("%(span)s late", span=span)


def counted(moment: datetime) -> Markup:
    """How long until then, as an element that the page's script counts down (English pages): "48 min left"."""
    seconds = round((moment - clock.now()).total_seconds())
    # Put together by hand: `format` of markup costs ten times as much, and a board has hundreds of these.
    return Markup(f'<span data-left="{seconds}">{escape(left(moment))}</span>')  # noqa: S704  # nosec B704


def seconds_left(moment: datetime) -> str:
    """How many seconds until then: "42 seconds left"."""
    seconds = max(0, round((moment - clock.now()).total_seconds()))
    return "1 second left" if seconds == 1 else f"{seconds} seconds left"


def _said(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale="en_US" if language() == "en" else SPANISH)


def month_name(day: date) -> str:
    """ "December 2026", "Diciembre de 2026"."""
    said = _said(day, "MMMM y" if language() == "en" else "MMMM 'de' y")
    return said[:1].upper() + said[1:]


def weekday(day: date) -> str:
    """ "Mon", "lun"."""
    return _said(day, "EEE")


def day_name(day: date) -> str:
    """ "Monday, December 21", "lunes 21 de diciembre"."""
    return _said(day, "EEEE, MMMM d" if language() == "en" else "EEEE d 'de' MMMM")


def long_day(day: date) -> str:
    """ "Dec 21, 2026", "21 dic 2026"."""
    return _said(day, "MMM d, y" if language() == "en" else "d MMM y")


def day_span(first: date, more: int) -> str:
    """So many more days from the first on: "Dec 21-27", "21-27 dic"."""
    start = datetime(first.year, first.month, first.day, 12, tzinfo=UTC)
    return days(start, start + timedelta(days=more), "UTC")
