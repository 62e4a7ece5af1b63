"""Many years of trials in processes beside each other; each is one seed, so their order changes nothing."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
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
AHEAD = 3
"""Years for each process that are drawn before they are played."""


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


def play(years: Iterable[Year], told: Callable[[Outcomes], Told], *, processes: int = 0) -> Iterator[Told]:
    """Play years, and tell what `told` makes of each, in their order; how many processes play them changes nothing.

    Args:
        years: what to play; taken as they are needed, so that hundreds need not be there at once.
        told: a function of a module; what it returns crosses processes.
        processes: how many at once; 0: one for each core. 1 plays in this process.
    """
    count = processes or cores()
    if count == 1:
        yield from map(partial(_one, told), years)
        return
    with ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=stop_with_parent, initargs=(os.getpid(),)
    ) as pool:
        waiting: deque[Future[Told]] = deque()
        for year in years:
            waiting.append(pool.submit(_one, told, year))
            if len(waiting) > AHEAD * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one(told: Callable[[Outcomes], Told], year: Year) -> Told:
    return told(fast.simulate(year.members, year.incidents, year.terms, year.seed))


def figures(years: Iterable[Year], *, processes: int = 0) -> list[dict[str, float | None]]:
    """Every measure of each year (`measures.MEASURES`)."""
    return list(play(years, measures.figures, processes=processes))
