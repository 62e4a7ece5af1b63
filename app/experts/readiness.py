"""Whether an expert may be offered a place now: facts in, ready or why not. Pure (domain.md 1.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.experts.taxonomy import MANDATORY
from app.web.languages import N_, gettext
from app.web.render import words
from app.web.times import long_day

SOON = timedelta(days=30)
"""Papers that end within this time make somebody "expiring"."""


class Readiness(StrEnum):
    """The one word for it."""

    READY = "ready"
    EXPIRING = "expiring"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not, or not for long: a sentence, and the paper and the day that it names."""

    sentence: str
    paper: str = ""
    day: date | None = None

    def __str__(self) -> str:
        """The sentence in the reader's language."""
        return gettext(self.sentence, paper=words(self.paper), day=long_day(self.day) if self.day else "")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word and why."""

    readiness: Readiness
    because: tuple[Reason, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Each a sentence in the reader's language."""
        return tuple(map(str, self.because))


def judge(
    today: date,
    papers: Mapping[str, date | None],
    *,
    is_active: bool,
    eligible_from: datetime | None,
    can_be_reached: bool,
) -> Verdict:
    """Judge one expert.

    Args:
        today: the day it is asked for.
        papers: mandatory credentials she has, with the last valid day; None: does not expire.
        is_active: whether she takes part at all.
        eligible_from: end of a rest or hold, if any.
        can_be_reached: whether there is a number to reach her on.
    """
    against = [Reason(N_("%(paper)s is missing"), kind) for kind in sorted(MANDATORY - papers.keys())]
    ends = sorted((kind, end) for kind, end in papers.items() if end is not None)
    against += [Reason(N_("%(paper)s ended on %(day)s"), kind, end) for kind, end in ends if end < today]
    if not is_active:
        against.append(Reason(N_("Does not take part at present")))
    if eligible_from is not None and eligible_from.date() > today:
        against.append(Reason(N_("Not before %(day)s"), day=eligible_from.date()))
    if not can_be_reached:
        against.append(Reason(N_("No phone number")))
    if against:
        return Verdict(Readiness.NOT_READY, tuple(against))
    soon = tuple(Reason(N_("%(paper)s ends on %(day)s"), kind, end) for kind, end in ends if end < today + SOON)
    return Verdict(Readiness.EXPIRING if soon else Readiness.READY, soon)
