"""Ways in which things could be, as changes of incidents, people or rules. Pure: the same draw for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random

from app.rosters.rules import NATION, ReserveRule, Rules
from app.trials import fast, measures
from app.trials.fast import Terms
from app.trials.incidents import Incident
from app.trials.members import Member

DISCIPLINES = ("LE", "VA", "MH", "CL")


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
    Scenario.RESERVES: "A part of each discipline stays free for the next incident, over the whole country.",
}
ASKABLE = tuple(one for one in Scenario if one is not Scenario.TODAY)
KILLED, INJURED = 9, 30
"""Of each of the two incidents: a whole team of ten seats goes."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of chance.

    Args:
        members: the pool.
        incidents: of these weeks.
        rules: of the desk.
        seed: of answers, and of what a scenario draws.
        floor_percent: of each discipline that reserves keep free.
    """

    members: Sequence[Member]
    incidents: Sequence[Incident]
    rules: Rules
    seed: int
    floor_percent: int


def played(draw: Draw, scenario: Scenario) -> dict[str, float | None]:
    """The figures of a draw, played in one way. Runs in a process beside."""
    incidents = two_more(draw) if scenario is Scenario.TWO_IN_ONE_NIGHT else list(draw.incidents)
    return measures.figures(fast.simulate(draw.members, incidents, terms_of(draw, scenario), draw.seed))


def terms_of(draw: Draw, scenario: Scenario) -> Terms:
    """Rules and answers of a scenario."""
    terms = Terms(rules=draw.rules)
    if scenario is Scenario.CLINICIANS_DECLINE:
        return replace(terms, declining=half_of_clinicians(draw))
    if scenario is Scenario.LONGER_REST:
        return replace(terms, rules=rested_longer(draw.rules))
    if scenario is Scenario.RESERVES:
        return replace(terms, rules=with_reserves(draw))
    return terms


def half_of_clinicians(draw: Draw) -> frozenset[int]:
    """Every second expert of mental health, drawn."""
    random = Random(f"{draw.seed}:decline")  # noqa: S311 - chance of a trial, not a secret
    clinicians = sorted(member.id for member in draw.members if "MH" in member.disciplines)
    return frozenset(random.sample(clinicians, len(clinicians) // 2))


def rested_longer(rules: Rules) -> Rules:
    """A day more of rest after a short stay than two."""
    short = max(3, rules.rest_days_short)
    medium = max(short, rules.rest_days_medium)
    long = max(medium, rules.rest_days_long)
    return rules.model_copy(update={"rest_days_short": short, "rest_days_medium": medium, "rest_days_long": long})


def with_reserves(draw: Draw) -> Rules:
    """A floor for each discipline over the whole country, beside those of the rules for regions."""
    counts = {name: sum(name in member.disciplines for member in draw.members) for name in DISCIPLINES}
    floors = {name: count * draw.floor_percent // 100 for name, count in counts.items()}
    kept = [one for one in draw.rules.reserves if one.region != NATION]
    national = [ReserveRule(discipline=n, region=NATION, floor=floor) for n, floor in floors.items() if floor]  # type: ignore[arg-type]
    return draw.rules.model_copy(update={"reserves": tuple(kept + national)})


def two_more(draw: Draw) -> list[Incident]:
    """The incidents with two of mass violence more, within an hour of the same night."""
    ordered = sorted(draw.incidents, key=lambda one: one.filed_at)
    random = Random(f"{draw.seed}:night")  # noqa: S311 - as above
    first, last = ordered[0].filed_at, ordered[-1].filed_at
    night = (first + (last - first) / 2).replace(hour=4, minute=0, second=0, microsecond=0)
    places = [random.choice(ordered), random.choice(ordered)]
    more = [
        replace(
            place, kind="mass_violence", killed=KILLED, injured=INJURED, is_synthetic=True, occurred_at=night,
            filed_at=night + timedelta(minutes=20 + 40 * number), agency=f"{place.agency} (night {number + 1})",
        )
        for number, place in enumerate(places)
    ]  # fmt: skip
    return sorted([*ordered, *more], key=lambda one: one.filed_at)
