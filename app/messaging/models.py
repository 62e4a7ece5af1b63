"""Tables of what goes out and what comes in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import FOUND, UNFOUND, Sealed
from app.messaging.states import Channel, HoldReason, InboundState, MessageState


class Message(Table):
    """One text or call to one number: a row first, Twilio afterwards."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("(state in ('queued', 'cancelled')) or claimed_at is not null", name="claimed_before_sent"),
        Index("ix_messages_offer_id", "offer_id"),
        Index("ix_messages_state", "state"),
        Index("ix_messages_number", text("left(number, 22)")),
        CheckConstraint(f"number ~ '{FOUND}'", name="number_sealed"),
        Index("ix_messages_lost", "queued_at", postgresql_where=text("state in ('undelivered', 'failed')")),
        Index("ix_messages_topic_kind", "topic", "kind"),
    )

    channel: Mapped[Channel] = mapped_column(state_column(Channel))
    kind: Mapped[str]
    """Name of the text in `texts/`: "offer", "reminder", "you_are_confirmed" ..."""
    number: Mapped[str] = mapped_column(Sealed(found=True))
    body: Mapped[str]
    """The text; of a call, the words that are spoken."""
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    """In which a call's voice speaks: "en" or "es"."""
    expert_id: Mapped[int | None]
    offer_id: Mapped[int | None]
    """The offer it is about; no foreign key, offers live upstairs."""
    topic: Mapped[str]
    """Whose story it belongs to: "request:12"."""
    state: Mapped[MessageState] = mapped_column(state_column(MessageState))
    sid: Mapped[str | None] = mapped_column(unique=True)
    """Twilio's id, SM... or CA..."""
    attempts: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=0)
    """Above 0: somebody waits for it (an answer to an answer, a stand-down), so it does not queue behind a recall."""
    queued_at: Mapped[datetime]
    slot_at: Mapped[datetime | None]
    """The moment the sender's pace keeps free for it, once it has one."""
    valid_until: Mapped[datetime | None]
    """Not sent after this moment."""
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    error_code: Mapped[int | None]
    outcome: Mapped[str | None]
    """Of a call: answered_by_person, voicemail, busy, no_answer."""
    digits: Mapped[str | None]
    """Of a call: the key that was pressed. Only a key proves a person."""


class InboundMessage(Table):
    """One text that somebody sent us. The row comes first; thinking comes after."""

    __tablename__ = "inbound_messages"
    __table_args__ = (
        Index("ix_inbound_messages_state", "state"),
        Index("ix_inbound_messages_number", text("left(number, 22)")),
        CheckConstraint(f"number ~ '{FOUND}'", name="number_sealed"),
        CheckConstraint(f"body ~ '{UNFOUND}'", name="body_sealed"),
    )

    sid: Mapped[str] = mapped_column(unique=True)
    """Twilio's MessageSid: the same webhook twice is one row."""
    number: Mapped[str] = mapped_column(Sealed(found=True))
    body: Mapped[str] = mapped_column(Sealed())
    attachments: Mapped[int] = mapped_column(default=0, server_default="0")
    """Pictures and files that came with it; we keep none of them."""
    opt_out_type: Mapped[str | None]
    received_at: Mapped[datetime]
    state: Mapped[InboundState] = mapped_column(state_column(InboundState))
    meaning: Mapped[str | None]
    expert_id: Mapped[int | None]
    offer_id: Mapped[int | None]
    topic: Mapped[str] = mapped_column(default="")
    settled_by: Mapped[str | None]


class SenderPace(Table):
    """When a sender may send again: one row for each of its lanes, shared by all workers (`pacing.py`)."""

    __tablename__ = "sender_paces"

    number: Mapped[str] = mapped_column(unique=True)
    free_at: Mapped[datetime]
    backed_off_until: Mapped[datetime | None]
    """The carrier said 429: nothing goes out before this moment."""


class SendingHold(Table):
    """Texts of a sender wait, until this is released or its time is over (`holds.py`)."""

    __tablename__ = "sending_holds"
    __table_args__ = (
        CheckConstraint("(released_at is null) = (released_by is null)", name="released_by_somebody"),
        Index(
            "uq_sending_holds_active", "sender", "reason", unique=True, postgresql_where=text("released_at is null")
        ),
    )  # fmt: skip

    sender: Mapped[str]
    reason: Mapped[HoldReason] = mapped_column(state_column(HoldReason))
    error_code: Mapped[int | None]
    says: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
