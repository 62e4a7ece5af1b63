"""What we reply to everything that is no answer: HELP, STATUS, a question, a number we do not know, and a code."""

from collections.abc import Sequence

from app.core.text import segments
from app.messaging import spanish
from app.messaging.texts.words import OfferWords, Text, said


def say_your_name(example: str, language: str = "en") -> Text:
    """AWAY, STATUS or the like from a phone that two experts share."""
    return said(
        language,
        "say_your_name",
        f"RRT: Two of our experts use this phone. Please send it again with your first name, like {example}.",
        example=example,
    )


def no_open_offer(desk_phone: str, language: str = "en") -> Text:
    """An answer from an expert whom nobody asks anything at present."""
    return said(
        language,
        "no_open_offer",
        f"RRT: You have no open request from us now. Nothing to do. To talk to a person call the desk: {desk_phone}",
        desk_phone=desk_phone,
    )


def wrong_code(desk_phone: str, language: str = "en") -> Text:
    """An answer with a number that is not one of theirs."""
    return said(
        language,
        "wrong_code",
        "RRT: That number is not one of your open requests. Please check the number in our last text,"
        f" or call the desk: {desk_phone}",
        desk_phone=desk_phone,
    )


def help_text(desk_phone: str, language: str = "en") -> Text:
    """The answer to HELP that carriers require (domain.md 5.1)."""
    return said(
        language,
        "help_text",
        f"RRT: Rapid Response Team desk, staffed day and night. Call {desk_phone}. Reply STOP to end texts."
        " Msg and data rates may apply.",
        desk_phone=desk_phone,
    )


def passed_to_desk(desk_phone: str, language: str = "en") -> Text:
    """A question or anything else that a person has to read."""
    return said(
        language,
        "passed_to_desk",
        f"RRT: Got your text. A person at the desk will read it and get back to you. Urgent? Call {desk_phone}",
        desk_phone=desk_phone,
    )


def texts_ended(language: str = "en") -> Text:
    """Somebody asked in their own words for an end of texts, which no carrier answers. Sent once, the last."""
    return said(
        language,
        "texts_ended",
        "RRT: You will get no more texts from us. The desk knows, and may call you. To get texts again reply START.",
    )


def wrong_number(language: str = "en") -> Text:
    """The phone seems to have another owner."""
    return said(
        language,
        "wrong_number",
        "RRT: Sorry for the trouble. We will not text this number again. The desk will look into it.",
    )


def status_nothing(away: str, desk_phone: str, language: str = "en") -> Text:
    """STATUS, and there is nothing. `away`: the last day somebody said they cannot go, "Dec 27", or ""."""
    told = f" You are away until {away}." if away else ""
    en_espanol = f" Esta ausente hasta el {spanish.days(away)}." if away else ""
    return said(
        language,
        "status_nothing",
        f"RRT: Nothing is open: we ask you nothing now, and you have no seat.{told} Desk: {desk_phone}",
        away=en_espanol, desk_phone=desk_phone,
    )  # fmt: skip


def status_open(open_offers: Sequence[OfferWords], desk_phone: str) -> Text:
    """STATUS, and we wait for answers."""
    for items in (
        [f"{w.code} {w.where}" for w in open_offers],
        [f"{w.code} {w.state}" for w in open_offers],
        [w.code for w in open_offers[:8]],
    ):
        told = "; ".join(items)
        text = said(
            open_offers[0].language,
            "status_open",
            f"RRT: We wait for your answer: {told}. Reply YES or NO with the number. Desk: {desk_phone}",
            items=told, desk_phone=desk_phone,
        )  # fmt: skip
        if segments(text.body) == 1:
            break
    return text


def status_seat(w: OfferWords, desk_phone: str) -> Text:
    """STATUS, and somebody has a seat."""
    return said(
        w.language,
        "status_seat",
        f"RRT: You have the seat: {w.seat}, {w.where}. Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def phone_code(mark: str, language: str = "en") -> Text:
    """A code that proves whose phone it is."""
    return said(
        language,
        "phone_code",
        f"RRT: Your code is {mark}. It is good for 10 minutes. We never ask you for it by phone; tell it to nobody.",
        mark=mark,
    )
