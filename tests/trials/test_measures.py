"""The figures of a run, and the words beside them."""

from app.trials.measures import RULES
from solver.rules import PERSON_RULES, TEAM_RULES


def test_every_rule_that_leaves_a_seat_empty_has_its_words() -> None:
    assert {rule.value for rule in (*PERSON_RULES, *TEAM_RULES)} <= RULES.keys()
