"""Tables of what is foreseen: past incidents by file, and results with their time and seed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column


class IncidentFile(Table):
    """A file of past incidents that rates are estimated from. Loaded whole, or not at all."""

    __tablename__ = "incident_files"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="days_in_order"),)

    name: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    """Of its content: the same file is not counted twice."""
    is_synthetic: Mapped[bool]
    """Whether any incident of it is invented."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]


class PastIncident(Table):
    """One incident of a file."""

    __tablename__ = "past_incidents"
    __table_args__ = (CheckConstraint("killed >= 0 and injured >= 0", name="counts_not_negative"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("incident_files.id", ondelete="CASCADE"), index=True)
    day: Mapped[date]
    kind: Mapped[str]
    agency: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    killed: Mapped[int]
    injured: Mapped[int]


class ForecastKind(StrEnum):
    """What is worked out."""

    READINESS = "readiness"
    RECRUITING = "recruiting"


class Forecast(Table):
    """One result, or the wish for one: asked for, then made, or failed with a reason."""

    __tablename__ = "forecasts"
    __table_args__ = (
        CheckConstraint("made_at is null or failed_because is null", name="one_end"),
        CheckConstraint('(made_at is null) = ("values" is null)', name="made_with_values"),
        Index(
            "uq_forecasts_open", "kind", unique=True,
            postgresql_where=text("made_at is null and failed_because is null"),
        ),
        Index("ix_forecasts_kind_made_at", "kind", "made_at"),
    )  # fmt: skip

    kind: Mapped[ForecastKind] = mapped_column(state_column(ForecastKind))
    seed: Mapped[int]
    asks: Mapped[dict[str, Any]]
    """What was asked for beside the kind."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    made_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    """Of computing, reading the database not counted."""
    failed_because: Mapped[str | None]
    values: Mapped[dict[str, Any] | None]
    """`outlook.Outlook` or `recruiting.Advice` as plain data."""
