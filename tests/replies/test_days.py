"""Days as people write them in AWAY: never another year, never fewer days than were named."""

from datetime import date

import pytest

from app.replies.days import read

THANKSGIVING, NEW_YEAR, LEAP = date(2026, 11, 26), date(2027, 1, 1), date(2028, 2, 28)


@pytest.mark.parametrize(
    ("text", "today", "first", "last"),
    [
        ("AWAY 12/20-12/27", THANKSGIVING, date(2026, 12, 20), date(2026, 12, 27)),
        ("AWAY 12/20-1/3", THANKSGIVING, date(2026, 12, 20), date(2027, 1, 3)),
        ("AWAY 12/20/27-1/3", THANKSGIVING, date(2027, 12, 20), date(2028, 1, 3)),
        # Said while it lasts: it began in the year that has just ended, or some days ago.
        ("AWAY 12/20-1/3", NEW_YEAR, date(2026, 12, 20), date(2027, 1, 3)),
        ("AWAY Dec 20-Jan 3", NEW_YEAR, date(2026, 12, 20), date(2027, 1, 3)),
        ("AWAY 11/20-12/27", THANKSGIVING, date(2026, 11, 20), date(2026, 12, 27)),
        ("AWAY 2/20-2/29", LEAP, date(2028, 2, 20), date(2028, 2, 29)),
        # The month is said once.
        ("AWAY 12/20-27", THANKSGIVING, date(2026, 12, 20), date(2026, 12, 27)),
        ("AWAY Dec 20-27", THANKSGIVING, date(2026, 12, 20), date(2026, 12, 27)),
        ("AWAY tomorrow", THANKSGIVING, date(2026, 11, 27), date(2026, 11, 27)),
        ("AWAY tomorrow until 12/5", THANKSGIVING, date(2026, 11, 27), date(2026, 12, 5)),
        ("AWAY tomorrow - Dec 5", THANKSGIVING, date(2026, 11, 27), date(2026, 12, 5)),
        ("AWAY until 12/5", THANKSGIVING, THANKSGIVING, date(2026, 12, 5)),
    ],
)  # fmt: skip
def test_the_days_that_are_meant(text: str, today: date, first: date, last: date) -> None:
    assert read(text, today) == (first, last)


@pytest.mark.parametrize(
    "text", ["AWAY tomorrow until Friday", "AWAY tomorrow until 13/32", "AWAY 12/20-12/27-12/30", "AWAY 13/32", "AWAY"]
)
def test_what_cannot_be_read_is_asked_for(text: str) -> None:
    assert read(text, THANKSGIVING) is None
