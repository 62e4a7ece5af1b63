"""What we reply to AWAY and BACK."""

from app.messaging import spanish
from app.messaging.texts.words import OfferWords, Text, said


def away_noted(dates: str, language: str = "en") -> Text:
    """AWAY, kept."""
    return said(
        language,
        "away_noted",
        f"RRT: Noted: you are away {dates}. We will not ask you for these days. Back sooner? Reply BACK",
        dates=spanish.days(dates),
    )


def away_when(language: str = "en") -> Text:
    """AWAY without days we can read."""
    return said(language, "away_when", "RRT: Which days are you away? Reply like this: AWAY 12/20-12/27 (month/day).")


def away_but_asked(w: OfferWords, away_dates: str) -> Text:
    """AWAY for days we are asking about: kept, and the question still wants its own answer."""
    return said(
        w.language,
        "away_but_asked",
        f"RRT: Noted: you are away {away_dates}. We still ask you for these days, {w.where}: reply {w.answers}.",
        w,
        away_dates=spanish.days(away_dates),
    )


def away_but_seated(w: OfferWords, desk_phone: str) -> Text:
    """AWAY for days on which somebody has a seat: a person settles it."""
    return said(
        w.language,
        "away_but_seated",
        f"RRT: Noted, but you have a seat on these days: {w.where}. The desk will call you."
        f" Urgent? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def back_noted(language: str = "en") -> Text:
    """BACK ended an absence."""
    return said(language, "back_noted", "RRT: Welcome back. From now on we may ask you again. Nothing more to do.")


def not_away(language: str = "en") -> Text:
    """BACK from somebody who was not away."""
    return said(language, "not_away", "RRT: You were not marked as away. Nothing to do.")
