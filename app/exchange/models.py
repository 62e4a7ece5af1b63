"""The table of messages that came from, and went to, other systems."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import UNFOUND, Sealed


class Outcome(StrEnum):
    """What came of a message that was taken."""

    FILED = "filed"
    """It became a request."""
    ANSWERED = "answered"
    """Its answer went back at once."""
    FOR_THE_DESK = "for_the_desk"
    """A person at the desk looks."""


class ExchangeMessage(Table):
    """One EDXL-RM message that was taken. Its id is unique: taken twice, it does nothing more."""

    __tablename__ = "exchange_messages"
    __table_args__ = (
        CheckConstraint(f"body ~ '{UNFOUND}'", name="body_sealed"),
        Index("ix_exchange_messages_request_id", "request_id"),
    )

    message_id: Mapped[str] = mapped_column(unique=True)
    originating_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"))
    outcome: Mapped[Outcome] = mapped_column(state_column(Outcome))
    received_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str]
    body: Mapped[str] = mapped_column(Sealed())
    """The message as it came: it may name people."""
