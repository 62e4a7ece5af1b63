"""Tables of life on the road."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.sealing import UNFOUND, Sealed
from app.field.states import Activity, Item, Light, Spent, StayState, Step, Way


class MissionOrder(Table):
    """What a team is sent to do, where and for whom (EMAC mission order). A changed mission is the next number."""

    __tablename__ = "mission_orders"
    __table_args__ = (
        UniqueConstraint("deployment_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint(f"report_phone ~ '{UNFOUND}'", name="report_phone_sealed"),
        CheckConstraint(f"contacts ~ '{UNFOUND}'", name="contacts_sealed"),
    )

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    number: Mapped[int]
    """1 is the order, 2 and up its amendments."""
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    report_to: Mapped[str]
    report_phone: Mapped[str] = mapped_column(Sealed())
    report_place: Mapped[str]
    mission: Mapped[str]
    conditions: Mapped[str]
    travel: Mapped[str]
    contacts: Mapped[str] = mapped_column(Sealed())
    """Other numbers, one a line."""
    changed: Mapped[str]
    """Of an amendment: what is different, in a sentence."""


class OrderCopy(Table):
    """An order as it went to one member of the team, and their word that they have read it."""

    __tablename__ = "order_copies"
    __table_args__ = (
        UniqueConstraint("order_id", "assignment_id"),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged_some_way"),
        Index("ix_order_copies_assignment_id", "assignment_id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("mission_orders.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    sent_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[Way | None] = mapped_column(state_column(Way))


class CheckIn(Table):
    """One report about one person's journey. All are kept; the machine of the assignment says which one counted."""

    __tablename__ = "check_ins"
    __table_args__ = (Index("ix_check_ins_assignment_id", "assignment_id"),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    step: Mapped[Step] = mapped_column(state_column(Step))
    way: Mapped[Way] = mapped_column(state_column(Way))
    told_at: Mapped[datetime]
    happened_at: Mapped[datetime]
    by_kind: Mapped[str]
    by_id: Mapped[int | None]
    by_name: Mapped[str]
    note: Mapped[str]
    has_counted: Mapped[bool]
    """Whether it moved the assignment; one that contradicts what stands is kept and shown, and moves nothing."""


class DailyReport(Table):
    """The team leader's report of one day (situation report), in the place's own days. The latest version counts."""

    __tablename__ = "daily_reports"
    __table_args__ = (UniqueConstraint("deployment_id", "day"),)

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    day: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    reported_at: Mapped[datetime]
    by_kind: Mapped[str]
    by_id: Mapped[int | None]
    by_name: Mapped[str]
    done: Mapped[str]
    planned: Mapped[str]
    needs: Mapped[str]
    people_reached: Mapped[int]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class DailyLight(Table):
    """How one member of the team is on one day: a colour and nothing else."""

    __tablename__ = "daily_lights"
    __table_args__ = (UniqueConstraint("assignment_id", "day"),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    day: Mapped[date]
    light: Mapped[Light] = mapped_column(state_column(Light))


class DutyHours(Table):
    """Hours that one member of the team spent on one activity on one day of the place."""

    __tablename__ = "duty_hours"
    __table_args__ = (
        UniqueConstraint("assignment_id", "day", "activity"),
        CheckConstraint("hours > 0 and hours <= 24", name="hours_of_a_day"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    day: Mapped[date]
    activity: Mapped[Activity] = mapped_column(state_column(Activity))
    hours: Mapped[Decimal] = mapped_column(Numeric(4, 2))


class Expense(Table):
    """Dollars that one member of the team spent on one kind of thing on one day of the place; receipts are on paper."""

    __tablename__ = "expenses"
    __table_args__ = (
        UniqueConstraint("assignment_id", "day", "kind"),
        CheckConstraint("dollars > 0 and dollars <= 20000", name="dollars_of_a_day"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    day: Mapped[date]
    kind: Mapped[Spent] = mapped_column(state_column(Spent))
    dollars: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    has_receipt: Mapped[bool]


class SignOff(Table):
    """One box of the demobilisation, ticked by somebody."""

    __tablename__ = "sign_offs"
    __table_args__ = (UniqueConstraint("deployment_id", "item"),)

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    item: Mapped[Item] = mapped_column(state_column(Item))
    signed_at: Mapped[datetime]
    by_kind: Mapped[str]
    by_id: Mapped[int | None]
    by_name: Mapped[str]
    note: Mapped[str]
    """Of the hand-off: who at the host accepted it."""


class Relief(Table):
    """Somebody is to be relieved before the end: who asked, which seat is sought for it, and when it was done."""

    __tablename__ = "reliefs"
    __table_args__ = (
        Index(
            "uq_reliefs_open", "assignment_id", unique=True,
            postgresql_where=text("relieved_at is null and withdrawn_at is null"),
        ),
        CheckConstraint("relieved_at is null or withdrawn_at is null", name="one_end"),
    )  # fmt: skip

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"), unique=True)
    """The seat opened for whoever comes instead."""
    asked_at: Mapped[datetime]
    by_kind: Mapped[str]
    by_id: Mapped[int | None]
    by_name: Mapped[str]
    way: Mapped[Way] = mapped_column(state_column(Way))
    relieved_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Extension(Table):
    """The desk wants a team to stay longer: until when, why, and what it was before. One at a time."""

    __tablename__ = "extensions"
    __table_args__ = (
        Index(
            "uq_extensions_open", "deployment_id", unique=True,
            postgresql_where=text("settled_at is null and withdrawn_at is null"),
        ),
        CheckConstraint("until > was", name="longer"),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("settled_at is null or withdrawn_at is null", name="one_end"),
    )  # fmt: skip

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployments.id"))
    was: Mapped[datetime]
    """The last moment on site as it was planned before."""
    until: Mapped[datetime]
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str]
    settled_at: Mapped[datetime | None]
    """When everybody had answered, or run out of time, and the deployment's end was moved."""
    withdrawn_at: Mapped[datetime | None]


class Stay(Table):
    """One member of the team, asked whether they can stay until an extension's end."""

    __tablename__ = "stays"
    __table_args__ = (
        UniqueConstraint("extension_id", "assignment_id"),
        Index("ix_stays_assignment_id", "assignment_id"),
        Index("ix_stays_code", "code"),
    )

    extension_id: Mapped[int] = mapped_column(ForeignKey("extensions.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    code: Mapped[str]
    """"E" and two digits; the answer's own word, as an offer's code is."""
    state: Mapped[StayState] = mapped_column(state_column(StayState))
    caps: Mapped[list[dict[str, Any]]]
    """[{cap, text}]: what the longer stay would pass."""
    span_end: Mapped[datetime]
    """The end of their span before, to go back to."""
    reply_by: Mapped[datetime]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[Way | None] = mapped_column(state_column(Way))
    note: Mapped[str]
    """Why they go, where it was not they who said so."""


class CalendarFeed(Table):
    """A link with which somebody's calendar program subscribes; what it shows depends on who they are that day."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        Index("uq_calendar_feeds_user", "user_id", unique=True, postgresql_where=text("ended_at is null")),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    token_digest: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Said(Table):
    """What was said or begun once for its reason, so that a job that runs twice says it once."""

    __tablename__ = "said"
    __table_args__ = (UniqueConstraint("key"),)

    key: Mapped[str]
    at: Mapped[datetime]
