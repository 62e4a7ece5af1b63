"""Table of answers already given, so that a POST sent twice has one effect."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table
from app.core.sealing import UNFOUND, SealedJson


class IdempotentAnswer(Table):
    """What a creating POST answered under its Idempotency-Key (reliability.md R13)."""

    __tablename__ = "idempotent_answers"
    __table_args__ = (
        UniqueConstraint("actor", "key"),
        CheckConstraint(f"answer ~ '{UNFOUND}'", name="answer_sealed"),
    )

    actor: Mapped[str]
    key: Mapped[str]
    request_digest: Mapped[str]
    """SHA-256 of method, path and body: the same key with another body is refused."""
    status: Mapped[int | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(SealedJson())
    headers: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
