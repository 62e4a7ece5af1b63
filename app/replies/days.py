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
NUMBERS = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
NAMED = re.compile(r"\b(" + "|".join(MONTHS) + r")[a-z]*\.? (\d{1,2})(?: ?(?:-|–|to|through|al?) ?(\d{1,2})(?![\d/]))?")


def read(text: str, today: date) -> tuple[date, date] | None:
    """The first and the last day a text names.

    Args:
        text: the text; numbers are month/day, as our own texts teach, unless only day/month makes a date.
        today: where the writer is. A day without a year is the next such day.

    Returns:
        Both days, the last not before the first and not more than a year later; None when that is not what it says.
    """
    text = text.lower()
    if re.search(r"\b(?:tomorrow|tmrw|mañana)\b", text):
        return today + timedelta(days=1), today + timedelta(days=1)
    found = _named(text, today) or _numbers(text, today)
    if not found or len(found) > 2:
        return None
    is_until = len(found) == 1 and re.search(r"\b(?:until|till?|hasta|through|thru)\b", text)
    first, last = (today if is_until else found[0]), found[-1]
    if last < first:
        last = _in_year(first.year + 1, last.month, last.day) or last
    return (first, last) if first <= last <= first + LONGEST and last >= today else None


def _numbers(text: str, today: date) -> list[date]:
    pairs = NUMBERS.findall(text)
    is_day_first = any(int(first) > 12 for first, _, _ in pairs)
    days = [
        _next(int(b if is_day_first else a), int(a if is_day_first else b), year, today) for a, b, year in pairs
    ]  # fmt: skip
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
