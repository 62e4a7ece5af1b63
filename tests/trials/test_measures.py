"""The figures of a run, and the words beside them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.trials.measures import RULES, figures
from app.trials.outcomes import IncidentOutcome, Outcomes, SeatOutcome
from solver.rules import PERSON_RULES, TEAM_RULES


def test_every_rule_that_leaves_a_seat_empty_has_its_words() -> None:
    assert {rule.value for rule in (*PERSON_RULES, *TEAM_RULES)} <= RULES.keys()


FILED = datetime(2026, 11, 23, 17, tzinfo=UTC)


def _complete(minutes: int) -> IncidentOutcome:
    """A team of one that was complete so many minutes after it was asked for."""
    at = FILED + timedelta(minutes=minutes)
    seat = SeatOutcome(1, "TL", "Team leader", ("LE",), 7, filled_at=at, arrives_at=at + timedelta(hours=5), miles=90.0)
    return IncidentOutcome(
        0, FILED, FILED + timedelta(hours=24), "CO", "mass_violence", "T1", "immediate", 39.7, -105.0, (seat,), (), at
    )


@pytest.mark.parametrize(
    ("minutes", "half", "nine_of_ten"), [((10, 20), 15, 20), (tuple(range(1, 20)), 10, 18), ((10,), 10, None)]
)
def test_nine_of_ten_teams_never_took_longer_than_the_longest(
    minutes: tuple[int, ...], half: float, nine_of_ten: float | None
) -> None:
    found = figures(Outcomes(1, (7,), tuple(_complete(each) for each in minutes)))
    assert (found["minutes_to_full"], found["minutes_to_full_90"]) == (half, nine_of_ten)


def test_a_team_that_is_not_complete_or_late_counts_as_such_and_its_time_does_not() -> None:
    empty = replace(_complete(30), seats=(*_complete(30).seats, SeatOutcome(2, "LEX", "Peer", ("LE",))), full_at=None)
    late = replace(_complete(60), needed_by=FILED + timedelta(hours=5))
    found = figures(Outcomes(1, (7, 8), (_complete(20), empty, late)))
    assert found["fill_rate"] == 3 / 4
    assert found["full_rate"] == 2 / 3
    assert found["deadline_met"] == 1 / 3
    assert found["minutes_to_full"] == 40
    assert (found["unfilled"], found["never_asked"], found["most_deployments"]) == (1, 2, 3)
