"""Tables of comparisons: what was asked, and what each draw of chance came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table


class Comparison(Table):
    """One comparison: asked for, played draw by draw, ended; or failed with a reason."""

    __tablename__ = "comparisons"
    __table_args__ = (
        CheckConstraint("draws between 2 and 60 and days between 7 and 365", name="size"),
        CheckConstraint("floor_percent between 1 and 90", name="floor"),
        CheckConstraint("ended_at is null or failed_because is null", name="one_end"),
    )

    scenarios: Mapped[list[str]]
    """Beside today, in the order of the page."""
    draws: Mapped[int]
    days: Mapped[int]
    floor_percent: Mapped[int]
    """Of each discipline, kept free where reserves are asked for."""
    seed: Mapped[int]
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    failed_because: Mapped[str | None]


class ComparisonRun(Table):
    """One draw of chance played in one way: its figures (`trials.measures`)."""

    __tablename__ = "comparison_runs"
    __table_args__ = (
        UniqueConstraint("comparison_id", "scenario", "number"),
        CheckConstraint("number >= 0", name="number_not_negative"),
    )

    comparison_id: Mapped[int] = mapped_column(ForeignKey("comparisons.id", ondelete="CASCADE"))
    scenario: Mapped[str]
    number: Mapped[int]
    """Of the draw: the same number is the same incidents and the same dice in every scenario."""
    figures: Mapped[dict[str, Any]]
