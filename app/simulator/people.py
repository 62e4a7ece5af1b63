"""Simulated experts: what they answer, when, and in which words. The same seed gives the same answers."""

import math
import re
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """How somebody deals with an offer."""

    YES = "yes"
    NO = "no"
    NEVER = "never"
    LATE = "late"
    """Says yes, when the time is over."""
    GARBLED = "garbled"
    """Nonsense first; a clear answer when asked again."""
    STOP = "stop"
    CONDITIONAL = "conditional"
    MANUAL = "manual"
    """A person plays this phone."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Share of each kind. Half of those asked say yes; one in twelve never answers (GAO on FEMA surge, solver.md)."""

    yes: float = 0.55
    no: float = 0.25
    never: float = 0.08
    late: float = 0.04
    garbled: float = 0.05
    stop: float = 0.01
    conditional: float = 0.02


@dataclass(frozen=True, slots=True)
class Reply:
    """Words that come after a while."""

    after: timedelta
    body: str


MEDIAN_MINUTES, SPREAD = 8.0, 0.9
"""Answer times by text are lognormal around this median."""
LATE_AFTER = timedelta(hours=5)
"""When late people answer: after the longest ladder of the first day."""
ASKED = re.compile(r"YES (\d{3}) or NO \1")
NOT_UNDERSTOOD = re.compile(r"did not understand")
YES_WORDS = ("YES {}", "Yes {}", "yes {}", "YES", "Y {}", "yes {} thanks", "I can go {}", "Yep", "yes I can", "{} yes")
NO_WORDS = ("NO {}", "No {}", "no {} sorry", "NO", "No, cant this time", "cant sorry", "N {}", "no {} kids are sick")
GARBLED_WORDS = ("pocket dial asdf", "who is this", "ok?", "k", "??", "new phone who dis")
CONDITIONAL_WORDS = ("yes {} in 2 hours", "yes but only until Friday", "maybe, depends on my shift")


class People:
    """Everybody with a simulated phone."""

    def __init__(self, seed: int = 0, mix: Mix | None = None) -> None:
        self.seed = seed
        self.mix = mix or Mix()
        self.names: dict[str, str] = {}
        self._kinds: dict[str, Kind] = {}
        self._answered: set[tuple[str, str]] = set()
        self._last_codes: dict[str, str] = {}

    def add(self, number: str, name: str, kind: Kind | None = None) -> None:
        """Give somebody a phone; `kind` fixes how they answer, else the mix decides offer by offer."""
        self.names[number] = name
        self.play(number, kind)

    def play(self, number: str, kind: Kind | None) -> None:
        """Fix how a phone answers, or leave it to the mix."""
        if kind is None:
            self._kinds.pop(number, None)
        else:
            self._kinds[number] = kind

    def is_manual(self, number: str) -> bool:
        """Whether a person plays this phone."""
        return number not in self.names or self._kinds.get(number) is Kind.MANUAL

    def kind(self, number: str, code: str) -> Kind:
        """How this phone deals with this offer."""
        if number in self._kinds:
            return self._kinds[number]
        random = self._random(number, code)
        shares = [(Kind(each.name), getattr(self.mix, each.name)) for each in fields(Mix)]
        return random.choices([kind for kind, _ in shares], [share for _, share in shares])[0]

    def _random(self, number: str, code: str, what: str = "") -> Random:
        return Random(f"{self.seed}:{number}:{code}:{what}")  # noqa: S311 - simulated people, not secrets

    def reply(self, number: str, body: str) -> Reply | None:
        """What a phone answers to a text of ours, if it answers."""
        asked = ASKED.search(body)
        if asked is None or self.is_manual(number):
            return None
        code = asked.group(1)
        self._last_codes[number] = code
        kind = self.kind(number, code)
        again = bool(NOT_UNDERSTOOD.search(body))
        if kind is Kind.NEVER or ((number, code) in self._answered and not again):
            return None
        self._answered.add((number, code))
        random = self._random(number, code, "again" if again else "first")
        words = self._words(kind, random, again=again).format(code)
        return Reply(LATE_AFTER if kind is Kind.LATE else self._after(random), words)

    def _after(self, random: Random) -> timedelta:
        minutes = random.lognormvariate(math.log(MEDIAN_MINUTES), SPREAD)
        return timedelta(minutes=max(minutes, 0.3))

    def _words(self, kind: Kind, random: Random, *, again: bool) -> str:
        if kind is Kind.STOP:
            return "STOP"
        if kind is Kind.CONDITIONAL:
            return random.choice(CONDITIONAL_WORDS)
        if kind is Kind.GARBLED:
            clear = "YES {}" if random.random() < 0.65 else "NO {}"
            return clear if again else random.choice(GARBLED_WORDS)
        return random.choice(NO_WORDS if kind is Kind.NO else YES_WORDS)

    def key(self, number: str) -> str | None:
        """Which key a phone presses when it is called about the last offer, or None: nobody picks up."""
        code = self._last_codes.get(number, "")
        if self.is_manual(number) or (number, code) in self._answered:
            return None
        kind = self.kind(number, code)
        if kind in (Kind.NEVER, Kind.LATE):
            return None
        self._answered.add((number, code))
        return {Kind.NO: "2", Kind.CONDITIONAL: "9"}.get(kind, "1")
