"""Geometry of the pictures: days of 23 and 25 hours, lanes that never lie upon one another, counts that grow."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.web.pictures import Axis, Plot, axis_of, days_of, lanes, level, overlaps, ticks

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOURS = st.integers(0, 200).map(lambda hours: NOON + timedelta(hours=hours))
SPANS = st.lists(
    st.tuples(HOURS, st.integers(1, 90)).map(lambda pair: (pair[0], pair[0] + timedelta(hours=pair[1]))), max_size=12
)


def test_a_moment_stands_where_its_time_is_and_never_beyond_an_edge() -> None:
    axis = Axis(NOON, NOON + timedelta(days=4))
    assert axis.at(NOON + timedelta(days=1)) == 25
    assert (axis.at(NOON - timedelta(days=9)), axis.at(NOON + timedelta(days=9))) == (0, 100)
    assert not axis.shows(NOON - timedelta(hours=2), NOON)
    assert axis.shows(NOON - timedelta(hours=2), NOON + timedelta(minutes=1))


def test_the_day_on_which_the_clocks_go_back_is_drawn_longer() -> None:
    days = days_of(axis_of(date(2026, 10, 31), 3, "America/New_York"), "America/New_York")
    assert [day.date.day for day in days] == [31, 1, 2]
    assert round(days[1].width / days[0].width, 2) == round(25 / 24, 2)
    assert round(sum(day.width for day in days)) == 100
    assert [day.is_weekend for day in days] == [True, True, False]


@given(SPANS)
def test_no_two_spans_of_one_lane_overlap(spans: list[tuple[datetime, datetime]]) -> None:
    found = lanes(spans)
    for one, (start, end) in enumerate(spans):
        for other in range(one):
            if found[one] == found[other]:
                assert end <= spans[other][0] or start >= spans[other][1]


@given(SPANS)
def test_an_hour_is_in_an_overlap_exactly_when_two_spans_hold_it(spans: list[tuple[datetime, datetime]]) -> None:
    found = overlaps(spans)
    for hour in range(0, 300, 3):
        moment = NOON + timedelta(hours=hour, minutes=30)
        at_once = sum(start <= moment < end for start, end in spans)
        assert any(start <= moment < end for start, end in found) == (at_once >= 2)


def test_days_that_only_touch_do_not_overlap() -> None:
    later = NOON + timedelta(days=1)
    assert overlaps([(NOON, later), (later, later + timedelta(days=1))]) == []


def test_a_heat_cell_is_dark_by_its_share_and_never_empty_with_somebody_in_it() -> None:
    assert [level(value, 100) for value in (0, 1, 20, 21, 100)] == [0, 1, 1, 2, 5]
    assert level(3, 0) == 0


def test_an_axis_of_counts_has_round_numbers() -> None:
    assert ticks(7) == [0, 2, 4, 6, 8]
    assert ticks(0) == [0, 1]
    assert ticks(230) == [0, 100, 200, 300]


def test_a_count_grows_by_one_at_each_moment() -> None:
    plot = Plot(Axis(NOON, NOON + timedelta(minutes=10)), top=2, width=100, height=50)
    moments = [NOON + timedelta(minutes=5), NOON + timedelta(minutes=2)]
    assert plot.staircase(moments, NOON + timedelta(minutes=8)) == "M0,50.0H20.0V25.0H50.0V0.0H80.0"
