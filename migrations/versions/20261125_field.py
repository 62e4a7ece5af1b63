"""Life on the road: mission orders, check-ins, daily reports, hours, relief and the way home.

A team may set out while its last seat is still being looked for; who travels or arrives without having told so before
is there all the same; and whoever is called off on the way comes home like everybody else.

Revision ID: 20261125_field
Revises: 20261125_links
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_field"
down_revision = "20261125_links"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STEPS = {
    "deployments": (
        "active>demobilising active>stood_down after_action>closed demobilising>after_action mobilising>active"
        " mobilising>stood_down offering>staffed offering>stood_down planning>offering planning>staffed"
        " planning>stood_down staffed>mobilising staffed>offering staffed>stood_down",
        "active>demobilising active>stood_down after_action>closed demobilising>after_action mobilising>active"
        " mobilising>stood_down offering>mobilising offering>staffed offering>stood_down planning>offering"
        " planning>staffed planning>stood_down staffed>mobilising staffed>offering staffed>stood_down",
    ),
    "assignments": (
        "confirmed>cancelled confirmed>ordered en_route>cancelled en_route>no_show en_route>on_site on_site>released"
        " on_site>relieved ordered>cancelled ordered>en_route ordered>no_show released>home relieved>home",
        "confirmed>cancelled confirmed>en_route confirmed>no_show confirmed>on_site confirmed>ordered"
        " en_route>cancelled en_route>no_show en_route>on_site en_route>released on_site>released on_site>relieved"
        " ordered>cancelled ordered>en_route ordered>no_show ordered>on_site released>home relieved>home",
    ),
}
"""Table to its arrows before and after."""


def _guard(table: str, arrows: str) -> None:
    op.execute(f"drop trigger step on {table}")
    op.execute(
        f"create trigger step before update of state on {table} for each row execute function"
        f" refuse_wrong_step('{arrows}')"
    )


def upgrade() -> None:
    for table, (_, after) in STEPS.items():
        _guard(table, after)
    op.create_table(
        "said",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_said")),
        sa.UniqueConstraint("key", name=op.f("uq_said_key")),
    )
    op.create_table(
        "daily_reports",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", MOMENT, nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("planned", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("people_reached", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_daily_reports_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_reports")),
        sa.UniqueConstraint("deployment_id", "day", name=op.f("uq_daily_reports_deployment_id_day")),
    )
    op.create_table(
        "mission_orders",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("report_to", sa.String(), nullable=False),
        sa.Column("report_phone", sa.String(), nullable=False),
        sa.Column("report_place", sa.String(), nullable=False),
        sa.Column("mission", sa.String(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("travel", sa.String(), nullable=False),
        sa.Column("contacts", sa.String(), nullable=False),
        sa.Column("changed", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_mission_orders_number_from_one")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_mission_orders_deployment_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["users.id"], name=op.f("fk_mission_orders_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mission_orders")),
        sa.UniqueConstraint("deployment_id", "number", name=op.f("uq_mission_orders_deployment_id_number")),
    )
    op.create_table(
        "sign_offs",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "item",
            sa.Enum(
                "hand_off",
                "equipment",
                "expenses",
                "notes_destroyed",
                "wellness_contact",
                name="item",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_sign_offs_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
        sa.UniqueConstraint("deployment_id", "item", name=op.f("uq_sign_offs_deployment_id_item")),
    )
    op.create_table(
        "check_ins",
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "left",
                "arrived",
                "delayed",
                "not_there",
                "no_show",
                "released",
                "home",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "way",
            sa.Enum("text", "page", "leader", "desk", name="way", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("has_counted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_check_ins_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    op.create_index("ix_check_ins_assignment_id", "check_ins", ["assignment_id"], unique=False)
    op.create_table(
        "daily_lights",
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "light",
            sa.Enum("green", "yellow", "red", name="light", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_daily_lights_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_daily_lights")),
        sa.UniqueConstraint("assignment_id", "day", name=op.f("uq_daily_lights_assignment_id_day")),
    )
    op.create_table(
        "duty_hours",
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "activity",
            sa.Enum(
                "on_site",
                "travel",
                "remote",
                "preparation",
                name="activity",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("hours", sa.Numeric(precision=4, scale=2), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("hours > 0 and hours <= 24", name=op.f("ck_duty_hours_hours_of_a_day")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_duty_hours_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_hours")),
        sa.UniqueConstraint("assignment_id", "day", "activity", name=op.f("uq_duty_hours_assignment_id_day_activity")),
    )
    op.create_table(
        "order_copies",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column(
            "acknowledged_by",
            sa.Enum("text", "page", "leader", "desk", name="way", native_enum=False, create_constraint=True, length=24),
            nullable=True,
        ),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(acknowledged_at is null) = (acknowledged_by is null)", name=op.f("ck_order_copies_acknowledged_some_way")
        ),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_order_copies_assignment_id")),
        sa.ForeignKeyConstraint(["order_id"], ["mission_orders.id"], name=op.f("fk_order_copies_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_copies")),
        sa.UniqueConstraint("order_id", "assignment_id", name=op.f("uq_order_copies_order_id_assignment_id")),
    )
    op.create_index("ix_order_copies_assignment_id", "order_copies", ["assignment_id"], unique=False)
    op.create_table(
        "reliefs",
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("by_kind", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column(
            "way",
            sa.Enum("text", "page", "leader", "desk", name="way", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("relieved_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("relieved_at is null or withdrawn_at is null", name=op.f("ck_reliefs_one_end")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_reliefs_assignment_id")),
        sa.ForeignKeyConstraint(["position_id"], ["positions.id"], name=op.f("fk_reliefs_position_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reliefs")),
        sa.UniqueConstraint("position_id", name=op.f("uq_reliefs_position_id")),
    )
    op.create_index(
        "uq_reliefs_open",
        "reliefs",
        ["assignment_id"],
        unique=True,
        postgresql_where=sa.text("relieved_at is null and withdrawn_at is null"),
    )


def downgrade() -> None:
    op.drop_table("reliefs")
    op.drop_table("order_copies")
    op.drop_table("duty_hours")
    op.drop_table("daily_lights")
    op.drop_table("check_ins")
    op.drop_table("sign_offs")
    op.drop_table("mission_orders")
    op.drop_table("daily_reports")
    op.drop_table("said")
    for table, (before, _) in STEPS.items():
        _guard(table, before)
