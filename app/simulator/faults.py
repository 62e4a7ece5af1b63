"""What goes wrong on purpose, as shares of 1, and dice that fall the same way for the same seed."""

from collections import Counter
from random import Random
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Faults:
    """How often the carrier fails, and how (twilio.md 2, 3, 5, 6, 7). Nothing does by default."""

    busy: Share = 0.0
    """A create is refused with 429/20429: never processed."""
    most_a_second: Annotated[int, Field(ge=0)] = 0
    """More creates than that within a second are refused with 429/20429; 0: any number is taken."""
    error_untaken: Share = 0.0
    """A create is answered with 500, and was not processed."""
    error_taken: Share = 0.0
    """A create is answered with 500, although it was processed."""
    silence_taken: Share = 0.0
    """A create is processed, and not answered for `silence_s`."""
    silence_s: float = 30.0
    """Real seconds, because it is the client that waits."""
    undelivered: Share = 0.0
    """A text ends as undelivered."""
    undelivered_code: int = 30003
    dropped_callbacks: Share = 0.0
    doubled_callbacks: Share = 0.0
    late_callbacks: Share = 0.0
    """A callback comes up to three minutes late, and so after those that should follow it."""
    lost_webhooks: Share = 0.0
    """The webhook of an incoming text never comes; the text is in the list."""
    doubled_webhooks: Share = 0.0


class Dice:
    """Falls by seed, fault, number and how often it was rolled: not by the order in which numbers are served."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._rolled: Counter[tuple[str, str]] = Counter()

    def roll(self, what: str, number: str) -> float:
        """A number from 0 up to 1."""
        self._rolled[what, number] += 1
        return Random(f"{self.seed}:{what}:{number}:{self._rolled[what, number]}").random()  # noqa: S311 - not a secret

    def memory(self) -> Counter[tuple[str, str]]:
        """How often each was rolled."""
        return self._rolled

    def remember(self, rolled: Counter[tuple[str, str]]) -> None:
        """Take up what was kept."""
        self._rolled = rolled

    def falls(self, share: float, what: str, number: str) -> bool:
        """Whether it happens this time."""
        return share > 0 and self.roll(what, number) < share
