"""Days as people write them in a text: "12/20-12/27", "Dec 20 to Jan 3", "until 12/5", "tomorrow". Pure."""

import re
from datetime import date, timedelta

LONGEST = timedelta(days=366)
MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep", "oct", "nov", "dec dic"), start=1
    )
    for name in names.split()
}
NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2})| ?[-–] ?(\d{1,2})(?![\d/]))?")
"""Month, day, and a year or, as in "12/20-27", the last day of the same month."""
NAMED = re.compile(r"\b(" + "|".join(MONTHS) + r")[a-z]*\.? (\d{1,2})(?: ?(?:-|–|to|through|al?) ?(\d{1,2})(?![\d/]))?")


TOMORROW = re.compile(r"\b(?:tomorrow|tmrw|mañana|manana)\b")
SPANS = re.compile(r"\b(?:until|till?|hasta|through|thru|to|al)\b|[-–]")
"""More than one day is meant."""


def read(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day a text names.

    Args:
        text: the text; numbers are month/day, as our own texts teach, unless only day/month makes a date.
        today: where the writer is. A day without a year is the next such day, but
            for the first of days that have begun.

    Returns:
        Both days, the last not before the first and not more than a year later; None when that is not what it says.
    """
    text = text.lower()
    found = _named(text, today) or _numbers(text, today)
    if TOMORROW.search(text):
        return _from_tomorrow(text, found, today + timedelta(days=1))
    if not found or len(found) > 2:
        return None
    is_until = len(found) == 1 and re.search(r"\b(?:until|till?|hasta|through|thru)\b", text)
    first, last = (today if is_until else found[0]), found[-1]
    if last < first:
        first, last = _in_order(first, last, today, has_year=re.search(r"/\d+/", text) is not None)
    return (first, last) if first <= last <= first + LONGEST and last >= today else None


def _from_tomorrow(text: str, found: list[date], tomorrow: date) -> tuple[date, date] | None:
    """ "Tomorrow" is one day, or the first until the one day that is named beside it."""
    if not found:
        return None if SPANS.search(text) else (tomorrow, tomorrow)
    return (tomorrow, found[0]) if len(found) == 1 and tomorrow <= found[0] <= tomorrow + LONGEST else None


def _in_order(first: date, last: date, today: date, *, has_year: bool) -> tuple[date, date]:
    """Days whose next last comes before their next first: they last now, or run into the year after the first's."""
    began = _in_year(first.year - 1, first.month, first.day)
    if began is not None and began <= today and not has_year:
        return began, last
    return first, _in_year(first.year + 1, last.month, last.day) or last


def _numbers(text: str, today: date) -> list[date]:
    found = NUMBERS.findall(text)
    is_day_first = any(int(first) > 12 for first, *_ in found)
    days: list[date | None] = []
    for a, b, year, until in found:
        month, day = (int(b), int(a)) if is_day_first else (int(a), int(b))
        days.append(_next(month, day, year, today))
        if until:
            days.append(_next(month, int(until), "", today))
    return [day for day in days if day] if all(days) else []


def _named(text: str, today: date) -> list[date]:
    days: list[date | None] = []
    for name, first, last in NAMED.findall(text):
        days += [_next(MONTHS[name], int(number), "", today) for number in (first, last) if number]
    return [day for day in days if day] if all(days) else []


def _next(month: int, day: int, year: str, today: date) -> date | None:
    if year:
        return _in_year(int(year) % 100 + 2000, month, day)
    found = _in_year(today.year, month, day)
    return found if found is None or found >= today else _in_year(today.year + 1, month, day)


def _in_year(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
