"""Many years of trials in processes beside each other; each is one seed, so their order changes nothing."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from app.core.leash import stop_with_parent
from app.trials import fast, measures
from app.trials.fast import Terms
from app.trials.incidents import Incident
from app.trials.members import Member
from app.trials.outcomes import Outcomes

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Year:
    """One year to play.

    Args:
        members: the pool.
        incidents: of the year.
        terms: rules and how people answer.
        seed: of the answers.
    """

    members: Sequence[Member]
    incidents: Sequence[Incident]
    terms: Terms
    seed: int


def play(years: Sequence[Year], told: Callable[[Outcomes], Told], *, processes: int = 0) -> Iterator[Told]:
    """Play years, and tell what `told` makes of each, in their order.

    Args:
        years: what to play.
        told: a function of a module; what it returns crosses processes.
        processes: how many at once; 0: one for each core. 1 plays in this process.
    """
    count = processes or os.cpu_count() or 1
    if count == 1 or len(years) == 1:
        yield from map(partial(_one, told), years)
        return
    with ProcessPoolExecutor(
        min(count, len(years)), mp_context=get_context("spawn"), initializer=stop_with_parent, initargs=(os.getpid(),)
    ) as pool:
        yield from pool.map(partial(_one, told), years)


def _one(told: Callable[[Outcomes], Told], year: Year) -> Told:
    return told(fast.simulate(year.members, year.incidents, year.terms, year.seed))


def figures(years: Sequence[Year], *, processes: int = 0) -> list[dict[str, float | None]]:
    """Every measure of each year (`measures.MEASURES`)."""
    return list(play(years, measures.figures, processes=processes))
