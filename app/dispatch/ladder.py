"""The ladder of an offer: what is tried when, by priority (domain.md 5.5). Pure: facts in, next rung out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

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
LADDERS: dict[Priority, tuple[Rung, ...]] = {
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


def index_of(priority: Priority, step: Step) -> int:
    """The number of the rung that does `step`; of a step the ladder lacks, the next one after it in the day's order."""
    order = list(Step)
    return next(n for n, rung in enumerate(LADDERS[priority]) if order.index(rung.step) >= order.index(step))


def reply_by(start: datetime, priority: Priority) -> datetime:
    """When an offer first made at `start` runs out."""
    return start + LADDERS[priority][-1].after


def due(start: datetime, priority: Priority, number: int) -> datetime:
    """When rung `number` is due."""
    return start + LADDERS[priority][number].after
