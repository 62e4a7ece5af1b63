"""The machine of a text or call on its way out, and what an incoming text became."""

from enum import StrEnum

from app.core.machine import Machine


class MessageState(StrEnum):
    """Where an outgoing text or call stands. Only forward."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Twilio may or may not have it; asked for before anything else."""
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How somebody is reached."""

    TEXT = "text"
    CALL = "call"


class HoldReason(StrEnum):
    """Why our texts wait."""

    CARRIER = "carrier"
    """The carrier refuses our sender: texts wait or fail, calls go out."""
    GAP = "gap"
    """Nobody was here for long: everything waits for the desk."""


class InboundState(StrEnum):
    """What became of an incoming text."""

    RECEIVED = "received"
    READ = "read"
    """Understood and acted on."""
    NEEDS_PERSON = "needs_person"
    """In the desk's inbox."""
    SETTLED = "settled"
    """The desk dealt with it."""
    IGNORED = "ignored"
    """From a number we do not know."""


S = MessageState
MESSAGE = Machine[MessageState](
    "message",
    {
        (S.QUEUED, "claim"): S.SENDING,
        (S.QUEUED, "cancel"): S.CANCELLED,
        (S.SENDING, "take"): S.SENT,
        (S.SENDING, "refuse"): S.FAILED,
        (S.SENDING, "lose"): S.UNKNOWN,
        (S.SENDING, "put_back"): S.QUEUED,
        (S.SENDING, "deliver"): S.DELIVERED,
        (S.SENDING, "undeliver"): S.UNDELIVERED,
        (S.UNKNOWN, "take"): S.SENT,
        (S.UNKNOWN, "deliver"): S.DELIVERED,
        (S.UNKNOWN, "undeliver"): S.UNDELIVERED,
        (S.UNKNOWN, "refuse"): S.FAILED,
        (S.SENT, "deliver"): S.DELIVERED,
        (S.SENT, "undeliver"): S.UNDELIVERED,
        (S.SENT, "refuse"): S.FAILED,
    },
)
I = InboundState  # noqa: E741 - local shorthand of a table
INBOUND = Machine[InboundState](
    "incoming text",
    {
        (I.RECEIVED, "read"): I.READ,
        (I.RECEIVED, "escalate"): I.NEEDS_PERSON,
        (I.RECEIVED, "ignore"): I.IGNORED,
        (I.NEEDS_PERSON, "settle"): I.SETTLED,
        (I.READ, "escalate"): I.NEEDS_PERSON,
    },
)
