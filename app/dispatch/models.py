"""Table of offers."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import UNFOUND, Sealed
from app.dispatch.states import STANDING, Consent, OfferState

_STANDING = ", ".join(f"'{state.value}'" for state in STANDING)


class Offer(Table):
    """One expert asked for one position of one deployment."""

    __tablename__ = "offers"
    __table_args__ = (
        ForeignKeyConstraint(["position_id", "deployment_id"], ["positions.id", "positions.deployment_id"]),
        CheckConstraint("reply_by > asked_at", name="time_to_answer"),
        CheckConstraint(f"answer ~ '{UNFOUND}'", name="answer_sealed"),
        Index(
            "uq_offers_standing", "deployment_id", "expert_id", unique=True,
            postgresql_where=text(f"state in ({_STANDING})"),
        ),
        Index("ix_offers_expert_id_code", "expert_id", "code"),
        Index("ix_offers_deployment_id", "deployment_id"),
        Index("ix_offers_position_id", "position_id"),
        Index("ix_offers_state", "state"),
        Index("ix_offers_answered_at", "answered_at"),
        Index("ix_offers_asked_at", "asked_at"),
    )  # fmt: skip

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    position_id: Mapped[int]
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id"))
    pick_id: Mapped[int | None] = mapped_column(ForeignKey("picks.id"))
    """The choice of the roster it came from."""
    code: Mapped[str]
    """Three digits; its own on this expert's phones for 30 days, and as long as it stands and its team is needed."""
    state: Mapped[OfferState] = mapped_column(state_column(OfferState))
    rung: Mapped[int] = mapped_column(default=0)
    """Next rung of the ladder to climb."""
    asked_at: Mapped[datetime]
    reply_by: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Sealed())
    """The whole of what was answered, as it came."""
    answer_message_id: Mapped[int | None] = mapped_column(ForeignKey("inbound_messages.id"), unique=True)
    """The text that decided; unique, so one text decides one offer once."""
    travel: Mapped[dict[str, Any]]
    """{mode, minutes, depart, arrive, home, rested} of the pick, ISO times."""
    seat_lost_at: Mapped[datetime | None]
    """When somebody else took the seat first. Their own yes in time still counts: another seat, or standby."""
    timer_job_id: Mapped[int | None]
    """The waiting job of the next rung."""


class CallOut(Table):
    """The desk's hand on the asking for one deployment, and when it is looked at again."""

    __tablename__ = "call_outs"

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"), unique=True)
    paused_at: Mapped[datetime | None]
    """Since when nobody more is asked."""
    skipped: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    """Experts the desk does not want asked."""
    consent: Mapped[Consent | None] = mapped_column(state_column(Consent))
    """How far it goes on by itself; none: as the installation is set."""
    look_at: Mapped[datetime | None]
    look_job_id: Mapped[int | None]
    """The waiting job of the next look."""


class OfferLink(Table):
    """The link in an offer's text: one offer, one phone. Only its token's digest is kept (reliability.md R16)."""

    __tablename__ = "offer_links"

    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    """The phone it was texted to; another number there ends it."""
    token_digest: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
