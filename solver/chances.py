"""How likely somebody says yes, and how soon: learned from earlier answers, with a prior where there are few.

What a chance is used for: how many people must be asked, and when, so that a seat is filled in time (`waves.py`).
What it is not used for: who comes first. Within a seat people are asked in the order of the roster, which is made of
fit, journey and load; `waves.py` never passes over somebody for a low chance. A person who declines often is asked as
early as before, only somebody else is asked at the same time, or sooner. Declining has no price (domain.md, care, 4).

The model: three outcomes. Somebody answers with chance `answers`; who answers says yes with chance `yes`; the time of
an answer is lognormal, the same for a yes and a no. `yes` and `answers` are means of Beta posteriors: the prior mean
comes from discipline, notice and hour, its weight is that of `prior_weight` answers; an answer of today counts as one,
one that is `half_life_days` old as a half.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import erf, exp, log, sqrt


@dataclass(frozen=True, slots=True)
class Habits:
    """What is assumed before anybody has answered. Data: an administrator can change every number."""

    yes: Mapping[str, float] = field(default_factory=lambda: {"LE": 0.5, "VA": 0.55, "MH": 0.5, "CL": 0.55})
    """Chance of yes by discipline, of those who answer (GAO on FEMA: about half decline)."""
    yes_unknown: float = 0.5
    """Of a discipline that is not in the table."""
    notice: tuple[tuple[float, float], ...] = ((6, -0.3), (24, 0.0), (1e9, 0.3))
    """(up to so many hours until departure, change of the log odds)."""
    night: float = -0.2
    """Change of the log odds between `night_from` and `night_until`, hours of the expert's own clock."""
    night_from: int = 21
    night_until: int = 8
    answers: float = 11 / 12
    """Chance to answer at all: one in twelve never does."""
    prior_weight: float = 6.0
    """The prior counts as much as so many answers of today."""
    half_life_days: float = 365.0
    """After so many days an answer counts half."""
    pooled_weight: float = 40.0
    """The table of disciplines counts as much as so many answers of anybody in it."""
    median_minutes: float = 8.0
    """Half of the answers by text have come by then."""
    spread: float = 1.0
    """Standard deviation of the answer time's logarithm."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One earlier offer that has ended.

    Args:
        days_ago: how long ago, at least 0.
        said: True yes, False no, None no answer in time.
        discipline: of the seat it was for; for `learned` only.
    """

    days_ago: float
    said: bool | None
    discipline: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's earlier offers that have ended, as sums of their weights (`weight_of`)."""

    yes: float = 0.0
    no: float = 0.0
    silent: float = 0.0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and for what somebody is asked.

    Args:
        discipline: of the seat.
        notice_hours: until departure.
        hour: 0..23, on the clock where the expert lives.
    """

    discipline: str
    notice_hours: float
    hour: int


@dataclass(frozen=True, slots=True)
class Chance:
    """What to expect of one person who is asked.

    Args:
        yes: chance of yes of an answer, 0..1.
        answers: chance that an answer comes at all, 0..1.
        median_minutes: half of the answers have come by then.
        spread: standard deviation of the answer time's logarithm.
    """

    yes: float
    answers: float
    median_minutes: float = 8.0
    spread: float = 1.0

    def answered_by(self, minutes: float) -> float:
        """Chance that an answer has come so many minutes after the question."""
        if minutes <= 0:
            return 0.0
        place = (log(minutes) - log(self.median_minutes)) / self.spread
        return self.answers * (1 + erf(place / sqrt(2))) / 2

    def yes_within(self, minutes: float, silent: float = 0.0) -> float:
        """Chance of a yes in the next `minutes`, given `silent` minutes without any answer since the question."""
        so_far = self.answered_by(silent)
        still = 1 - so_far
        return self.yes * (self.answered_by(silent + minutes) - so_far) / still if still > 0 else 0.0


def weight_of(days_ago: float, habits: Habits) -> float:
    """How much an answer of so many days ago counts: 1 today, halved every `half_life_days`."""
    return float(0.5 ** (max(days_ago, 0.0) / habits.half_life_days))


def prior_yes(circumstances: Circumstances, habits: Habits) -> float:
    """Chance of yes before anything is known of the person."""
    base = habits.yes.get(circumstances.discipline, habits.yes_unknown)
    odds = log(base / (1 - base))
    odds += next((change for hours, change in habits.notice if circumstances.notice_hours <= hours), 0.0)
    if circumstances.hour >= habits.night_from or circumstances.hour < habits.night_until:
        odds += habits.night
    return 1 / (1 + exp(-odds))


def chance_of(circumstances: Circumstances, history: Iterable[Asked], habits: Habits) -> Chance:
    """What to expect of one person now: the means of two Beta posteriors, and the time of an answer.

    Args:
        circumstances: of the question.
        history: her own earlier offers; the order does not matter.
        habits: the prior.
    """
    return chance_by(circumstances, summed(history, habits), habits)


def summed(history: Iterable[Asked], habits: Habits) -> Said:
    """Somebody's earlier offers as sums of their weights."""
    yes = no = silent = 0.0
    for asked in history:
        weight = weight_of(asked.days_ago, habits)
        yes += weight * (asked.said is True)
        no += weight * (asked.said is False)
        silent += weight * (asked.said is None)
    return Said(yes, no, silent)


def chance_by(circumstances: Circumstances, said: Said, habits: Habits) -> Chance:
    """The same as `chance_of` from the sums of her earlier offers."""
    prior, yes, no = habits.prior_weight, said.yes, said.no
    return Chance(
        yes=(prior * prior_yes(circumstances, habits) + yes) / (prior + yes + no),
        answers=(prior * habits.answers + yes + no) / (prior + yes + no + said.silent),
        median_minutes=habits.median_minutes,
        spread=habits.spread,
    )


def learned(history: Iterable[Asked], habits: Habits) -> Habits:
    """The habits with their table of disciplines moved towards what everybody has answered so far."""
    said: dict[str, list[float]] = {name: [0.0, 0.0] for name in habits.yes}
    for asked in history:
        if asked.said is not None and asked.discipline in said:
            said[asked.discipline][not asked.said] += weight_of(asked.days_ago, habits)
    return learned_from({name: (yes, no) for name, (yes, no) in said.items()}, habits)


def learned_from(said: Mapping[str, tuple[float, float]], habits: Habits) -> Habits:
    """The same from sums: discipline to the weights (`weight_of`) of all its yeses and of all its noes."""
    pooled, none = habits.pooled_weight, (0.0, 0.0)
    table = {
        name: (pooled * base + said.get(name, none)[0]) / (pooled + sum(said.get(name, none)))
        for name, base in habits.yes.items()
    }
    return replace(habits, yes=table)
