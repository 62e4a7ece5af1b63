"""Tables of requests and of what was decided about them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import UNFOUND, Sealed, SealedJson
from app.requests.states import Mode, Priority, RequestState


class Request(Table):
    """An agency's ask for a team (form of domain.md 1.3; no names of victims or suspects anywhere)."""

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint("days between 1 and 14", name="days_within_cap"),
        CheckConstraint("decided_by_id is distinct from recommended_by_id or decided_by_id is null", name="two_people"),
        CheckConstraint("decided_by_id is distinct from filed_by_id or decided_by_id is null", name="not_the_asker"),
        CheckConstraint(
            "recommended_by_id is distinct from filed_by_id or recommended_by_id is null or keyed_in_by_desk",
            name="asker_does_not_recommend",
        ),
        CheckConstraint(
            "state not in ('approved', 'declined', 'referred')"
            " or (decided_by_id is not null and recommended_by_id is not null)",
            name="decided_by_somebody",
        ),
        CheckConstraint(
            "merged_into_id is null or (state = 'merged' and merged_into_id <> id)", name="merged_into_another"
        ),
        CheckConstraint(f"contact_phone ~ '{UNFOUND}'", name="contact_phone_sealed"),
        CheckConstraint(f"contact_email ~ '{UNFOUND}'", name="contact_email_sealed"),
        CheckConstraint(f"details ~ '{UNFOUND}'", name="details_sealed"),
        Index("ix_requests_state", "state"),
        Index("ix_requests_filed_at", "filed_at"),
        Index("ix_requests_agency_id", "agency_id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"))
    state: Mapped[RequestState] = mapped_column(state_column(RequestState))
    version: Mapped[int] = mapped_column(default=1)
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    keyed_in_by_desk: Mapped[bool] = mapped_column(default=False)
    filed_at: Mapped[datetime | None]
    # B. Incident
    incident_type: Mapped[str]
    modifiers: Mapped[list[str]]
    occurred_at: Mapped[datetime | None]
    city: Mapped[str]
    place_state: Mapped[str]
    county: Mapped[str | None]
    latitude: Mapped[float]
    longitude: Mapped[float]
    time_zone: Mapped[str]
    summary: Mapped[str]
    killed: Mapped[int | None]
    injured: Mapped[int | None]
    # C. Community, D. Need
    languages: Mapped[list[str]]
    service_types: Mapped[list[str]]
    expertise_wanted: Mapped[list[str]]
    priority: Mapped[Priority] = mapped_column(state_column(Priority))
    needed_by: Mapped[datetime]
    days: Mapped[int]
    mode: Mapped[Mode] = mapped_column(state_column(Mode))
    # A. and E. People to speak to
    contact_name: Mapped[str]
    contact_title: Mapped[str]
    contact_phone: Mapped[str] = mapped_column(Sealed())
    contact_email: Mapped[str] = mapped_column(Sealed())
    report_to: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(SealedJson())
    """Answers to the form's optional questions (logistics, limits, partners), by question."""
    # Decision
    team_type: Mapped[str | None]
    recommended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who of the desk looks after it; none: whoever may."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"))

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class DecisionKind(StrEnum):
    """What was said about a request."""

    RECOMMENDED = "recommended"
    RETURNED = "returned"
    APPROVED = "approved"
    DECLINED = "declined"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


class Decision(Table):
    """One line of the decision record: who, when, what, why."""

    __tablename__ = "decisions"
    __table_args__ = (CheckConstraint("funding_ceiling > 0", name="ceiling_is_money"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(state_column(DecisionKind))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    reason_code: Mapped[str]
    note: Mapped[str]
    team_type: Mapped[str | None]
    funding_ceiling: Mapped[int | None]
    """Whole dollars the deployment may cost."""
    conditions: Mapped[str] = mapped_column(default="", server_default="")
    review_on: Mapped[date | None]
    """When the decision is looked at again."""


class Question(Table):
    """What the desk asks the agency about a request, and the answer."""

    __tablename__ = "questions"

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    question: Mapped[str]
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class CallNotes(Table):
    """What the desk learned in the intake call. Each saving is a version of its own; none is ever changed."""

    __tablename__ = "call_notes"
    __table_args__ = (UniqueConstraint("request_id", "version"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    version: Mapped[int]
    spoke_with: Mapped[str]
    scope: Mapped[str]
    safety: Mapped[str]
    others_present: Mapped[str]
    media: Mapped[str]
    litigation: Mapped[str]
    host_commitments: Mapped[str]
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    noted_at: Mapped[datetime]


class CallDraft(Table):
    """A call that somebody of the desk is taking: what was typed so far. Filed, it names its request."""

    __tablename__ = "call_drafts"
    __table_args__ = (CheckConstraint(f"given ~ '{UNFOUND}'", name="given_sealed"),)

    token: Mapped[str] = mapped_column(unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    given: Mapped[dict[str, Any]] = mapped_column(SealedJson())
    changed_at: Mapped[datetime]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("requests.id"))


class RequestLink(Table):
    """Two requests about one event, each with a decision of its own."""

    __tablename__ = "request_links"
    __table_args__ = (
        UniqueConstraint("request_id", "other_id"),
        CheckConstraint("request_id < other_id", name="the_older_first"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), index=True)
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[datetime]


class ReferenceCounter(Table):
    """The running number of references, one row a year; its row lock keeps the numbers without gaps or doubles."""

    __tablename__ = "reference_counters"
    __table_args__ = (UniqueConstraint("year"),)

    year: Mapped[int]
    last: Mapped[int]
