"""What the carrier is asked and what it says, in our own words. No Twilio in here; `gateway.py` speaks to it."""

from dataclasses import dataclass
from datetime import timedelta

from app.messaging.states import Channel


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
