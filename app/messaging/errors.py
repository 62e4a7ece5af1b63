"""Every error code of the carrier: what it means, what happens next, and what the desk is told (twilio.md 7).

New codes appear without notice, so a code that is not here has a meaning too: the person is called instead, and the
desk is told that there is something new.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

UNKNOWN_DELIVERY = 0
"""Our own: the carrier was asked twice and does not know the message."""
DAILY_LIMIT = 63038
BUSY = 20429


class NextStep(StrEnum):
    """What happens after a text or call failed."""

    CALL = "call"
    """The number works, texts do not: a call to the same number."""
    OTHER_NUMBER = "other_number"
    """The number does not work at all: the person's other number."""
    HOLD = "hold"
    """It is our sender, not the person: texts are held at once, people are called, the desk is told."""
    LADDER = "ladder"
    """Nothing beyond what the offer's ladder does anyway."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One error code.

    Args:
        says: what it means, in a sentence for the desk.
        next: what happens next.
        note: what the desk should do about the number or about us; empty: nothing.
        held_for: of `HOLD`: how long texts wait by themselves; None: until somebody has mended it.
        also_calls: of `HOLD`: calls do not go out either, so the desk dials.
    """

    says: str
    next: NextStep = NextStep.CALL
    note: str = ""
    held_for: timedelta | None = None
    also_calls: bool = False


S = NextStep
CHECK_NUMBER = "Ask for the right number and correct it."
OURS = "This is our mistake, not theirs: report it to whoever runs the service."
ACCOUNT = "Ask whoever runs the account at the carrier to mend it, then release the texts."
LANDLINE = "Mark it as a landline, or ask for a mobile number."
MEANINGS: dict[int, Meaning] = {
    UNKNOWN_DELIVERY: Meaning("Nobody knows whether it arrived."),
    # The account or the sender: nothing that has to do with one person.
    20003: Meaning("The carrier refused our account.", S.HOLD, ACCOUNT, also_calls=True),
    21212: Meaning("Our own number is wrong.", S.HOLD, ACCOUNT, also_calls=True),
    21408: Meaning("The carrier does not send to this region.", note="Allow the region at the carrier."),
    21606: Meaning("Our number cannot send texts.", S.HOLD, ACCOUNT),
    21608: Meaning("Our account may only text verified numbers.", S.HOLD, ACCOUNT),
    21611: Meaning("Our number's queue at the carrier is full.", S.HOLD, held_for=timedelta(hours=1)),
    21660: Meaning("Our number does not belong to our account.", S.HOLD, ACCOUNT),
    21701: Meaning("Our messaging service is unknown to the carrier.", S.HOLD, ACCOUNT),
    21703: Meaning("Our messaging service has no number.", S.HOLD, ACCOUNT),
    21705: Meaning("Our messaging service is misspelt.", S.HOLD, ACCOUNT),
    30001: Meaning("Our number's queue at the carrier is full.", S.HOLD, held_for=timedelta(hours=1)),
    30002: Meaning("Our account at the carrier is suspended.", S.HOLD, ACCOUNT, also_calls=True),
    30034: Meaning("Our number is not registered for texts.", S.HOLD, ACCOUNT),
    DAILY_LIMIT: Meaning("Our number has reached its limit for today.", S.HOLD, held_for=timedelta(hours=24)),
    BUSY: Meaning("The carrier was too busy for too long."),
    10004: Meaning("Too many calls of ours at the same time."),
    # The number.
    21211: Meaning("This is not a number that can be reached.", S.OTHER_NUMBER, CHECK_NUMBER),
    21214: Meaning("This number cannot be called.", S.OTHER_NUMBER, CHECK_NUMBER),
    21217: Meaning("This is not a number that can be called.", S.OTHER_NUMBER, CHECK_NUMBER),
    30005: Meaning("This number is not in service.", S.OTHER_NUMBER, CHECK_NUMBER),
    21612: Meaning("This number cannot be reached from ours."),
    21614: Meaning("This is not a mobile number.", note=LANDLINE),
    21635: Meaning("This is a landline.", note=LANDLINE),
    30006: Meaning("This is a landline.", note=LANDLINE),
    21610: Meaning("This number has opted out of texts.", note="They are called. Ask whether they want texts again."),
    # The way there.
    30003: Meaning("The phone is off or out of reach."),
    30004: Meaning("The phone or its network blocks our texts.", note="They are called. Ask them to unblock us."),
    30007: Meaning("The network filtered the text.", note="More than one of these: ask the carrier why."),
    30008: Meaning("The network does not say why."),
    30036: Meaning("It was too late to deliver it.", S.LADDER),
    30045: Meaning("It was too late to deliver it.", S.LADDER),
    30450: Meaning("The carrier took it for fraud (text pumping).", note="Check that this number is really theirs."),
    30610: Meaning("The network does not deliver at this hour.", S.LADDER),
    # What we asked for was wrong.
    21602: Meaning("The text was empty.", note=OURS),
    21603: Meaning("The text had no sender.", note=OURS),
    21604: Meaning("The text had no recipient.", note=OURS),
    21609: Meaning("The callback address was refused.", note=OURS),
    21617: Meaning("The text was too long.", note=OURS),
    21624: Meaning("The text's time to live was refused.", note=OURS),
    21658: Meaning("Something about the text was too long.", note=OURS),
    20404: Meaning("The carrier does not know what we asked for.", note=OURS),
}


def meaning(code: int | None) -> Meaning:
    """What a code means; one that is not in the table gets a call, and the desk is told of it."""
    new = Meaning(f"The carrier says error {code}.", note="This code is new to the service: look it up at the carrier.")
    return new if code is None else MEANINGS.get(code, new)


def in_words(code: int | None) -> str:
    """Why a text or call failed, in a sentence; empty when it did not."""
    return "" if code is None else meaning(code).says
