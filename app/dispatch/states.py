"""The machine of an offer."""

from enum import StrEnum

from app.core.machine import Machine


class OfferState(StrEnum):
    """Where an offer stands. Every answer in every state has a defined outcome (`answers.py`)."""

    PLANNED = "planned"
    CONTACTING = "contacting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    DEFERRED = "deferred"
    """A conditional answer ("yes in 2 hours"): a person at the desk looks."""
    STANDBY = "standby"
    """Said yes when the seat was taken or the time was over."""


S = OfferState
OFFER = Machine[OfferState](
    "offer",
    {
        (S.PLANNED, "contact"): S.CONTACTING,
        # The desk may hear an answer by phone before the first text went out.
        (S.PLANNED, "accept"): S.ACCEPTED,
        (S.PLANNED, "decline"): S.DECLINED,
        (S.PLANNED, "miss_seat"): S.STANDBY,
        (S.CONTACTING, "accept"): S.ACCEPTED,
        (S.CONTACTING, "decline"): S.DECLINED,
        (S.CONTACTING, "defer"): S.DEFERRED,
        (S.CONTACTING, "expire"): S.EXPIRED,
        (S.CONTACTING, "lose_contact"): S.UNREACHABLE,
        (S.CONTACTING, "miss_seat"): S.STANDBY,
        (S.DEFERRED, "accept"): S.ACCEPTED,
        (S.DEFERRED, "decline"): S.DECLINED,
        (S.DEFERRED, "expire"): S.EXPIRED,
        (S.DEFERRED, "miss_seat"): S.STANDBY,
        (S.ACCEPTED, "decline"): S.DECLINED,
        (S.DECLINED, "accept"): S.ACCEPTED,
        (S.DECLINED, "miss_seat"): S.STANDBY,
        (S.EXPIRED, "miss_seat"): S.STANDBY,
        (S.EXPIRED, "decline"): S.DECLINED,
        (S.EXPIRED, "accept"): S.ACCEPTED,
        (S.UNREACHABLE, "accept"): S.ACCEPTED,
        (S.UNREACHABLE, "miss_seat"): S.STANDBY,
        (S.UNREACHABLE, "decline"): S.DECLINED,
        # Only of who lost the seat to a faster yes (`Offer.seat_lost_at`): their own yes still counts.
        (S.WITHDRAWN, "accept"): S.ACCEPTED,
        (S.WITHDRAWN, "miss_seat"): S.STANDBY,
        (S.STANDBY, "accept"): S.ACCEPTED,
        (S.STANDBY, "decline"): S.DECLINED,
        **{(s, "withdraw"): S.WITHDRAWN for s in (S.PLANNED, S.CONTACTING, S.DEFERRED, S.STANDBY, S.ACCEPTED)},
    },
)


class Consent(StrEnum):
    """How far a call-out goes on by itself (`consent.py`)."""

    AUTOMATIC = "automatic"
    ALTERNATES = "alternates"
    ASK = "ask"


OPEN = (S.PLANNED, S.CONTACTING, S.DEFERRED)
"""States in which an answer is awaited."""
STANDING = (S.PLANNED, S.CONTACTING, S.DEFERRED, S.ACCEPTED, S.STANDBY)
"""States of which one expert has at most one in a deployment."""
