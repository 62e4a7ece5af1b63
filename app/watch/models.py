"""Tables of alarms and heartbeats."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table


class Alarm(Table):
    """Something that does not mend itself: open until a person, or what mended it, settles it."""

    __tablename__ = "alarms"
    __table_args__ = (
        CheckConstraint("(settled_at is null) = (settled_by is null)", name="settled_by_somebody"),
        Index("uq_alarms_open", "key", unique=True, postgresql_where=text("settled_at is null")),
        Index("ix_alarms_kind_subject_id", "kind", "subject_id"),
    )

    kind: Mapped[str]
    """What happened, as in the log: "job.failed", "sending.held", "message.lost" ..."""
    key: Mapped[str]
    """What it is about; there is one open alarm of it, however often it is raised."""
    topic: Mapped[str]
    """Whose story it belongs to: "request:12"; empty: the whole service's."""
    subject_id: Mapped[int | None]
    says: Mapped[str]
    """What is wrong, in a sentence for the desk."""
    action: Mapped[str]
    """What to do about it, in a sentence."""
    times: Mapped[int] = mapped_column(default=1)
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]


class Heartbeat(Table):
    """When something that must not stop was last seen alive."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(unique=True)
    beat_at: Mapped[datetime]


class Epoch(Table):
    """Which server this database was worked with last: one row, none before the first worker (`epochs.py`)."""

    __tablename__ = "database_epochs"
    __table_args__ = (Index("uq_database_epochs_only", text("(true)"), unique=True),)

    server: Mapped[str]
    """The cluster's identifier and the timeline of its log: a restore, or a standby that took over, changes it."""
    since: Mapped[datetime]
    doubted_at: Mapped[datetime | None]
    doubt: Mapped[str] = mapped_column(default="", server_default="")
    """Why the database is taken for an older one of itself, though its server is the same."""
