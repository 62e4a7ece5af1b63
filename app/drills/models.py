"""Tables of drills."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import FOUND, Sealed
from app.drills.states import DrillState, NotAsked


class Drill(Table):
    """One test of the texts, with whom it was for."""

    __tablename__ = "drills"
    __table_args__ = (
        CheckConstraint("ends_at > started_at", name="ends_after_start"),
        CheckConstraint("(state = 'ended') = (ended_at is not null)", name="ended_at_a_moment"),
        Index("uq_drills_running_code", "code", unique=True, postgresql_where=text("state = 'running'")),
    )

    code: Mapped[str]
    """"D47": a drill's answer is never taken for an offer's."""
    state: Mapped[DrillState] = mapped_column(state_column(DrillState))
    disciplines: Mapped[list[str]]
    """Only these; empty: all."""
    states: Mapped[list[str]]
    """Only from these; empty: all."""
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DrillText(Table):
    """One person of a drill: when their text is due, which it is, when they answered."""

    __tablename__ = "drill_texts"
    __table_args__ = (
        UniqueConstraint("drill_id", "expert_id"),
        CheckConstraint("why_not is null or message_id is null", name="asked_or_not"),
        CheckConstraint("answered_at is null or message_id is not null", name="answered_when_asked"),
        Index("ix_drill_texts_message_id", "message_id"),
        Index("ix_drill_texts_number", text("left(number, 22)")),
        CheckConstraint(f"number ~ '{FOUND}'", name="number_sealed"),
    )

    drill_id: Mapped[int] = mapped_column(ForeignKey("drills.id", ondelete="CASCADE"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id"))
    number: Mapped[str | None] = mapped_column(Sealed(found=True))
    due_at: Mapped[datetime]
    """The start of the drill, or their morning."""
    why_not: Mapped[NotAsked | None] = mapped_column(state_column(NotAsked))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    """Two people with one phone get one text."""
    answered_at: Mapped[datetime | None]
