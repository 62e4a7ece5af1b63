"""Talks behind the wall: planned, held, and one word of each.

Revision ID: 20261125_wellness
Revises: 20261125_exposures
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_wellness"
down_revision = "20261125_exposures"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "touch",
            sa.Enum(
                "before",
                "within_72_h",
                "day_14",
                "day_30",
                "day_90",
                name="touch",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "cleared", "hold", "referred", name="outcome", native_enum=False, create_constraint=True, length=24
            ),
            nullable=True,
        ),
        sa.Column("hold_until", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(outcome is not distinct from 'hold') = (hold_until is not null)",
            name=op.f("ck_follow_ups_hold_has_its_end"),
        ),
        sa.CheckConstraint("(done_at is null) = (outcome is null)", name=op.f("ck_follow_ups_done_with_an_outcome")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_follow_ups_assignment_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_follow_ups_done_by_id")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_follow_ups_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("assignment_id", "touch", name=op.f("uq_follow_ups_assignment_id_touch")),
    )
    op.create_index("ix_follow_ups_due_at", "follow_ups", ["due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("follow_ups")
