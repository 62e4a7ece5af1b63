"""State machines as data: states, verbs, and one table of arrows each."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from app.core.problems import WrongState

State = TypeVar("State", bound=StrEnum)


class Machine(Generic[State]):
    """The arrows of one kind of thing.

    Args:
        name: the thing, in the field's word, as sentences name it.
        arrows: (state, verb) to the state that follows. Verbs say what happened, never the state wanted.
    """

    def __init__(self, name: str, arrows: Mapping[tuple[State, str], State]) -> None:
        self.name = name
        self.arrows = dict(arrows)

    def after(self, state: State, verb: str) -> State:
        """The state that follows.

        Raises:
            WrongState: no such arrow; the sentence names both.
        """
        try:
            return self.arrows[state, verb]
        except KeyError:
            raise WrongState(
                f"This {self.name} is {state.replace('_', ' ')}; it cannot {verb.replace('_', ' ')} now."
            ) from None

    def can(self, state: State, verb: str) -> bool:
        """Whether `verb` may happen in `state`."""
        return (state, verb) in self.arrows

    def steps(self) -> set[tuple[str, str]]:
        """Every (from, to) that the database's trigger must allow; staying put is always allowed."""
        return {(str(before), str(after)) for (before, _), after in self.arrows.items() if before != after}
