"""What a call says."""

from app.core.places import STATES
from app.messaging.texts.words import OfferWords, Text, said

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


WEEKDAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Fri": "Friday", "Sat": "Saturday",
    "Sun": "Sunday",
}  # fmt: skip


def _said_time(time: str) -> str:
    """ "Tue 4:30am CT" as a voice says it: "Tuesday 4:30 a.m. Central time"."""
    hour, _, zone = time.rpartition(" ")
    hour = WEEKDAYS.get(hour[:3], hour[:3]) + hour[3:]
    hour = hour.replace("am", " a.m.").replace("pm", " p.m.")
    return f"{hour} {ZONE_NAMES.get(zone, zone)} time"


def spoken_offer(w: OfferWords) -> Text:
    """The question as a call asks it: short sentences, the code digit by digit, one key for each answer."""
    return said(
        w.language,
        "spoken_offer",
        "Hello. This is the Rapid Response Team."
        f" Can you go to {STATES.get(w.state, w.state)}, {_said_days(w.dates)}, as {w.seat}?"
        f" Your number for this is {', '.join(w.code)}."
        f" We need your answer by {_said_time(w.reply_by)}."
        " For yes, press 1. For no, press 2. To have the desk call you, press 9.",
        w,
    )


def spoken_notice(body: str, language: str = "en") -> Text:
    """A decision that no text could bring, as a call says it; a key proves that a person heard it."""
    number = " Su numero es " if language == "es" else " Your number for this is "
    told = body.removeprefix("RRT: ").replace(" Ref ", number)
    return said(
        language,
        "spoken_notice",
        f"Hello. This is the Rapid Response Team. We could not text you this. {told}"
        " If you have heard this, press 1. To have the desk call you, press 9.",
        told=told,
    )


def spoken_over(language: str = "en") -> Text:
    """A call that is taken when its question is over: too late, answered, taken back, or another is asked instead."""
    return said(
        language,
        "spoken_over",
        "Hello. This is the Rapid Response Team. The question that we called about is no longer open."
        " You do not need to answer it. Thank you. Goodbye.",
    )


def spoken_heard(language: str = "en") -> Text:
    """After the key that says a notice was heard."""
    return said(language, "spoken_heard", "Thank you. Goodbye.")


def spoken_thanks(language: str = "en") -> Text:
    """After a key: true whatever becomes of the seat, which a text says, or a call where texts are not wanted."""
    return said(
        language, "spoken_thanks", "Thank you. We have your answer. We will tell you what happens next. Goodbye."
    )


def spoken_no(language: str = "en") -> Text:
    """After the key 2: nobody need be called again to hear that they said no."""
    return said(language, "spoken_no", "Thank you. We have your answer: no. Goodbye.")


def spoken_desk(language: str = "en") -> Text:
    """After the key 9."""
    return said(language, "spoken_desk", "Thank you. A person at the desk will call you back. Goodbye.")


def spoken_voicemail(language: str = "en") -> Text:
    """All that is left on an answering machine (domain.md 5.5)."""
    return said(
        language,
        "spoken_voicemail",
        "This is the Rapid Response Team. Please check your messages from R R T. Thank you.",
    )
