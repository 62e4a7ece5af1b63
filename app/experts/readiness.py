"""Whether an expert may be offered a place now: facts in, ready or why not. Pure (domain.md 1.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.experts.taxonomy import MANDATORY

SOON = timedelta(days=30)
"""Papers that end within this time make somebody "expiring"."""


class Readiness(StrEnum):
    """The one word for it."""

    READY = "ready"
    EXPIRING = "expiring"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word and its reasons, each a sentence."""

    readiness: Readiness
    reasons: tuple[str, ...]


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
    against = [f"{kind.replace('_', ' ').capitalize()} is missing" for kind in sorted(MANDATORY - papers.keys())]
    lapsed = {kind: end for kind, end in papers.items() if end is not None and end < today}
    against += [f"{kind.replace('_', ' ').capitalize()} ended {end:%b %d, %Y}" for kind, end in sorted(lapsed.items())]
    if not is_active:
        against.append("Does not take part at present")
    if eligible_from is not None and eligible_from.date() > today:
        against.append(f"Not before {eligible_from:%b %d, %Y}")
    if not can_be_reached:
        against.append("No phone number")
    if against:
        return Verdict(Readiness.NOT_READY, tuple(against))
    soon = {kind: end for kind, end in papers.items() if end is not None and end < today + SOON}
    told = tuple(f"{kind.replace('_', ' ').capitalize()} ends {end:%b %d, %Y}" for kind, end in sorted(soon.items()))
    return Verdict(Readiness.EXPIRING if told else Readiness.READY, told)
