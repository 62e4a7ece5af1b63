"""Papers of a pool in a year that is played: kept up, unless they had lapsed before."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.seed.people import people
from app.trials.members import invented, renewed


def test_what_is_valid_today_outlasts_the_year_and_what_has_lapsed_never_counts() -> None:
    one = invented(people(1, 1, datetime(2015, 1, 1, tzinfo=UTC)))[0]
    papers = (
        ("background_check", None, date(2026, 12, 1)),
        ("sms_consent", None, date(2026, 11, 1)),
        ("x", None, None),
    )
    year = {"first": date(2015, 1, 1), "last": date(2015, 12, 31)}
    (kept,) = renewed([replace(one, credentials=papers)], today=date(2026, 11, 26), **year)
    assert kept.credentials == (papers[0], ("sms_consent", None, date(2014, 12, 31)), papers[2])
    (during,) = renewed([replace(one, credentials=(("x", None, date(2015, 4, 1)),))], today=date(2015, 1, 1), **year)
    assert during.credentials[0][2] == date(2016, 12, 31)
