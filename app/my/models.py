"""Table of codes that prove whose phone it is."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import FOUND, Sealed


class Purpose(StrEnum):
    """What a code is good for, and for nothing else."""

    ANSWER = "answer"
    """To answer an offer from a browser that has not proved its phone."""
    NUMBER = "number"
    """To take a new number into use."""


class PhoneCode(Table):
    """A code that went to a phone. The digits themselves are kept nowhere (`messaging/sealed.py`)."""

    __tablename__ = "phone_codes"
    __table_args__ = (
        CheckConstraint("tries between 0 and 5", name="five_tries"),
        CheckConstraint("expires_at > made_at", name="expires_after_made"),
        Index("ix_phone_codes_number_made_at", text("left(number, 22)"), "made_at"),
        CheckConstraint(f"number ~ '{FOUND}'", name="number_sealed"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(Sealed(found=True))
    """E.164, where it went."""
    purpose: Mapped[Purpose] = mapped_column(state_column(Purpose))
    about: Mapped[str]
    """"link:17", or the kind of the number that becomes this one."""
    browser_digest: Mapped[str]
    """Of the browser that asked; another one's try counts for nothing."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    """Wrong ones."""
    used_at: Mapped[datetime | None]
