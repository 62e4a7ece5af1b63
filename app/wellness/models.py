"""The table behind the wall: when somebody was spoken to, and one word of what follows (domain.md 4, rule 3)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column


class Touch(StrEnum):
    """When somebody is spoken to (domain.md 4, rule 1)."""

    BEFORE = "before"
    WITHIN_72_H = "within_72_h"
    DAY_14 = "day_14"
    DAY_30 = "day_30"
    DAY_90 = "day_90"


class Outcome(StrEnum):
    """All that is kept of a talk."""

    CLEARED = "cleared"
    HOLD = "hold"
    REFERRED = "referred"


class FollowUp(Table):
    """One talk with somebody about how they are: due, done, and its outcome."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("assignment_id", "touch"),
        CheckConstraint("(done_at is null) = (outcome is null)", name="done_with_an_outcome"),
        CheckConstraint("(outcome is not distinct from 'hold') = (hold_until is not null)", name="hold_has_its_end"),
        Index("ix_follow_ups_due_at", "due_at"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    touch: Mapped[Touch] = mapped_column(state_column(Touch))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[Outcome | None] = mapped_column(state_column(Outcome))
    hold_until: Mapped[datetime | None]
