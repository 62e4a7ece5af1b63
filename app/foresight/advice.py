"""What recruiting advice is asked with, and what it says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.foresight import demand
from app.foresight.kinds import SAYS_YES, Kind
from app.trials.intervals import Interval
from solver.problem import Expert, Policy

ENOUGH, ENOUGH_HELD_OUT = 3500, 7000
"""Invented incidents to choose by, and to judge by: a rare incident needs more years to be seen."""
YEARS, HELD_OUT_YEARS = (3, 10), (6, 10)
"""At least and at most so many years of them."""


def years_for(a_year: float, enough: int, bounds: tuple[int, int]) -> int:
    """How many years hold enough incidents, within bounds."""
    return max(bounds[0], min(bounds[1], round(enough / max(a_year, 1.0))))


@dataclass(frozen=True, slots=True)
class Wish:
    """All that advice is worked out from; the same wish has the same advice to the last bit.

    Args:
        experts: the pool, as the rules see it.
        demand: of which years are invented.
        policy: the rules.
        count: how many to recruit.
        seed: of years and answers.
        may_lead: whether people able to lead a team can be looked for.
        within_hours: a seat counts as filled only by somebody on site within so many hours; None: as asked for.
        says_yes: expert to the chance of an answer that is a yes; one number for all.
        training_years: to choose by; None: as many as hold `ENOUGH` incidents.
        held_out_years: to judge by; None: as many as hold `ENOUGH_HELD_OUT`.
    """

    experts: Sequence[Expert]
    demand: demand.Demand
    policy: Policy = field(default_factory=Policy)
    count: int = 20
    seed: int = 1
    may_lead: bool = True
    within_hours: int | None = None
    says_yes: Mapping[int, float] | float = SAYS_YES
    training_years: int | None = None
    held_out_years: int | None = None

    @property
    def training(self) -> range:
        """Numbers of the years that recruits are chosen by."""
        return range(self.training_years or years_for(self.demand.a_year, ENOUGH, YEARS))

    @property
    def held_out(self) -> range:
        """Numbers of the years that nothing is chosen by."""
        count = self.held_out_years or years_for(self.demand.a_year, ENOUGH_HELD_OUT, HELD_OUT_YEARS)
        return range(500, 500 + count)


@dataclass(frozen=True, slots=True)
class Recruit:
    """One recommendation.

    Args:
        kind: whom.
        expertise: slugs that seats of these disciplines require.
        languages: tags that the incidents they are for often ask for.
        licences: states in which a clinician should be licensed.
        seats: empty seats they would fill in a year.
        codes: the seats they are for, the most frequent first.
    """

    kind: Kind
    expertise: tuple[str, ...]
    languages: tuple[str, ...]
    licences: tuple[str, ...]
    seats: Interval
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """What so many recruits of one way add in a year that was not chosen by.

    Args:
        way: "ours", "population" or "random".
        recruits: how many.
        seats: more of them filled.
        teams: more of them complete.
        seats_times: how many times as many seats ours fill on the same years; None of ours, and over nought.
        teams_times: the same for complete teams.
    """

    way: str
    recruits: int
    seats: Interval
    teams: Interval
    seats_times: Interval | None = None
    teams_times: Interval | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer.

    Args:
        people: in the pool.
        training_years: invented years that recruits were chosen by.
        held_out_years: other ones, by which ways are compared.
        incidents: of a year, on average.
        seats: of a year, on average.
        empty: seats that stay empty in a year as it is.
        incomplete: teams that stay without somebody.
        at_most: seats that so many recruits can fill in a year, by the cap on deployments.
        recruits: in the order in which to recruit.
        gains: of ours, of recruiting by population, and at random, on the same held-out years.
        growth: of the first recruits of ours.
    """

    people: int
    training_years: int
    held_out_years: int
    incidents: float
    seats: float
    empty: Interval
    incomplete: Interval
    at_most: int
    recruits: tuple[Recruit, ...]
    gains: tuple[Gain, ...]
    growth: tuple[Gain, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)
