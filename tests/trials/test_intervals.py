"""Intervals: Student's t at one level, none of one run alone."""

import numpy as np
import pytest

from app.trials import words
from app.trials.intervals import interval, interval_of, ratio_of, students_t
from app.trials.measures import BY_NAME, MEASURES, intervals
from bench.load.soak import growth


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228), (30, 2.042), (120, 1.980)],
)
def test_students_t_is_that_of_the_tables(freedom: int, t: float) -> None:
    assert students_t(freedom) == pytest.approx(t, abs=0.0006)


def test_an_interval_is_the_mean_and_students_t_of_the_runs_that_have_a_value() -> None:
    found = interval([10.0, None, 12.0, 14.0])
    assert found is not None
    assert found.runs == 3
    assert found.bounds == pytest.approx((12 - 4.3027 * 2 / 3**0.5, 12 + 4.3027 * 2 / 3**0.5), abs=1e-3)
    assert interval([None]) is None


def test_of_one_run_alone_there_is_no_interval_and_that_is_said() -> None:
    one = interval_of([5.0])
    assert (one.mean, one.low, one.high, one.runs) == (5.0, None, None, 1)
    assert not one.is_clear
    assert words.between(one) == words.range_of(BY_NAME["miles"], one) == "one run alone: no interval"
    assert words.range_of(BY_NAME["miles"], None) == ""


def test_an_interval_ends_where_the_value_cannot_be() -> None:
    runs = [{one.name: 1.0 for one in MEASURES} | {"fill_rate": rate} for rate in (1.0, 0.98)]
    found = intervals(runs)["fill_rate"]
    assert found is not None
    assert found.high == 1
    assert found.low == pytest.approx(0.99 - 12.706 * 0.01, abs=1e-3)
    assert interval_of([5.0]).within(0, 1).low is None


def test_nineteen_of_twenty_intervals_hold_the_true_mean() -> None:
    random = np.random.default_rng(5)
    found = [interval_of(random.normal(3, 2, 5).tolist()).bounds or (0.0, 0.0) for _ in range(2000)]
    assert np.mean([low <= 3 <= high for low, high in found]) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("looks", "alike"), [(15, 0.0), (48, 0.5)])
def test_nineteen_of_twenty_soaks_hold_the_true_growth(looks: int, alike: float) -> None:
    random, held = np.random.default_rng(7), 0
    for _ in range(200):
        over = list(random.normal(size=1))
        while len(over) < looks:
            over.append(alike * over[-1] + (1 - alike**2) ** 0.5 * random.normal())
        found = growth([(60.0 * n, int((100 + 6 * n / 60 + each) * 2**20)) for n, each in enumerate(over)])
        held += abs(found.slope - 6) <= found.give
    assert held / 200 == pytest.approx(0.95, abs=0.04)


def test_a_ratio_on_the_same_runs_is_as_sure_as_the_runs_agree() -> None:
    sure = ratio_of([20, 40, 60], [10, 20, 30])
    assert sure is not None
    assert (sure.low, sure.mean, sure.high) == pytest.approx((2, 2, 2))
    apart = ratio_of([20, 10, 90], [10, 20, 30])
    assert apart is not None
    assert apart.bounds is not None
    assert apart.bounds[0] < 1 < apart.bounds[1]
    assert ratio_of([1.0], [0.0]) is None
    alone = ratio_of([3.0], [2.0])
    assert alone is not None
    assert (alone.mean, alone.bounds) == (1.5, None)
