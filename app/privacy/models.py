"""Table of legal holds."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column


class HoldKind(StrEnum):
    """What a legal hold keeps everything of."""

    EXPERT = "expert"
    REQUEST = "request"


class LegalHold(Table):
    """Nothing of one expert or one request is purged or erased until this is lifted."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("(lifted_at is null) = (lifted_by_id is null)", name="lifted_by_somebody"),
        CheckConstraint("(lifted_at is null) = (lifted_why is null)", name="lifted_for_a_reason"),
        CheckConstraint("why <> '' and lifted_why <> ''", name="for_a_reason"),
        Index(
            "uq_legal_holds_standing", "kind", "subject_id", unique=True, postgresql_where=text("lifted_at is null")
        ),
    )  # fmt: skip

    kind: Mapped[HoldKind] = mapped_column(state_column(HoldKind))
    subject_id: Mapped[int]
    why: Mapped[str]
    """The matter, without names: "Doe litigation, counsel's letter of 3 March"."""
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    lifted_why: Mapped[str | None]
