"""The exposure ledger counts facts, halves with time, and never goes below nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.experts.exposure import POLICY, Facts, load_at, points_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACTS = Facts("in_custody_death", has_children=False, had_death_notification=False, position="VA", is_remote=False,
              days_on_site=3, long_days=0)  # fmt: skip
WEIGHTS = st.lists(st.tuples(st.integers(0, 700), st.floats(0, 200)), max_size=8)


def test_mass_violence_with_children_counts_most_and_a_consultation_from_home_least() -> None:
    worst = replace(FACTS, incident_type="mass_shooting", has_children=True, days_on_site=5, long_days=3)
    least = replace(FACTS, incident_type="high_profile_trial_or_verdict", position="LEX", is_remote=True)
    assert points_of(worst) > points_of(FACTS) > points_of(least) > 0


def test_points_are_half_after_a_half_life() -> None:
    entries = [(NOW - timedelta(days=POLICY.half_life_days), 40.0), (NOW, 10.0)]
    assert load_at(entries, NOW) == 30.0


@given(WEIGHTS, st.integers(1, 200))
def test_a_load_only_falls_while_nothing_is_added(weights: list[tuple[int, float]], days: int) -> None:
    entries = [(NOW - timedelta(days=back), points) for back, points in weights]
    now, later = load_at(entries, NOW), load_at(entries, NOW + timedelta(days=days))
    assert 0 <= later <= now <= sum(points for _, points in weights) + 1e-6
