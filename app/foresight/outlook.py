"""Readiness of the whole nation: every state and discipline now, and how it goes on over the next 90 days. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from app.core.places import STATES
from app.foresight import reach
from app.foresight.country import HOMES, PEOPLE
from app.foresight.reach import Person, Ways
from app.foresight.standard import HOURS, SEATS, VIEWS
from app.trials.intervals import PERCENTILES
from solver.chances import Habits
from solver.pool import Floats
from solver.problem import Expert, Place

DRAWS = 40
"""Hours of the day and willingness that each figure is worked out for."""
PLACES = 4
"""Of a state, at which a team is asked for."""
AHEAD_DAYS = (0, 15, 30, 45, 60, 75, 90)
AHEAD_DRAWS = 8
"""One for each hour of the day that is looked at."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that readiness is worked out from; the same question has the same answer to the last bit.

    Args:
        people: the pool, active experts only.
        ways: rules and how people are asked.
        now: the moment.
        seed: of the draws.
        places: state to where past incidents were; a state without any has its largest city.
        weights: state to its share in the nation's figure, by incidents expected or by people.
        habits: how people answer.
        answered: how many earlier answers the habits were learned from.
        ahead: days from now that are looked at.
    """

    people: Sequence[Person]
    ways: Ways
    now: datetime
    seed: int = 1
    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=lambda: PEOPLE)
    habits: Habits = field(default_factory=Habits)
    answered: int = 0
    ahead: Sequence[int] = AHEAD_DAYS


@dataclass(frozen=True, slots=True)
class Chance:
    """A chance, 0..1: its mean, and what 95 % of the draws lie between."""

    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class State:
    """Readiness of one state: view to a chance for each of `HOURS`, and how many may go, seat by seat."""

    views: Mapping[str, tuple[Chance, ...]]
    able: tuple[int, ...]
    places: int


@dataclass(frozen=True, slots=True)
class Day:
    """The nation so many days from now: view to a chance for each of `HOURS`, and the state's chances of a team.

    Args:
        day: from now.
        views: weighted over the states.
        teams: state to the chance of a whole team for each of `HOURS`.
        able: people with valid papers who are not away, resting or on assignment.
        lapsed: people whose papers end before that day, of those valid now.
        away: people away, resting or on assignment on that day.
    """

    day: int
    views: Mapping[str, tuple[float, ...]]
    teams: Mapping[str, tuple[float, ...]]
    able: int
    lapsed: int
    away: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer."""

    people: int
    draws: int
    nation: Mapping[str, tuple[Chance, ...]]
    states: Mapping[str, State]
    ahead: tuple[Day, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def places(question: Question, state: str) -> tuple[Place, ...]:
    """Where in a state a team is asked for."""
    home = HOMES[state]
    return reach.places_of(question.places, state, Place(home.latitude, home.longitude, state), PLACES)


def work_out(question: Question) -> Outlook:
    """Readiness now and ahead."""
    people = reach.People(question.people, question.ways, question.now)
    draws = reach.draws_of(people, question.habits, DRAWS, question.seed, question.answered)
    found = {state: _state(people, draws, places(question, state)) for state in STATES}
    shares = _shares(question.weights)
    nation = {
        view: tuple(
            _chance(np.sum([shares[s] * found[s][0][view][:, n] for s in STATES], axis=0)) for n in range(len(HOURS))
        )
        for view in VIEWS
    }
    states = {
        state: State(
            {view: tuple(_chance(drawn[view][:, n]) for n in range(len(HOURS))) for view in VIEWS},
            able, len(places(question, state)),
        )
        for state, (drawn, able) in found.items()
    }  # fmt: skip
    ahead = tuple(_day(question, day, shares) for day in question.ahead)
    return Outlook(len(question.people), DRAWS, nation, states, ahead)


def _state(
    people: reach.People, draws: Sequence[reach.Draw], where: Sequence[Place]
) -> tuple[dict[str, Floats], tuple[int, ...]]:
    """View to the chances of each draw and horizon, the mean over the places; and who may go."""
    views = {view: np.zeros((len(draws), len(HOURS))) for view in VIEWS}
    able: tuple[int, ...] = ()
    for place in where:
        here = reach.here(people, place, draws)
        views["team"] += here.team / len(where)
        for number, seat in enumerate(SEATS):
            views[seat.code] += here.seats[:, :, number] / len(where)
        able = here.able
    return views, able


def _shares(weights: Mapping[str, float]) -> dict[str, float]:
    total = sum(weights.get(state, 0.0) for state in STATES)
    return {state: weights.get(state, 0.0) / total for state in STATES}


def _chance(drawn: Floats) -> Chance:
    low, high = np.percentile(drawn, PERCENTILES)
    # Sums of many floats may pass one by their last bit.
    mean, low, high = (min(max(round(float(value), 6), 0.0), 1.0) for value in (drawn.mean(), low, high))
    return Chance(mean, min(low, mean), max(high, mean))


def _day(question: Question, day: int, shares: Mapping[str, float]) -> Day:
    """The nation some days from now: papers end, absences and rests come and go, nobody new is asked."""
    at = question.now + timedelta(days=day)
    people = reach.People(question.people, question.ways, at)
    draws = reach.draws_of(people, question.habits, AHEAD_DRAWS, question.seed, question.answered)
    means = {}
    for state in STATES:
        # The same places as today's: the middle one alone is the easiest to reach, and would promise too much.
        views, _ = _state(people, draws, places(question, state))
        means[state] = {view: views[view].mean(axis=0) for view in VIEWS}
    nation = {
        view: tuple(round(float(sum(shares[s] * means[s][view][n] for s in STATES)), 6) for n in range(len(HOURS)))
        for view in VIEWS
    }
    teams = {state: tuple(round(float(p), 6) for p in means[state]["team"]) for state in STATES}
    return Day(day, nation, teams, *_counted(question, at))


def _counted(question: Question, at: datetime) -> tuple[int, int, int]:
    """How many are able, lapsed and away at a moment."""
    now, then = int(question.now.timestamp() // 60), int(at.timestamp() // 60)
    valid = [one for one in question.people if one.expert.papers_until >= then]
    lapsed = sum(now <= one.expert.papers_until < then for one in question.people)
    away = sum(one.rests_from_questions(at) or _is_away(one.expert, then) for one in valid)
    return len(valid) - away, lapsed, away


def _is_away(expert: Expert, then: int) -> bool:
    return expert.eligible_from > then or any(span.start <= then < span.end for span in expert.busy)


def under(outlook: Outlook, floor: float, hours: int) -> tuple[str, ...]:
    """States whose chance of a whole team within `hours` is below `floor`, the lowest first."""
    column = HOURS.index(hours)
    chances = {state: one.views["team"][column].p for state, one in outlook.states.items()}
    return tuple(sorted((s for s, p in chances.items() if p < floor), key=lambda s: (chances[s], s)))
