"""Texts of a longer stay: the question, and what becomes of it."""

from app.messaging import spanish
from app.messaging.texts.words import OfferWords, Text, said


def stay_question(w: OfferWords, stay_until: str) -> Text:
    """Can somebody on site stay longer? No answer holds nobody."""
    return said(
        w.language,
        "stay_question",
        f"RRT: Can you stay in {w.state} until {stay_until}? Reply {w.answers} by {w.reply_by}."
        " No answer: you go home as planned. Nobody asks why.",
        w,
        stay_until=spanish.days(stay_until),
    )


def stay_yes(w: OfferWords, stay_until: str, desk_phone: str) -> Text:
    """They stay."""
    return said(
        w.language,
        "stay_yes",
        f"RRT: Thank you. You stay in {w.state} until {stay_until}. Your changed order follows."
        f" Problem? {desk_phone}. Ref {w.code}",
        w,
        stay_until=spanish.days(stay_until),
        desk_phone=desk_phone,
    )


def stay_no(w: OfferWords) -> Text:
    """They go home as planned."""
    return said(
        w.language,
        "stay_no",
        f"RRT: Noted. You go home as planned: {w.where}. No reason needed. Thank you. Ref {w.code}",
        w,
    )


def stay_booked(w: OfferWords, desk_phone: str) -> Text:
    """A yes of somebody whom another team needs before the new end."""
    return said(
        w.language,
        "stay_booked",
        f"RRT: Thank you, but another team counts on you then. You go home as planned: {w.where}."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def stay_over(w: OfferWords, desk_phone: str) -> Text:
    """No answer in time, or one that comes too late."""
    return said(
        w.language,
        "stay_over",
        f"RRT: The time to answer is over. You go home as planned: {w.where}. To change that: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def stay_not_needed(w: OfferWords) -> Text:
    """The question was taken back."""
    return said(
        w.language,
        "stay_not_needed",
        f"RRT: The team does not stay longer. You go home as planned: {w.where}. Thank you. Ref {w.code}",
        w,
    )
