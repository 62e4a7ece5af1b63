"""What every text is made of: words of an offer, and the choice between English and Spanish."""

from dataclasses import dataclass

from app.core.places import STATES
from app.core.text import gsm7
from app.messaging import spanish

SPOKEN = "spoken"
"""Kinds of what a call says begin with it; everything else is a text."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words ready to go out. `kind` names the function that made them."""

    kind: str
    body: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What texts may say of an offer.

    Args:
        code: the offer's three digits.
        role: the seat's title: "Clinician".
        state: postal code of the state, two letters.
        dates: first to last day: "Nov 23-26".
        reply_by: until when to answer, with the reader's zone: "4:30am CT", "Tue 8pm CT".
        language: the reader's: "en" or "es".
        link: address of the offer's page, its token as a mark; "" when there is none.
    """

    code: str
    role: str
    state: str
    dates: str
    reply_by: str
    language: str = "en"
    link: str = ""

    @property
    def where(self) -> str:
        """The state and the days: "TX, Nov 23-26"."""
        return f"{self.state}, {self.dates}"

    @property
    def seat(self) -> str:
        """The role as it stands inside a sentence."""
        return self.role.lower()

    @property
    def answers(self) -> str:
        """The two answers to choose from."""
        return f"YES {self.code} or NO {self.code}"


def said(language: str, kind: str, english: str, w: OfferWords | None = None, **more: str) -> Text:
    """The English words, or the Spanish ones of the same kind."""
    if language != "es":
        return Text(kind, english)
    return Text(kind, spanish.said(kind, **(spanish_words(w) if w else {}), **more), "es")


def spanish_words(w: OfferWords) -> dict[str, str]:
    """What the Spanish texts may say of an offer."""
    return {
        "role": spanish.ROLES.get(w.seat, w.seat),
        "where": f"{w.state}, {spanish.days(w.dates)}",
        "answers": f"SI {w.code} o NO {w.code}",
        "reply_by": spanish.time(w.reply_by),
        "code": w.code,
        "state": w.state,
        "place": STATES.get(w.state, w.state),
        "spoken_dates": spanish.spoken_days(w.dates),
        "spoken_time": spanish.spoken_time(w.reply_by),
        "digits": ", ".join(w.code),
    }


def plain(text: Text) -> Text:
    """The same words in GSM-7 only, whatever a name or a date brought in."""
    return Text(text.kind, gsm7(text.body).replace("\r", " ").replace("\n", " "), text.language)
