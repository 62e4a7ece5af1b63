"""A scenario played: incidents, people or rules changed, and called out in memory. Pure: one draw for all ways."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from app.experts.taxonomy import DISCIPLINES
from app.rosters.rules import NATION, ReserveRule, Rules
from app.trials import fast, measures
from app.trials.fast import Terms
from app.trials.incidents import Incident
from app.whatif.scenarios import Draw, Scenario

KILLED, INJURED = 9, 30
"""Of each of the two incidents: a whole team of ten seats goes."""


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
    random = Random(f"{draw.seed}:night")  # noqa: S311 - as above
    night = draw.middle.replace(hour=4, minute=0, second=0, microsecond=0)
    places = [random.choice(draw.places), random.choice(draw.places)]
    more = [
        replace(
            place, kind="mass_violence", killed=KILLED, injured=INJURED, is_synthetic=True, occurred_at=night,
            filed_at=night + timedelta(minutes=20 + 40 * number), agency=f"{place.agency} (night {number + 1})",
        )
        for number, place in enumerate(places)
    ]  # fmt: skip
    return sorted([*draw.incidents, *more], key=lambda one: one.filed_at)
