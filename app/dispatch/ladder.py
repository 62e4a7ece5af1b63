"""The ladder of an offer: what is tried when, by priority (domain.md 5.5). Pure: facts in, next rung out.

How long a person has is a rule of the desk (`rosters/rules.py`); every rung has its share of that time. An offer keeps
the time it was made with in its `reply_by`: rules that change move no offer that is out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from app.requests.states import Priority


class Step(StrEnum):
    """What one rung does."""

    TEXT = "text"
    REMIND = "remind"
    CALL = "call"
    CALL_ALTERNATE = "call_alternate"
    ASK_NEXT = "ask_next"
    """The next person is asked as well; first yes has the seat."""
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step and when it is due, counted from the first contact."""

    after: timedelta
    step: Step


def _rungs(unit: timedelta, *steps: tuple[float, Step]) -> tuple[Rung, ...]:
    return tuple(Rung(unit * count, step) for count, step in steps)


MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
USUAL: dict[Priority, tuple[Rung, ...]] = {
    Priority.IMMEDIATE: _rungs(
        MINUTE,
        (0, Step.TEXT),
        (10, Step.REMIND),
        (20, Step.CALL),
        (35, Step.CALL_ALTERNATE),
        (45, Step.ASK_NEXT),
        (60, Step.EXPIRE),
    ),
    Priority.URGENT: _rungs(
        MINUTE, (0, Step.TEXT), (60, Step.REMIND), (120, Step.CALL), (180, Step.ASK_NEXT), (240, Step.EXPIRE)
    ),
    Priority.PLANNED: _rungs(
        HOUR, (0, Step.TEXT), (12, Step.REMIND), (24, Step.CALL), (48, Step.ASK_NEXT), (60, Step.EXPIRE)
    ),
}
"""The ladders as they are without any rule of the desk's own."""
DISTURBS = (Step.REMIND, Step.CALL, Step.CALL_ALTERNATE)
"""Steps that wait for the morning. The first text does too, but by the moment of asking itself."""


def _share(priority: Priority, number: int) -> float:
    """The part of the time to answer that has passed when a rung is due: 0 for the first, 1 for the last."""
    rungs = USUAL[priority]
    return rungs[number].after / rungs[-1].after


def rungs(priority: Priority, span: timedelta) -> list[Rung]:
    """The whole ladder for a time to answer."""
    return [Rung(span * _share(priority, number), rung.step) for number, rung in enumerate(USUAL[priority])]


@cache
def index_of(priority: Priority, step: Step) -> int:
    """The number of the rung that does `step`; of a step the ladder lacks, the next one after it in the day's order."""
    order = list(Step)
    return next(n for n, rung in enumerate(USUAL[priority]) if order.index(rung.step) >= order.index(step))


def due(start: datetime, until: datetime, priority: Priority, number: int) -> datetime:
    """When rung `number` of an offer is due that was first made at `start` and runs out at `until`."""
    return start + (until - start) * _share(priority, number)


def following(
    start: datetime, until: datetime, priority: Priority, number: int, since: Callable[[datetime], datetime]
) -> tuple[int, datetime]:
    """The rung that is climbed next, and when.

    Args:
        start: when the offer was first made.
        until: when it runs out.
        priority: of its request.
        number: of the first rung that is not climbed yet.
        since: from when the person may be disturbed, for a moment: itself, or the end of their night.

    Returns:
        Rung `number`. What would disturb the night waits for the morning, or is left out if that is too late for it.
    """
    while True:
        at = due(start, until, priority, number)
        if USUAL[priority][number].step not in DISTURBS or since(at) <= at:
            return number, at
        if since(at) < due(start, until, priority, number + 1):
            return number, since(at)
        number += 1
