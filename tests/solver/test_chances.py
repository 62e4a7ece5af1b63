"""Chances: what an answer teaches, what it may not change, and whether what is said comes true."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.chances import Asked, Chance, Circumstances, Habits, chance_of, learned, prior_yes

HABITS = Habits()
NOON = Circumstances("VA", 12, 12)
histories = st.lists(st.builds(Asked, st.floats(0, 3000), st.sampled_from((True, False, None))), max_size=30)


@given(histories)
def test_a_chance_stays_between_never_and_always_whatever_was_answered(history: list[Asked]) -> None:
    found = chance_of(NOON, history, HABITS)
    assert 0 < found.yes < 1
    assert 0 < found.answers < 1


@given(histories, st.floats(0, 3000))
def test_a_yes_raises_a_no_lowers_and_silence_is_not_a_no(history: list[Asked], days: float) -> None:
    before = chance_of(NOON, history, HABITS)
    yes, no, silent = (chance_of(NOON, [*history, Asked(days, said)], HABITS) for said in (True, False, None))
    assert yes.yes >= before.yes >= no.yes
    assert silent.yes == before.yes
    assert silent.answers <= before.answers <= no.answers
    if days < HABITS.half_life_days:
        assert silent.answers < before.answers < no.answers


def test_an_old_answer_counts_less_and_half_after_its_half_life() -> None:
    new, old = (chance_of(NOON, [Asked(days, False)], HABITS).yes for days in (0, HABITS.half_life_days))
    twice = chance_of(NOON, [Asked(HABITS.half_life_days, False)] * 2, HABITS).yes
    assert new < old < prior_yes(NOON, HABITS)
    assert twice == pytest.approx(new)


def test_nobody_known_has_the_prior_of_discipline_notice_and_hour() -> None:
    day = prior_yes(NOON, HABITS)
    assert chance_of(NOON, [], HABITS).yes == day == pytest.approx(0.55)
    assert prior_yes(replace(NOON, hour=23), HABITS) < day
    assert prior_yes(replace(NOON, hour=7), HABITS) < day == prior_yes(replace(NOON, hour=8), HABITS)
    assert prior_yes(replace(NOON, notice_hours=3), HABITS) < day < prior_yes(replace(NOON, notice_hours=72), HABITS)
    assert prior_yes(replace(NOON, discipline="??"), HABITS) == HABITS.yes_unknown


def test_half_of_the_answers_come_in_the_median_time_and_some_never() -> None:
    chance = Chance(0.6, 0.9, median_minutes=8, spread=1)
    assert chance.answered_by(8) == pytest.approx(0.45)
    assert chance.answered_by(1e9) == pytest.approx(0.9)
    assert chance.answered_by(0) == chance.answered_by(-1) == 0
    assert chance.yes_within(1e9) == pytest.approx(0.54)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.99), st.floats(0, 300), st.floats(0, 300), st.floats(0, 100))
def test_longer_silence_never_makes_a_late_yes_likelier(
    yes: float, answers: float, left: float, silent: float, more: float
) -> None:
    chance = Chance(yes, answers)
    assert 0 <= chance.yes_within(left, silent) <= yes + 1e-12
    # What is left of the same hour: the time that passes in silence is gone.
    assert chance.yes_within(max(0.0, left - more), silent + more) <= chance.yes_within(left, silent) + 1e-9


def test_the_chance_after_silence_is_what_a_simulation_finds() -> None:
    chance, random = Chance(0.6, 0.9), Random(1)
    came = still = 0
    for _ in range(40_000):
        at = random.lognormvariate(2.0794, 1.0) if random.random() < 0.9 else 1e9
        if at > 10:
            still += 1
            came += at <= 30 and random.random() < 0.6
    assert chance.yes_within(20, 10) == pytest.approx(came / still, abs=0.01)


def test_what_everybody_answers_moves_the_prior_of_their_discipline_only() -> None:
    found = learned([Asked(0, False, "LE")] * 40 + [Asked(0, None, "VA")] * 40, HABITS)
    assert found.yes["LE"] == pytest.approx(0.25)
    assert found.yes["VA"] == HABITS.yes["VA"]


def test_chances_come_true() -> None:
    random = Random(7)
    bins: dict[int, list[tuple[float, bool]]] = {}
    for _ in range(30_000):
        # People differ as the prior says: Beta(6 x 0.55, 6 x 0.45).
        true = random.betavariate(3.3, 2.7)
        history = [Asked(0, random.random() < true) for _ in range(random.randint(0, 12))]
        said = chance_of(NOON, history, HABITS).yes
        bins.setdefault(int(said * 10), []).append((said, random.random() < true))
    for pairs in bins.values():
        if len(pairs) >= 1000:
            said, came = (sum(pair[n] for pair in pairs) / len(pairs) for n in (0, 1))
            assert came == pytest.approx(said, abs=4 * (0.25 / len(pairs)) ** 0.5)
