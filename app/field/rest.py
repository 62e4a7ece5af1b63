"""How long somebody rests after a deployment (domain.md 1.5). Pure; every number is data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.rosters.rules import Rules

HEAVY = frozenset({
    "mass_shooting", "house_of_worship_attack", "terrorism_or_bombing", "vehicle_ramming", "multi_victim_homicide",
    "mass_fatality_or_disaster", "school_or_campus_violence", "child_homicide_or_abduction", "lodd_felonious",
    "lodd_accident_or_medical",
})  # fmt: skip
"""Incidents of mass violence, the death of a child, or a death in the line of duty."""
CLOCK_CHANGE = timedelta(hours=1)
HEAVY_MODIFIERS = frozenset({"children", "officers_killed"})


@dataclass(frozen=True, slots=True)
class RestRules:
    """Days of rest by length of stay, and the clear days after the heaviest incidents."""

    short: int = 2
    """After up to five days on site."""
    medium: int = 3
    """After six or seven."""
    long: int = 4
    """After eight and more."""
    heavy: int = 14


RULES = RestRules()


def rules_of(desk: Rules) -> RestRules:
    """The desk's rules of rest (`rosters/rules.py`) as they are counted here."""
    return RestRules(desk.rest_days_short, desk.rest_days_medium, desk.rest_days_long)


def is_heavy(incident_type: str, modifiers: Collection[str]) -> bool:
    """Whether an incident calls for the long rest."""
    return incident_type in HEAVY or bool(HEAVY_MODIFIERS & set(modifiers))


def days_on_site(arrived: datetime, left: datetime) -> int:
    """Days on site, begun ones counted whole. The hour by which the clocks go back begins no day."""
    return max(1, -int(-(left - arrived - CLOCK_CHANGE) // timedelta(days=1)))


def days_of_rest(on_site: int, *, rules: RestRules = RULES) -> int:
    """Days after coming home in which nobody is asked, by days on site."""
    if on_site <= 5:
        return rules.short
    return rules.medium if on_site <= 7 else rules.long


def rested(home: datetime, on_site: int, *, heavy: bool, rules: RestRules = RULES) -> tuple[datetime, datetime]:
    """When the rest ends, and from when somebody may be asked again.

    Args:
        home: when they are home.
        on_site: days on site.
        heavy: whether the incident calls for the long rest.
        rules: the numbers.

    Returns:
        The end of the span that the seat takes, and the first moment for which they may be offered anything.
    """
    end = home + timedelta(days=days_of_rest(on_site, rules=rules))
    return end, home + timedelta(days=rules.heavy) if heavy else end
