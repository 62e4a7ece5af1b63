"""Tables of surveys: who is asked what and when, and what they said. Partners on site are kept with a deployment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import UNFOUND, Sealed


class Audience(StrEnum):
    """Who is asked."""

    AGENCY = "agency"
    EXPERT = "expert"
    PARTNER = "partner"


class Touch(StrEnum):
    """How long after the team was released (domain.md 1.2, steps 11 and 12)."""

    HOURS_72 = "hours_72"
    DAYS_7 = "days_7"
    DAYS_90 = "days_90"


class Partner(Table):
    """An organisation that the team worked with on site, and whom to ask there."""

    __tablename__ = "partners"
    __table_args__ = (
        UniqueConstraint("deployment_id", "organisation"),
        CheckConstraint("organisation <> ''", name="has_a_name"),
        CheckConstraint(f"name ~ '{UNFOUND}'", name="name_sealed"),
        CheckConstraint(f"number ~ '{UNFOUND}'", name="number_sealed"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    organisation: Mapped[str]
    name: Mapped[str] = mapped_column(Sealed())
    number: Mapped[str | None] = mapped_column(Sealed())
    """Their mobile, when they agreed to a text; without one the desk passes the link on."""
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class Survey(Table):
    """One link to one person or body. Only its token's digest is kept (reliability.md R16)."""

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("deployment_id", "key"),
        CheckConstraint("(audience = 'expert') = (expert_id is not null)", name="expert_is_named"),
        CheckConstraint("(audience = 'partner') = (partner_id is not null)", name="partner_is_named"),
        CheckConstraint("(answered_at is null) = (answers is null)", name="answered_with_answers"),
        Index("ix_surveys_due_at", "due_at"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    key: Mapped[str]
    """"expert:hours_72:17": once each."""
    audience: Mapped[Audience] = mapped_column(state_column(Audience))
    touch: Mapped[Touch] = mapped_column(state_column(Touch))
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partners.id", ondelete="CASCADE"))
    token_digest: Mapped[str | None] = mapped_column(unique=True)
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answers: Mapped[dict[str, Any] | None]
    """Name of a question to the choice; "words": what they wrote."""
