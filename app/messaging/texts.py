"""Every text we send and every sentence we speak, in one place.

Written for a tired person at 3 a.m.: who it is, one message, one action. A text names the state and the days, never a
town, an incident or a person (domain.md 5.4), and fits one GSM-7 segment with the longest words it can get; tests hold
every function of this module to that. Answers are taught with the offer's own code ("YES 412"), so that none is a
keyword of the carrier (domain.md 5.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.places import STATES
from app.core.text import gsm7, segments

SPOKEN = "spoken"
"""Kinds of what a call says begin with it; everything else is a text."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words ready to go out. `kind` names the function that made them."""

    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What texts may say of an offer.

    Args:
        code: the offer's three digits.
        role: the seat's title: "Clinician".
        state: postal code of the state, two letters.
        dates: first to last day: "Nov 23-26".
        reply_by: until when to answer, with the reader's zone: "4:30am CT".
    """

    code: str
    role: str
    state: str
    dates: str
    reply_by: str

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


def offer(w: OfferWords) -> Text:
    """The question itself."""
    return Text(
        "offer",
        f"RRT: Can you go to {w.where}, as {w.seat}? Reply {w.answers} by {w.reply_by}. STOP to end",
    )


def reminder(w: OfferWords) -> Text:
    """The question once more, to somebody silent."""
    return Text(
        "reminder",
        f"RRT: We still need your answer: {w.where}, {w.seat}. Reply {w.answers} by {w.reply_by}."
        " NO is fine. STOP to end",
    )


def confirmed(w: OfferWords, desk_phone: str) -> Text:
    """Yes, and the seat is theirs."""
    return Text(
        "confirmed",
        f"RRT: You have the seat: {w.seat}, {w.where}. Do not book travel yet, your mission order follows."
        f" Desk: {desk_phone}. Ref {w.code}",
    )


def seat_confirmed_again(w: OfferWords, desk_phone: str) -> Text:
    """Another yes from somebody who is seated already."""
    return Text(
        "seat_confirmed_again",
        f"RRT: Yes, you still have the seat: {w.seat}, {w.where}. Nothing more to do now."
        f" Problem? Call {desk_phone}. Ref {w.code}",
    )


def got_no(w: OfferWords) -> Text:
    """No, understood."""
    return Text(
        "got_no", f"RRT: Got your NO for {w.where}. Thank you. You do not need to do anything else. Ref {w.code}"
    )


def now_declined(w: OfferWords) -> Text:
    """A yes changed to no: the seat is free again."""
    return Text(
        "now_declined",
        f"RRT: Got it: your YES for {w.where}, is now a NO. The seat goes to another. Do not travel."
        f" Thank you for telling us. Ref {w.code}",
    )


def standby(w: OfferWords) -> Text:
    """Yes in time, but the seat is taken."""
    return Text(
        "standby",
        f"RRT: Got your YES for {w.where}. The seat is taken now, so you are on standby."
        f" Nothing to do. We text you if we need you. Ref {w.code}",
    )


def too_late(w: OfferWords) -> Text:
    """Yes after the time to answer."""
    return Text(
        "too_late",
        f"RRT: Thank you. The time to answer for {w.where}, has passed. You are on the standby list;"
        f" the desk may still text you. Ref {w.code}",
    )


def withdrawn(w: OfferWords) -> Text:
    """The seat is no longer needed."""
    return Text(
        "withdrawn",
        f"RRT: The seat in {w.where}, is no longer needed. Nothing to do, please do not travel."
        f" Thank you. Ref {w.code}",
    )


def stood_down(w: OfferWords, desk_phone: str) -> Text:
    """The whole deployment is called off."""
    return Text(
        "stood_down",
        f"RRT: {w.where}, is called off. Do not travel. If you have left, call the desk now: {desk_phone}."
        f" Ref {w.code}",
    )


def other_offer_taken(w: OfferWords) -> Text:
    """Said yes to another deployment at the same time; this offer is withdrawn."""
    return Text(
        "other_offer_taken",
        f"RRT: You said YES to another team, so we no longer ask you for {w.where}."
        f" Nothing to do. Thank you. Ref {w.code}",
    )


def deferred(w: OfferWords, desk_phone: str) -> Text:
    """A conditional answer: a person looks at it."""
    return Text(
        "deferred",
        f"RRT: Thank you. A person at the desk will look at your answer for {w.where}, and get back to you."
        f" Desk: {desk_phone}. Ref {w.code}",
    )


def not_clear(w: OfferWords) -> Text:
    """An answer nobody could read, sent once."""
    return Text(
        "not_clear",
        f"RRT: Sorry, we did not understand. Can you go to {w.where}? Reply {w.answers} by {w.reply_by}.",
    )


def which_one(open_offers: Sequence[OfferWords]) -> Text:
    """A bare yes or no with several open offers: which one is meant. Days are left out when they do not fit."""
    first = open_offers[0].code
    for items in (
        [f"{w.code} {w.state} {w.dates}" for w in open_offers],
        [f"{w.code} {w.state}" for w in open_offers],
        [w.code for w in open_offers[:8]],
    ):
        body = (
            f"RRT: You have {len(open_offers)} open requests: {'; '.join(items)}."
            f" Reply YES or NO with the number, like YES {first} or NO {first}."
        )
        if segments(body) == 1:
            break
    return Text("which_one", body)


def no_open_offer(desk_phone: str) -> Text:
    """An answer from an expert whom nobody asks anything at present."""
    return Text(
        "no_open_offer",
        f"RRT: You have no open request from us now. Nothing to do. To talk to a person call the desk: {desk_phone}",
    )


def wrong_code(desk_phone: str) -> Text:
    """An answer with a number that is not one of theirs."""
    return Text(
        "wrong_code",
        "RRT: That number is not one of your open requests. Please check the number in our last text,"
        f" or call the desk: {desk_phone}",
    )


def help_text(desk_phone: str) -> Text:
    """The answer to HELP that carriers require (domain.md 5.1)."""
    return Text(
        "help_text",
        f"RRT: Rapid Response Team desk, staffed day and night. Call {desk_phone}. Reply STOP to end texts."
        " Msg and data rates may apply.",
    )


def passed_to_desk(desk_phone: str) -> Text:
    """A question or anything else that a person has to read."""
    return Text(
        "passed_to_desk",
        f"RRT: Got your text. A person at the desk will read it and get back to you. Urgent? Call {desk_phone}",
    )


def request_received(reference: str, desk_phone: str) -> Text:
    """To the agency's contact: the desk has the request."""
    return Text(
        "request_received",
        f"RRT: We have your request {reference}. The desk will call you soon. Nothing to do now."
        f" Desk, day and night: {desk_phone}",
    )


