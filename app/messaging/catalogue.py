"""Every text we send, as long as it can get: for the page on which people read what goes out in their name."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from app.core.text import segments, septets
from app.messaging import texts
from app.messaging.texts import SPOKEN, OfferWords, Text

LONGEST = OfferWords("412", "Law enforcement executive peer", "WY", "Nov 30-Dec 12", "Tue 12:30am AKT")
SECOND = OfferWords("357", "Child and adolescent clinician", "OR", "Dec 28-Jan 10", "Wed 12:30pm AKT")
SITE = "rrt.example.org"
"""Where a link leads, unless another address is tried."""
VALUES: dict[str, Any] = {
    "reference": "26-10412", "size": 99, "example": "AWAY 12/20-12/27 MARIA-GUADALUPE", "away": "Dec 27",
    "dates": "Nov 30-Dec 12", "away_dates": "Nov 30-Dec 12", "drill_code": "D47", "mark": "#C1234567",
    "rest_until": "Dec 27", "stay_until": "Dec 27", "link": "{site}/s/#S1234567",
}  # fmt: skip
"""The longest that each word of a text can be."""
ENGLISH_ONLY = {"request_received", "team_confirmed", "agency_question"}
"""Texts to an agency's contact."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One text with the longest words it can get.

    Args:
        septets: its length as the carrier counts.
        segments: how many the carrier bills; 1 is what we hold to.
    """

    kind: str
    language: str
    body: str
    septets: int
    segments: int


def _makers() -> list[tuple[str, Callable[..., Text]]]:
    """Functions of `texts` that make a text; what is spoken has no length that matters."""
    found = [(name, getattr(texts, name)) for name in texts.__all__ if not name.startswith(SPOKEN) and name != "plain"]
    return [(name, make) for name, make in found if inspect.isfunction(make)]


def _values(language: str, desk_phone: str, site: str) -> dict[str, Any]:
    first, second = replace(LONGEST, language=language), replace(SECOND, language=language)
    chosen = {"desk_phone": desk_phone, "link": VALUES["link"].replace("{site}", site)}
    return VALUES | {"w": first, "open_offers": [first, second], "language": language} | chosen


def unmeasured() -> list[str]:
    """Texts with a word whose longest value nobody has said here; a test keeps this empty."""
    known = _values("en", "", "").keys()
    return [name for name, make in _makers() if set(inspect.signature(make).parameters) - known]


def every(desk_phone: str, site: str = SITE) -> list[Shown]:
    """Every text in both languages, by its kind; `desk_phone` as texts say it, `site` as links begin."""
    found = []
    skipped = set(unmeasured())
    for name, make in _makers():
        for language in ("en",) if name in ENGLISH_ONLY else ("en", "es"):
            if name not in skipped:
                values = _values(language, desk_phone, site)
                made = make(**{word: values[word] for word in inspect.signature(make).parameters})
                found.append(Shown(name, language, made.body, septets(made.body), segments(made.body)))
    return found
