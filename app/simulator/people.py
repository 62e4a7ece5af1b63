"""Simulated experts: what they answer, when, and in which words. The same seed gives the same answers.

What somebody does about an offer is drawn from the seed, the number and the offer's code alone: neither the order of
events nor the other people change it, so a replay can be played again.
"""

import math
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as checked

from app.simulator import words
from app.simulator.faults import Share


class Kind(StrEnum):
    """How somebody deals with an offer."""

    YES = "yes"
    NO = "no"
    NEVER = "never"
    """No text back; calls end at a machine, busy, or with nobody."""
    BUSY = "busy"
    """No text back; the line is busy."""
    LATE = "late"
    """Says yes, when the time is over."""
    GARBLED = "garbled"
    """Nonsense first; a clear answer when asked again."""
    STOP = "stop"
    CONDITIONAL = "conditional"
    MANUAL = "manual"
    """A person plays this phone."""


@checked(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Mix:
    """Share of each kind. Half of those asked say yes; one in twelve never answers (GAO on FEMA surge, solver.md)."""

    yes: Share = 0.55
    no: Share = 0.25
    never: Share = 0.08
    late: Share = 0.04
    garbled: Share = 0.05
    stop: Share = 0.01
    conditional: Share = 0.02

    def drawn(self, random: Random) -> Kind:
        """A kind by its share; all zero: nobody answers."""
        shares = [(Kind(each.name), float(getattr(self, each.name))) for each in fields(self)]
        if not any(share for _, share in shares):
            return Kind.NEVER
        return random.choices([kind for kind, _ in shares], [share for _, share in shares])[0]


SETTLED_AFTER = timedelta(days=1)
"""Whoever is called so long after an answer of theirs is called about something else."""
FORGOTTEN_AFTER = timedelta(days=7)
"""A code that comes again after that is another offer; the service keeps one free for 30 days."""


@dataclass(slots=True)
class Ask:
    """One offer as the person asked sees it.

    Args:
        kind: how they deal with it.
        since: when they were asked first.
        random: their dice about it; how far they are makes no other ask of it.
        leans_yes: what the garbled mean.
        is_pending: they mean to text, and have not yet.
        is_answered: they have said what they had to say.
        was_garbled: nonsense has been sent, or is about to be.
    """

    number: str
    code: str
    kind: Kind
    since: datetime
    random: Random = field(compare=False)
    leans_yes: bool
    is_pending: bool = False
    is_answered: bool = False
    was_garbled: bool = False

    @property
    def is_yes(self) -> bool:
        """Whether they would go."""
        return self.leans_yes if self.kind is Kind.GARBLED else self.kind is not Kind.NO

    def is_over(self, now: datetime) -> bool:
        """Whether a call now must be about something else."""
        return now - self.since > (SETTLED_AFTER if self.is_answered else FORGOTTEN_AFTER)


Memory = tuple[dict[tuple[str, str], Ask], dict[str, Ask]]
"""(Number, code) to an offer, and number or name to the latest one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Words that will come at a moment, unless they are said otherwise before."""

    at: datetime
    body: str
    ask: Ask
    is_clear: bool = True


class Pickup(StrEnum):
    """What becomes of a ringing phone."""

    PERSON = "person"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NOBODY = "nobody"


MEDIAN_MINUTES, SPREAD = 8.0, 0.9
"""Answer times by text are lognormal around this median."""
AGAIN_MEDIAN_MINUTES = 3.0
"""With the phone in the hand it goes faster."""
LATE_MEDIAN_MINUTES = 25.0
"""How long after the deadline late people answer."""
LEANING_YES = 0.65
LATE_AFTER = timedelta(hours=5)
"""The same for a text without a deadline we can read."""


class People:
    """Everybody with a simulated phone."""

    def __init__(self, seed: int = 0, mix: Mix | None = None) -> None:
        self.seed = seed
        self.mix = mix or Mix()
        self.late_after: timedelta | None = None
        """How long late people take; None: until after the time that the text names."""
        self.names: dict[str, str] = {}
        self._kinds: dict[str, Kind] = {}
        self._mixes: dict[str, Mix] = {}
        self._asks: dict[tuple[str, str], Ask] = {}
        self._latest: dict[str, Ask] = {}

    def add(self, number: str, name: str, kind: Kind | None = None, mix: Mix | None = None) -> None:
        """Give somebody a phone; `kind` fixes how they answer, else the mix, their own or everybody's, decides."""
        self.names[number] = name
        self.set_behaviour(number, kind)
        if mix is not None:
            self._mixes[number] = mix

    def set_behaviour(self, number: str, kind: Kind | None) -> None:
        """Fix how a phone answers, or leave it to the mix."""
        if kind is None:
            self._kinds.pop(number, None)
        else:
            self._kinds[number] = kind

    def behaviour(self, number: str) -> Kind | None:
        """How a phone answers, if that is fixed."""
        return self._kinds.get(number, None if number in self.names else Kind.MANUAL)

    def is_manual(self, number: str) -> bool:
        """Whether a person plays this phone. Numbers nobody has told us about are never played for them."""
        return self.behaviour(number) is Kind.MANUAL

    # What a replay keeps, to go on from there

    def memory(self) -> Memory:
        """Every offer they remember, and the latest of each phone."""
        return self._asks, self._latest

    def remember(self, memory: Memory) -> None:
        """Take up what was kept."""
        self._asks, self._latest = memory

    # Texts

    def hears(self, number: str, body: str, now: datetime) -> list[Reply]:
        """What a phone will answer to a text of ours: nothing, one thing, or one thing about each offer."""
        if self.is_manual(number):
            return []
        which = words.WHICH_ONE.search(body)
        if which is not None:
            asks = (self._asks.get((number, code)) for code in words.CODE.findall(which[1]))
            return [self._with_code(ask, now) for ask in asks if ask is not None and ask.is_answered]
        asked = words.ASKED.search(body)
        reply = self._reply(self._ask(number, asked[1], now), body, now) if asked else None
        return [reply] if reply else []

    def says(self, reply: Reply) -> bool:
        """Whether a reply that is due is still sent: not when it was given by phone, or somebody else plays now."""
        if not reply.ask.is_pending or self.is_manual(reply.ask.number):
            return False
        reply.ask.is_pending = False
        reply.ask.is_answered = reply.is_clear
        return True

    def overrule(self, number: str) -> None:
        """Somebody else has just answered with this phone: nothing that was meant to be sent still is."""
        for ask in self._asks.values():
            if ask.number == number and ask.is_pending:
                ask.is_pending, ask.is_answered = False, True

    def _ask(self, number: str, code: str, now: datetime) -> Ask:
        """What is known of this offer, or a new one. Until it is dealt with, a fixed behaviour still applies to it."""
        ask = self._asks.get((number, code))
        if ask is None or now - ask.since > FORGOTTEN_AFTER:
            ask = self._asks[number, code] = self._drawn(number, code, now, ask)
        if number in self._kinds and not (ask.is_pending or ask.is_answered):
            ask.kind = self._kinds[number]
        self._latest[number] = self._latest[self.names.get(number, number)] = ask
        return ask

    def _drawn(self, number: str, code: str, now: datetime, forgotten: Ask | None) -> Ask:
        nth = forgotten.since.astimezone(UTC).isoformat() if forgotten else ""
        random = Random(f"{self.seed}:{number}:{code}:{nth}")  # noqa: S311 - simulated people, not secrets
        kind = self._mixes.get(number, self.mix).drawn(random)
        return Ask(number, code, kind, now, random, leans_yes=random.random() < LEANING_YES)

    def _reply(self, ask: Ask, body: str, now: datetime) -> Reply | None:
        if ask.is_pending or ask.is_answered or ask.kind in (Kind.NEVER, Kind.BUSY):
            return None
        ask.is_pending = True
        if ask.kind is Kind.GARBLED and not ask.was_garbled:
            ask.was_garbled = True
            nonsense = words.one_of(ask.random, words.GARBLED_WORDS, ask.code)
            return Reply(now + _minutes(ask.random), nonsense, ask, is_clear=False)
        if ask.kind is Kind.LATE:
            at = now + self.late_after if self.late_after else _too_late(ask.random, body, now)
            return Reply(at, _answer(ask), ask)
        median = AGAIN_MEDIAN_MINUTES if ask.was_garbled else MEDIAN_MINUTES
        return Reply(now + _minutes(ask.random, median), _answer(ask), ask)

    def _with_code(self, ask: Ask, now: datetime) -> Reply:
        ask.is_pending = True
        said = f"{'YES' if ask.is_yes else 'NO'} {ask.code}"
        return Reply(now + _minutes(ask.random, AGAIN_MEDIAN_MINUTES), said, ask)

    # Calls

    def picks_up(self, number: str, now: datetime) -> tuple[Pickup, list[str]]:
        """What becomes of a call to a phone, and which keys are pressed, one for each time a key is asked for."""
        if self.is_manual(number):
            return Pickup.NOBODY, []
        ask = self._on_their_mind(number, now)
        if ask.kind is Kind.BUSY:
            return Pickup.BUSY, []
        if ask.kind in (Kind.NEVER, Kind.LATE):
            return ask.random.choices((Pickup.NOBODY, Pickup.VOICEMAIL, Pickup.BUSY), (5, 4, 1))[0], []
        key = "1" if ask.is_yes else "2"
        keys = {Kind.CONDITIONAL: ["9"], Kind.STOP: ["2"], Kind.GARBLED: ["7", key]}.get(ask.kind, [key])
        ask.is_pending, ask.is_answered = False, True
        return Pickup.PERSON, keys

    def _on_their_mind(self, number: str, now: datetime) -> Ask:
        """What somebody who is called makes of it: as of the latest question that they were texted, or of this day's.

        Who wants no texts hears of every question by phone. They say the same to every call of one day (in UTC), and
        make up their mind anew the next.
        """
        ask = self._latest.get(number) or self._latest.get(self.names[number])
        if ask is not None and not ask.is_over(now):
            return ask
        today = self._drawn(number, f"{now.astimezone(UTC):%Y-%m-%d}", now, None)
        today.kind = self._kinds.get(number, today.kind)
        return today


def _answer(ask: Ask) -> str:
    clear = words.YES_WORDS if ask.is_yes else words.NO_WORDS
    ways = {
        Kind.STOP: words.STOP_WORDS,
        Kind.CONDITIONAL: words.CONDITIONAL_WORDS,
        Kind.GARBLED: clear[:6],  # asked twice, they do as they are told
    }.get(ask.kind, clear)
    return words.one_of(ask.random, ways, ask.code)


def _minutes(random: Random, median: float = MEDIAN_MINUTES) -> timedelta:
    return timedelta(minutes=max(random.lognormvariate(math.log(median), SPREAD), 0.3))


def _too_late(random: Random, body: str, now: datetime) -> datetime:
    end = words.deadline(body, now)
    return end + _minutes(random, LATE_MEDIAN_MINUTES) if end else now + LATE_AFTER
