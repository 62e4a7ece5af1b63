"""Comparisons of today with what would be: what was asked, and what each draw came to.

Revision ID: 20261126_whatif
Revises: 20261126_growth
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "20261126_whatif"
down_revision = "20261126_growth"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comparisons",
        sa.Column("scenarios", ARRAY(sa.String()), nullable=False),
        sa.Column("draws", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("floor_percent", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_because", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("draws between 2 and 60 and days between 7 and 365", name=op.f("ck_comparisons_size")),
        sa.CheckConstraint("floor_percent between 1 and 90", name=op.f("ck_comparisons_floor")),
        sa.CheckConstraint("ended_at is null or failed_because is null", name=op.f("ck_comparisons_one_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparisons")),
    )
    op.create_table(
        "comparison_runs",
        sa.Column("comparison_id", sa.BigInteger(), nullable=False),
        sa.Column("scenario", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("figures", JSONB(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_comparison_runs_number_not_negative")),
        sa.ForeignKeyConstraint(
            ["comparison_id"], ["comparisons.id"], name=op.f("fk_comparison_runs_comparison_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_runs")),
        sa.UniqueConstraint(
            "comparison_id", "scenario", "number", name=op.f("uq_comparison_runs_comparison_id_scenario_number")
        ),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("comparison_runs")
    op.drop_table("comparisons")
