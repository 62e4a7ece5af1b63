"""Table of agencies."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column


class AgencyKind(StrEnum):
    """Kinds of law enforcement bodies (domain.md 1.3 A)."""

    MUNICIPAL = "municipal"
    COUNTY = "county"
    STATE = "state"
    TRIBAL = "tribal"
    CAMPUS = "campus"
    TERRITORIAL = "territorial"
    SPECIAL = "special"


class Agency(Table):
    """A law enforcement body that may ask for a team."""

    __tablename__ = "agencies"
    __table_args__ = (
        UniqueConstraint("name", "state"),
        CheckConstraint("ori is null or length(ori) in (7, 9)", name="ori_length"),
    )

    name: Mapped[str]
    ori: Mapped[str | None] = mapped_column(unique=True)
    """FBI originating agency identifier: 9 characters, or the 7 that COPS describes."""
    kind: Mapped[AgencyKind] = mapped_column(state_column(AgencyKind))
    city: Mapped[str]
    state: Mapped[str]
    county: Mapped[str | None]
    latitude: Mapped[float]
    longitude: Mapped[float]
    time_zone: Mapped[str]
    sworn_count: Mapped[int | None]
    executive_name: Mapped[str | None]
    phone: Mapped[str | None]
