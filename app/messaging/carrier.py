"""What the carrier is asked and what it says, in our own words. No Twilio in here; `gateway.py` speaks to it."""

from dataclasses import dataclass
from datetime import timedelta

from app.messaging.states import Channel

UNKNOWN_DELIVERY = 0
"""Our own error code: the carrier was asked twice and does not know the message."""
DAILY_LIMIT = 63038
MEANINGS = {
    UNKNOWN_DELIVERY: "Nobody knows whether it arrived.",
    20003: "The carrier refused our account.",
    20429: "The carrier was too busy for too long.",
    21211: "This is not a number that can be reached.",
    21408: "The carrier does not send to this region.",
    21610: "This number has opted out of texts.",
    21611: "Our number's queue at the carrier is full.",
    21612: "This number cannot be reached from ours.",
    21614: "This is not a mobile number.",
    21635: "This is a landline.",
    30001: "Our number's queue at the carrier is full.",
    30002: "Our account at the carrier is suspended.",
    30003: "The phone is off or out of reach.",
    30004: "The phone or its network blocks our texts.",
    30005: "This number is not in service.",
    30006: "This is a landline.",
    30007: "The network filtered the text.",
    30008: "The network does not say why.",
    30034: "Our number is not registered for texts.",
    30036: "It was too late to deliver it.",
    DAILY_LIMIT: "Our number has reached its limit for today.",
}
"""Twilio's error codes in a sentence for the desk (twilio.md 7)."""


def meaning_of(error_code: int | None) -> str:
    """Why a text or call failed, in a sentence; empty when it did not."""
    if error_code is None:
        return ""
    return MEANINGS.get(error_code, f"The carrier says error {error_code}.")


@dataclass(frozen=True, slots=True)
class Order:
    """One claimed text or call, ready to be handed over outside any transaction."""

    message_id: int
    channel: Channel
    number: str
    body: str
    valid_for: timedelta | None


@dataclass(frozen=True, slots=True)
class Taken:
    """The carrier has it.

    Args:
        sid: the carrier's id.
        status: the carrier's word for where it stands.
        error_code: why it failed, once it has.
        answered_by: of a call: human, machine_start ...
    """

    sid: str
    status: str
    error_code: int | None = None
    answered_by: str | None = None


class CarrierError(Exception):
    """The carrier did not take it, or nobody knows."""


class Refused(CarrierError):  # noqa: N818 - read as a word in the sender
    """Not taken, and trying again is no use."""

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        super().__init__(message)


class Busy(CarrierError):  # noqa: N818 - read as a word in the sender
    """Certainly not taken, but a later try may be: 429, or nobody there to connect to."""

    def __init__(self, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        super().__init__("busy")


class Lost(CarrierError):  # noqa: N818 - read as a word in the sender
    """It may have been taken or not: a timeout, a broken connection, a 5xx. Ask before anything else."""
