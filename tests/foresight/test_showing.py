"""What the pages of foresight say of kept figures."""

from typing import Any

import pytest

from app.foresight import showing


def outlook(today: dict[str, float], last: dict[str, float]) -> dict[str, Any]:
    """A kept outlook with these chances of a team, the same within every time."""
    states = {state: {"views": {"team": [{"p": p}] * 4}} for state, p in today.items()}
    ahead = [{"teams": {state: [p] * 4 for state, p in day.items()}} for day in (today, last)]
    return {"states": states, "ahead": ahead}


def test_states_under_the_floor_are_named_the_lowest_first_and_without_a_floor_one_is_suggested() -> None:
    kept = outlook({"TX": 0.9, "AK": 0.4, "GU": 0.1}, {})
    suggested = showing.floor(kept, 0, 24)
    assert (suggested.is_set, suggested.in_100, suggested.under) == (False, 50, ("Guam", "Alaska"))
    assert showing.floor(kept, 95, 24).under == ("Guam", "Alaska", "Texas")
    assert showing.floor(kept, 5, 24).under == ()


def test_a_chance_that_is_only_nearly_certain_is_not_called_100() -> None:
    assert [showing.in_100(p) for p in (0.0, 0.004, 0.5, 0.99, 0.994, 0.9999999, 1.0)] == [
        "0", "under 1", "50", "99", "over 99", "over 99", "over 99",
    ]  # fmt: skip


def test_states_that_fall_over_the_days_ahead_are_named_the_deepest_fall_first() -> None:
    kept = outlook({"TX": 0.9, "AK": 0.4, "GU": 0.1}, {"TX": 0.85, "AK": 0.1, "GU": 0.2})
    assert showing.falls(kept, 24) == [("Alaska", 0.4, 0.1), ("Texas", 0.9, 0.85)]


@pytest.mark.parametrize(
    ("population", "empty", "saturated", "ample"),
    [(78.0, 1500.0, True, False), (10.0, 140.0, False, False), (0.5, 2.0, False, True)],
)
def test_a_pool_so_short_or_so_large_that_advice_says_little_is_told_apart(
    population: float, empty: float, *, saturated: bool, ample: bool
) -> None:
    gain = {"way": "population", "seats": {"mean": population}}
    values = {"gains": [gain], "at_most": 80, "seats": 3000.0, "empty": {"mean": empty}}
    assert showing.is_saturated(values) is saturated
    assert showing.is_ample(values) is ample


def test_of_one_year_alone_no_interval_is_shown() -> None:
    one = {"mean": 5.0, "low": None, "high": None, "runs": 1}
    assert showing.between(one) == "one run alone: no interval"
    (bar,) = showing.gain_bars({"gains": [{"way": "ours", "seats": one}]}, "seats")
    assert (bar.text, bar.between, bar.whisker) == ("5.0", "one run alone: no interval", None)
