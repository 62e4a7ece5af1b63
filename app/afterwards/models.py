"""Tables of what comes after a deployment."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table


class AfterAction(Table):
    """The words of an after-action report. Its figures are counted when it is read; both partners accept the words."""

    __tablename__ = "after_actions"
    __table_args__ = (
        UniqueConstraint("deployment_id"),
        CheckConstraint("(completed_at is null) = (completed_by is null)", name="completed_by_somebody"),
        CheckConstraint("completed_at is not null or iacp_accepted_by_id is null", name="completed_before_iacp"),
        CheckConstraint("completed_at is not null or doj_accepted_by_id is null", name="completed_before_doj"),
        CheckConstraint("iacp_accepted_by_id <> doj_accepted_by_id", name="two_partners"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    version: Mapped[int] = mapped_column(default=1)
    summary: Mapped[str]
    went_well: Mapped[str]
    to_improve: Mapped[str]
    lessons: Mapped[str]
    changed_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    iacp_accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    iacp_accepted_at: Mapped[datetime | None]
    doj_accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    doj_accepted_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class Task(Table):
    """Something to be done after a deployment, by somebody, until a day."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("(done_at is null) = (done_by is null)", name="done_by_somebody"),
        Index("ix_tasks_deployment_id", "deployment_id"),
        Index("ix_tasks_due_on", "due_on"),
        UniqueConstraint("deployment_id", "what"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    what: Mapped[str]
    owner: Mapped[str]
    due_on: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
