"""What people spent on a deployment, by day and kind.

Revision ID: 20261126_expenses
Revises: 20261126_whatif
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_expenses"
down_revision = "20261126_whatif"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "expenses",
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "travel", "lodging", "meals", "other", name="spent", native_enum=False, create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("dollars", sa.Numeric(8, 2), nullable=False),
        sa.Column("has_receipt", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("dollars > 0 and dollars <= 20000", name=op.f("ck_expenses_dollars_of_a_day")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name=op.f("fk_expenses_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenses")),
        sa.UniqueConstraint("assignment_id", "day", "kind", name=op.f("uq_expenses_assignment_id_day_kind")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("expenses")
