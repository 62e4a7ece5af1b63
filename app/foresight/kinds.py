"""Whom one could look for: kinds of recruits, each as the rules would see them. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.deployments.teams import TEAMS
from app.experts.taxonomy import DISCIPLINES
from app.foresight import sketch
from app.foresight.country import HOMES
from solver.problem import Expert, Place

FIRST_ID = 1 << 41
"""Recruits have ids from here on, so that nobody of the pool has the same."""
LEVEL = 2
"""At which a recruit has the expertise that seats of their disciplines require."""
SAYS_YES = 0.46
"""Chance that a recruit answers and says yes: the solver's prior, half of eleven in twelve."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of recruit: where they live, what they do, whether they can lead."""

    state: str
    disciplines: tuple[str, ...]
    leads: bool


def required_of(disciplines: Sequence[str]) -> tuple[str, ...]:
    """Expertise that any seat for these disciplines requires."""
    found = {
        slug
        for plans in TEAMS.values()
        for plan in plans
        if len(plan.disciplines) == 1 and plan.disciplines[0] in disciplines
        for slug in plan.required
    }
    return tuple(sorted(found))


def licences_by_state(experts: Sequence[Expert]) -> dict[str, tuple[str, ...]]:
    """Where clinicians of each state are licensed: at home, and where half of the pool's clinicians there are."""
    held: dict[str, list[set[str]]] = {}
    for expert in experts:
        if expert.licences:
            held.setdefault(expert.place.state, []).append(set(expert.licences))
    found = {}
    for state in HOMES:
        theirs = held.get(state, [])
        counts = Counter(one for licences in theirs for one in licences)
        usual = {one for one, count in counts.items() if 2 * count >= len(theirs)}
        found[state] = tuple(sorted(usual | {state}))
    return found


def kinds(*, may_lead: bool) -> list[Kind]:
    """Every kind of recruit that is looked at."""
    alone = [(code,) for code in DISCIPLINES]
    both = list(combinations(DISCIPLINES, 2))
    return [
        Kind(state, disciplines, leads)
        for state in HOMES
        for disciplines in (*alone, *both)
        for leads in ((False, True) if may_lead else (False,))
    ]


def expert_of(kind: Kind, number: int, licences: Mapping[str, tuple[str, ...]]) -> Expert:
    """A recruit of a kind, as the rules see them: new, without a deployment, licensed if a clinician."""
    home = HOMES[kind.state]
    held = dict.fromkeys(licences[kind.state], sketch.RENEWED) if "MH" in kind.disciplines else {}
    return Expert(
        FIRST_ID + number, f"Recruit {number}", Place(home.latitude, home.longitude, kind.state),
        frozenset(kind.disciplines), expertise=dict.fromkeys(required_of(kind.disciplines), LEVEL),
        languages={"en": 5}, papers_until=sketch.RENEWED, licences=held, is_leader=kind.leads,
    )  # fmt: skip
