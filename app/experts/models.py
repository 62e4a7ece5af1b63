"""Tables of the pool."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import FOUND, Sealed


class Discipline(StrEnum):
    """The four fields a team draws from."""

    LAW_ENFORCEMENT = "LE"
    VICTIM_ASSISTANCE = "VA"
    MENTAL_HEALTH = "MH"
    COMMUNITY_LEADERSHIP = "CL"


class Language(StrEnum):
    """In which somebody reads our texts and hears our calls."""

    ENGLISH = "en"
    SPANISH = "es"


class Expert(Table):
    """One person of the pool. Skills, languages and conflicts are kept here as the solver reads them: whole."""

    __tablename__ = "experts"
    __table_args__ = (
        CheckConstraint("disciplines <@ array['LE','VA','MH','CL']::varchar[]", name="disciplines_known"),
        CheckConstraint("cardinality(disciplines) between 1 and 2", name="disciplines_one_or_two"),
        Index("ix_experts_name_id", "name", "id"),
        Index("uq_experts_email", text("left(email, 22)"), unique=True),
        CheckConstraint(f"email ~ '{FOUND}'", name="email_sealed"),
    )

    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(Sealed(found=True))
    disciplines: Mapped[list[str]]
    expertise: Mapped[dict[str, Any]]
    """Slug to level 1-3."""
    languages: Mapped[dict[str, Any]]
    """BCP-47 tag to ILR level 0-5."""
    preferred_language: Mapped[Language] = mapped_column(
        state_column(Language), default=Language.ENGLISH, server_default="en"
    )
    """In which we text and call."""
    city: Mapped[str]
    state: Mapped[str]
    county: Mapped[str | None]
    latitude: Mapped[float]
    longitude: Mapped[float]
    time_zone: Mapped[str]
    employer: Mapped[str | None]
    is_leader: Mapped[bool] = mapped_column(default=False)
    is_trainee: Mapped[bool] = mapped_column(default=False)
    is_mentor: Mapped[bool] = mapped_column(default=False)
    past_deployments: Mapped[int] = mapped_column(default=0)
    """Deployments before this system kept them."""
    conflict_agencies: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    """Agencies with a tie: employed there in five years, family, litigation."""
    eligible_from: Mapped[datetime | None]
    """Not before this moment: rest or a hold. The reason is not kept here."""
    wakes_for_immediate: Mapped[bool] = mapped_column(default=True)
    """Agreed to be woken at night for immediate requests."""
    is_active: Mapped[bool] = mapped_column(default=True)
    papers_until: Mapped[date | None]
    """Last day on which every mandatory paper is valid; none: one is missing; year 9999: none of them ends. Kept by a
    trigger on `credentials`, so that the whole pool is searched without them."""
    erased_at: Mapped[datetime | None]
    """When all that is personal here was erased; the row stays, so that the figures do."""
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class Credential(Table):
    """A licence, certificate or check with its expiry (domain.md 3.8)."""

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("expert_id", "kind", "state", postgresql_nulls_not_distinct=True),
        CheckConstraint("(verified_on is null) = (verified_by is null)", name="verified_by_somebody"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    state: Mapped[str | None]
    """For licences: where it is valid."""
    expires_on: Mapped[date | None]
    """Last valid day; none: does not expire."""
    verified_on: Mapped[date | None]
    """When somebody last looked it up at its source; a renewal takes that back."""
    verified_by: Mapped[str | None]
    """Name of who did."""


class PaperState(StrEnum):
    """What became of a paper that an expert sent."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class SentPaper(Table):
    """A file that an expert sent as proof of a credential, until and after the desk has looked."""

    __tablename__ = "sent_papers"
    __table_args__ = (
        CheckConstraint("octet_length(content) between 1 and 1500000", name="size"),
        CheckConstraint("content_type in ('application/pdf', 'image/jpeg', 'image/png')", name="type"),
        CheckConstraint("(state = 'sent') = (decided_by is null)", name="decided_by_somebody"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    place: Mapped[str | None]
    """The state in which a licence is valid."""
    expires_on: Mapped[date | None]
    content_type: Mapped[str]
    content: Mapped[bytes]
    state: Mapped[PaperState] = mapped_column(state_column(PaperState))
    sent_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]


class Absence(Table):
    """Days on which an expert cannot go."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_absences_expert_id_ends_at", "expert_id", "ends_at"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class StandbyWeek(Table):
    """A week in which an expert is on standby: ready to go, and may be woken."""

    __tablename__ = "standby_weeks"
    __table_args__ = (
        UniqueConstraint("expert_id", "monday"),
        CheckConstraint("extract(isodow from monday) = 1", name="begins_on_monday"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    monday: Mapped[date]


class ConsentKind(StrEnum):
    """What may be agreed to."""

    TEXTS = "texts"
    WAKE = "wake"
    """To be woken for requests of the highest priority."""


class Consent(Table):
    """A yes or a no to something, with the version of its words. The last line of a kind counts."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_expert_id_kind", "expert_id", "kind"),)

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    kind: Mapped[ConsentKind] = mapped_column(state_column(ConsentKind))
    is_given: Mapped[bool]
    wording: Mapped[str]
    at: Mapped[datetime]


class ContactKind(StrEnum):
    """Which of an expert's numbers it is."""

    MOBILE = "mobile"
    ALTERNATE = "alternate"


class Contact(Table):
    """A phone number of an expert. Two experts may share one."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("uq_contacts_expert_id_number", "expert_id", text("left(number, 22)"), unique=True),
        Index("ix_contacts_number", text("left(number, 22)")),
        CheckConstraint(f"number ~ '{FOUND}'", name="number_sealed"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    kind: Mapped[ContactKind] = mapped_column(state_column(ContactKind))
    number: Mapped[str] = mapped_column(Sealed(found=True))
    """E.164."""
    texts_stopped_at: Mapped[datetime | None]
    """When this number texted STOP. Texts end; calls do not."""
    changed_at: Mapped[datetime | None]
    """When the number became another; links sent to the one before have ended."""


class Exposure(Table):
    """What one deployment counts in somebody's exposure ledger, with the facts it was counted from."""

    __tablename__ = "exposures"
    __table_args__ = (
        UniqueConstraint("assignment_id"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        Index("ix_exposures_expert_id_at", "expert_id", "at"),
    )

    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    assignment_id: Mapped[int]
    """Of which assignment, known by the rooms above."""
    at: Mapped[datetime]
    points: Mapped[float]
    facts: Mapped[dict[str, Any]]
    policy_version: Mapped[int]
