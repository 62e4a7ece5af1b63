"""Settings that make no sense are named before anything starts."""

import pytest

from app.core.problems import SettingsMissing
from app.core.settings import get_settings
from tests.core.test_chain import SETTINGS


@pytest.fixture
def settings_of_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that an installation needs; a test changes what it is about."""
    for name, value in (SETTINGS | {"DATABASE_URL": "postgresql://x/x"}).items():
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()


@pytest.mark.usefixtures("settings_of_a_test")
@pytest.mark.parametrize(
    ("day", "month", "says"),
    [
        ("3", "0", "RRT_QUESTIONS_PER_MONTH: Input should be greater than or equal to 1"),
        ("3", "-1", "RRT_QUESTIONS_PER_MONTH: Input should be greater than or equal to 1"),
        ("3", "often", "RRT_QUESTIONS_PER_MONTH: Input should be a valid integer"),
        ("0", "10", "RRT_QUESTIONS_PER_DAY: Input should be greater than or equal to 1"),
        ("12", "10", "RRT_QUESTIONS_PER_MONTH is 10 and must not be less than RRT_QUESTIONS_PER_DAY, 12"),
    ],
)
def test_a_limit_of_questions_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, day: str, month: str, says: str
) -> None:
    monkeypatch.setenv("RRT_QUESTIONS_PER_DAY", day)
    monkeypatch.setenv("RRT_QUESTIONS_PER_MONTH", month)
    with pytest.raises(SettingsMissing, match=says):
        get_settings()


@pytest.mark.usefixtures("settings_of_a_test")
def test_as_many_questions_in_30_days_as_in_one_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RRT_QUESTIONS_PER_DAY", "10")
    assert get_settings().questions_per_month == 10
    get_settings.cache_clear()
