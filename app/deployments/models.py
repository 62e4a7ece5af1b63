"""Tables of deployments, with what the database itself refuses."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.deployments.states import LIVE, SEATED, AssignmentState, DeploymentState, PositionState
from app.requests.states import Priority


def _quoted(states: tuple[AssignmentState, ...]) -> str:
    return ", ".join(f"'{state.value}'" for state in states)


class Deployment(Table):
    """One approved team engagement, from plan to close. It carries its request's reference."""

    __tablename__ = "deployments"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id"), unique=True)
    reference: Mapped[str] = mapped_column(unique=True)
    state: Mapped[DeploymentState] = mapped_column(state_column(DeploymentState))
    version: Mapped[int] = mapped_column(default=1)
    team_type: Mapped[str]
    priority: Mapped[Priority] = mapped_column(state_column(Priority))
    starts_at: Mapped[datetime]
    """First moment on site."""
    ends_at: Mapped[datetime]
    """Last moment on site."""
    opened_at: Mapped[datetime]
    staffed_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class Position(Table):
    """One seat of a team, with what it needs."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("deployment_id", "number"),
        UniqueConstraint("id", "deployment_id"),
        ForeignKeyConstraint(
            ["relieves_id", "deployment_id"], ["positions.id", "positions.deployment_id"], name="fk_positions_relieves"
        ),
        CheckConstraint("relieves_id <> id", name="relieves_another"),
        Index("ix_positions_relieves_id", "relieves_id", postgresql_where=text("relieves_id is not null")),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    number: Mapped[int]
    code: Mapped[str]
    """Code of domain.md 1.4: TL, LEP, VA, CL ..."""
    title: Mapped[str]
    state: Mapped[PositionState] = mapped_column(state_column(PositionState))
    disciplines: Mapped[list[str]]
    required: Mapped[dict[str, Any]]
    desired: Mapped[dict[str, Any]]
    is_leader: Mapped[bool]
    is_remote: Mapped[bool]
    is_licensed: Mapped[bool]
    unfillable_reason: Mapped[str | None]
    needed_from: Mapped[datetime | None]
    """Of a seat for the rest of a stay: from when somebody must be on site. None: from the start, or at once."""
    relieves_id: Mapped[int | None]
    """Of a seat that relieves: the seat of whoever is relieved. That one is not filled again."""


class Assignment(Table):
    """One expert in one position. `span` runs from leaving home to the end of the rest afterwards."""

    __tablename__ = "assignments"
    __table_args__ = (
        ForeignKeyConstraint(["position_id", "deployment_id"], ["positions.id", "positions.deployment_id"]),
        # int8range makes plain GiST enough: no extension is needed, so it works on every PostgreSQL.
        ExcludeConstraint(
            (text("int8range(expert_id, expert_id, '[]')"), "&&"),
            ("span", "&&"),
            name="ex_assignments_expert_span",
            where=text(f"state in ({_quoted(LIVE)})"),
            using="gist",
        ),
        Index(
            "uq_assignments_position",
            "position_id",
            unique=True,
            postgresql_where=text(f"state in ({_quoted(SEATED)})"),
        ),
        Index("ix_assignments_expert_id", "expert_id"),
        Index("ix_assignments_deployment_id", "deployment_id"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    position_id: Mapped[int]
    expert_id: Mapped[int] = mapped_column(ForeignKey("experts.id"))
    state: Mapped[AssignmentState] = mapped_column(state_column(AssignmentState))
    span: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    arrives_at: Mapped[datetime]
    travel_mode: Mapped[str]
    confirmed_at: Mapped[datetime]
    told_arrived_at: Mapped[datetime | None]
    """When the expert texted ARRIVED. The desk's own check-in is another thing."""
    told_home_at: Mapped[datetime | None]
    """When the expert texted HOME."""
    told_delay: Mapped[str | None]
    """The latest text that told of a delay, whole."""
    leaves_at: Mapped[datetime | None]
    """Last moment on site: when they were released, or of who does not stay for an extension; else the deployment's."""
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often its times changed or it was called off; the database counts (RFC 5545 SEQUENCE)."""


class Rating(Table):
    """How an agency found the help of one deployment. Said again, it replaces what was said before."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("help between 1 and 5 and in_time between 1 and 5", name="of_five"),
        CheckConstraint("again in ('yes', 'no', 'not_sure')", name="again"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    help: Mapped[int | None]
    """1 very poor to 5 very good."""
    in_time: Mapped[int | None]
    again: Mapped[str | None]
    words: Mapped[str]