def team_confirmed(reference: str, size: int, desk_phone: str) -> Text:
    """To the agency's contact: every seat is filled."""
    people = "1 person" if size == 1 else f"{size} people"
    return Text(
        "team_confirmed",
        f"RRT: Your team for request {reference} is confirmed: {people}. We will call you with names and arrival times."
        f" Desk: {desk_phone}",
    )


MONTHS = {
    "Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "May": "May", "Jun": "June", "Jul": "July",
    "Aug": "August", "Sep": "September", "Oct": "October", "Nov": "November", "Dec": "December",
}  # fmt: skip
ZONE_NAMES = {
    "ET": "Eastern", "CT": "Central", "MT": "Mountain", "PT": "Pacific", "AKT": "Alaska", "HT": "Hawaii",
    "AT": "Atlantic", "ChT": "Chamorro", "ST": "Samoa",
}  # fmt: skip


def _said_days(dates: str) -> str:
    """ "Nov 30-Dec 2" as a voice says it: "November 30 to December 2"."""
    for short, long in MONTHS.items():
        dates = dates.replace(short, long)
    return dates.replace("-", " to ")


def _said_time(time: str) -> str:
    """ "4:30am CT" as a voice says it: "4:30 a.m. Central time"."""
    hour, _, zone = time.rpartition(" ")
    hour = hour.replace("am", " a.m.").replace("pm", " p.m.")
    return f"{hour} {ZONE_NAMES.get(zone, zone)} time"


def spoken_offer(w: OfferWords) -> Text:
    """The question as a call asks it: short sentences, the code digit by digit, one key for each answer."""
    return Text(
        "spoken_offer",
        "Hello. This is the Rapid Response Team."
        f" Can you go to {STATES.get(w.state, w.state)}, {_said_days(w.dates)}, as {w.seat}?"
        f" Your number for this is {', '.join(w.code)}."
        f" We need your answer by {_said_time(w.reply_by)}."
        " For yes, press 1. For no, press 2. To have the desk call you, press 9.",
    )


def spoken_notice(body: str) -> Text:
    """A decision that no text could bring, as a call says it; a key proves that a person heard it."""
    told = body.removeprefix("RRT: ").replace(" Ref ", " Your number for this is ")
    return Text(
        "spoken_notice",
        f"Hello. This is the Rapid Response Team. We could not text you this. {told}"
        " If you have heard this, press 1. To have the desk call you, press 9.",
    )


def spoken_heard() -> Text:
    """After the key that says a notice was heard."""
    return Text("spoken_heard", "Thank you. Goodbye.")


def spoken_thanks() -> Text:
    """After a key: true whatever becomes of the seat, which a text says."""
    return Text("spoken_thanks", "Thank you. We have your answer. A text will tell you what happens next. Goodbye.")


def spoken_desk() -> Text:
    """After the key 9."""
    return Text("spoken_desk", "Thank you. A person at the desk will call you back. Goodbye.")


def spoken_voicemail() -> Text:
    """All that is left on an answering machine (domain.md 5.5)."""
    return Text(
        "spoken_voicemail", "This is the Rapid Response Team. Please check your messages from R R T. Thank you."
    )


def plain(text: Text) -> Text:
    """The same words in GSM-7 only, whatever a name or a date brought in."""
    return Text(text.kind, gsm7(text.body).replace("\r", " ").replace("\n", " "))
