"""Other ways of recruiting, to hold advice against: where people live, or anywhere. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.foresight import sketch
from app.foresight.country import HOMES, PEOPLE
from app.foresight.kinds import FIRST_ID, licences_by_state
from solver.problem import Expert, Place


def like_the_pool(experts: Sequence[Expert], states: Sequence[str], seed: int) -> list[Expert]:
    """Recruits as the pool's people are, each in one of these states: skills drawn from all of them, papers valid."""
    random = np.random.default_rng(seed)
    licences = licences_by_state(experts)
    grown = [one for one in experts if not one.is_trainee]
    found = []
    for number, state in enumerate(states):
        like = grown[int(random.integers(len(grown)))]
        home = HOMES[state]
        held = dict.fromkeys(licences[state], sketch.RENEWED) if like.licences else {}
        found.append(
            replace(
                like, id=FIRST_ID + number, name=f"Recruit {number}", licences=held, busy=(), eligible_from=0,
                place=Place(home.latitude, home.longitude, state), served=(), exposure=0.0, employer=None,
                papers_until=sketch.RENEWED, conflicts=frozenset(),
            )
        )  # fmt: skip
    return found


def by_population(experts: Sequence[Expert], count: int, seed: int) -> list[Expert]:
    """Recruits where people live: states drawn by their population."""
    random = np.random.default_rng(seed)
    shares = np.array(list(PEOPLE.values()))
    states = random.choice(list(PEOPLE), count, p=shares / shares.sum())
    return like_the_pool(experts, [str(state) for state in states], seed + 1)


def at_random(experts: Sequence[Expert], count: int, seed: int) -> list[Expert]:
    """Recruits anywhere: every state is as likely."""
    states = np.random.default_rng(seed).choice(list(PEOPLE), count)
    return like_the_pool(experts, [str(state) for state in states], seed + 1)
