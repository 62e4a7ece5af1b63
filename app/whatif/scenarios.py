"""Ways in which things could be, and what one draw of chance is played with. Light: pages name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.rosters.rules import Rules
from app.trials.incidents import Incident
from app.trials.members import Member


class Scenario(StrEnum):
    """One way in which things could be."""

    TODAY = "today"
    TWO_IN_ONE_NIGHT = "two_in_one_night"
    CLINICIANS_DECLINE = "clinicians_decline"
    LONGER_REST = "longer_rest"
    RESERVES = "reserves"


TITLES = {
    Scenario.TODAY: "Today",
    Scenario.TWO_IN_ONE_NIGHT: "Two mass-violence incidents in one night",
    Scenario.CLINICIANS_DECLINE: "Half of the mental-health experts decline",
    Scenario.LONGER_REST: "Three days of rest instead of two",
    Scenario.RESERVES: "Reserve floors",
}
SAYS = {
    Scenario.TODAY: "The pool and the rules as they are now.",
    Scenario.TWO_IN_ONE_NIGHT: "In the middle of these weeks, within an hour, in two places where incidents happen.",
    Scenario.CLINICIANS_DECLINE: "Drawn anew each time; they answer, and say no.",
    Scenario.LONGER_REST: "After a stay of up to five days; longer stays rest no less.",
    Scenario.RESERVES: "A part of each discipline is kept free for the next, nationwide; no seat stays empty for it.",
}
ASKABLE = tuple(one for one in Scenario if one is not Scenario.TODAY)


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of chance.

    Args:
        members: the pool.
        incidents: of these weeks; there may be none.
        rules: of the desk.
        seed: of answers, and of what a scenario draws.
        floor_percent: of each discipline that reserves keep free.
        middle: of these weeks.
        places: incidents of places where more may happen.
    """

    members: Sequence[Member]
    incidents: Sequence[Incident]
    rules: Rules
    seed: int
    floor_percent: int
    middle: datetime
    places: Sequence[Incident]
