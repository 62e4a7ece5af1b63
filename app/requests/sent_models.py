"""Tables of what an agency fills in and sends along: the unfinished form, the signature, letters of support."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column


class Draft(Table):
    """What somebody of an agency has typed and not sent yet.

    A half-filled form is no request: it has no reference, nobody but its writer sees it, and the columns of a request
    may stay as strict as they are. Sending makes a request of it, once.
    """

    __tablename__ = "request_drafts"
    __table_args__ = (
        # A second tap on "Send a request" finds the empty form of the first.
        Index(
            "uq_request_drafts_untouched",
            "by_id",
            unique=True,
            postgresql_where=text("answers = '{}'::jsonb and sent_request_id is null"),
        ),
        Index("ix_request_drafts_by_id", "by_id"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answers: Mapped[dict[str, Any]]
    """As typed, field to text or list of texts."""
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    sent_request_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"), unique=True)


class Authority(StrEnum):
    """By what right somebody asks for a team."""

    EXECUTIVE = "executive"
    DELEGATED = "delegated"


class Signature(Table):
    """Who signed the statements of the form, with the name they typed (domain.md 1.3 A and G). Never changed."""

    __tablename__ = "signatures"

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    name: Mapped[str]
    authority: Mapped[Authority] = mapped_column(state_column(Authority))
    statements: Mapped[str]
    """Which wording was signed: the day it came into force."""


class LetterKind(StrEnum):
    """What a letter may be, by what it holds and not by its name."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"


LARGEST_LETTER = 10 * 1024 * 1024
"""Bytes: a scan of several pages, or a photo of a phone."""


class Letter(Table):
    """A letter of support, as it was uploaded.

    It is kept in the database: it is saved, backed up and deleted together with its request, every web process has it,
    and there is no folder that a server could serve by mistake. There are few, and they are small.
    """

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint(f"octet_length(content) between 1 and {LARGEST_LETTER}", name="not_too_large"),
        UniqueConstraint("request_id", "sha256"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    name: Mapped[str]
    """As the person's computer calls it, without what has no place in a name."""
    kind: Mapped[LetterKind] = mapped_column(state_column(LetterKind))
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
