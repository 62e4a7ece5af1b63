"""Caps set aside by two people, teams asked to stay longer, and people held as relief.

Revision ID: 20261125_longer_stays
Revises: 20261126_sealed
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_longer_stays"
down_revision = "20261126_sealed"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def _overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("cap", _words("cap", "tour", "duty", "exposure"), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_name", sa.String(), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=True),
        sa.Column("granted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("granted_by_name", sa.String(), nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("refused_by_name", sa.String(), nullable=True),
        sa.Column("second_reason", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_overrides_says_why")),
        sa.CheckConstraint("asked_by_id <> granted_by_id", name=op.f("ck_overrides_two_people")),
        sa.CheckConstraint(
            "(granted_at is null) = (granted_by_id is null)", name=op.f("ck_overrides_granted_by_somebody")
        ),
        sa.CheckConstraint(
            "(refused_at is null) = (refused_by_name is null)", name=op.f("ck_overrides_refused_by_somebody")
        ),
        sa.CheckConstraint("granted_at is null or refused_at is null", name=op.f("ck_overrides_one_end")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_overrides_deployment_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_overrides_expert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_overrides_asked_by_id")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["users.id"], name=op.f("fk_overrides_granted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    op.create_index("ix_overrides_deployment_id", "overrides", ["deployment_id"])
    op.create_index(
        "uq_overrides_open", "overrides", ["deployment_id", "expert_id", "cap"], unique=True,
        postgresql_where=sa.text("granted_at is null and refused_at is null"),
    )  # fmt: skip


def _relief_holds() -> None:
    op.create_table(
        "relief_holds",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("until > starts_at", name=op.f("ck_relief_holds_ends_after_start")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_relief_holds_deployment_id")),
        sa.ForeignKeyConstraint(
            ["position_id", "deployment_id"], ["positions.id", "positions.deployment_id"],
            name=op.f("fk_relief_holds_position_id_deployment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_relief_holds_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relief_holds")),
    )  # fmt: skip
    op.create_index("ix_relief_holds_deployment_id", "relief_holds", ["deployment_id"])
    op.create_index("ix_relief_holds_expert_id", "relief_holds", ["expert_id"])
    op.create_index(
        "uq_relief_holds_seat", "relief_holds", ["position_id"], unique=True,
        postgresql_where=sa.text("released_at is null"),
    )  # fmt: skip


def _stays() -> None:
    op.create_table(
        "extensions",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("was", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("until > was", name=op.f("ck_extensions_longer")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_extensions_says_why")),
        sa.CheckConstraint("settled_at is null or withdrawn_at is null", name=op.f("ck_extensions_one_end")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_extensions_deployment_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_extensions_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    op.create_index(
        "uq_extensions_open", "extensions", ["deployment_id"], unique=True,
        postgresql_where=sa.text("settled_at is null and withdrawn_at is null"),
    )  # fmt: skip
    op.create_table(
        "stays",
        sa.Column("extension_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("state", _words("staystate", "capped", "asked", "stays", "goes"), nullable=False),
        sa.Column("caps", postgresql.JSONB(), nullable=False),
        sa.Column("span_end", MOMENT, nullable=False),
        sa.Column("reply_by", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", _words("way", "text", "page", "leader", "desk"), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["extension_id"], ["extensions.id"], name=op.f("fk_stays_extension_id")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_stays_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
        sa.UniqueConstraint("extension_id", "assignment_id", name=op.f("uq_stays_extension_id_assignment_id")),
    )
    op.create_index("ix_stays_assignment_id", "stays", ["assignment_id"])
    op.create_index("ix_stays_code", "stays", ["code"])


def upgrade() -> None:
    op.add_column("positions", sa.Column("needed_from", MOMENT, nullable=True))
    op.add_column("assignments", sa.Column("leaves_at", MOMENT, nullable=True))
    _overrides()
    _relief_holds()
    _stays()


def downgrade() -> None:
    for table in ("stays", "extensions", "relief_holds", "overrides"):
        op.drop_table(table)
    op.drop_column("assignments", "leaves_at")
    op.drop_column("positions", "needed_from")
