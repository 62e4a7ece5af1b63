"""The exposure ledger: one line for each part in a deployment.

Revision ID: 20261125_exposures
Revises: 20261125_audit_chain
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_exposures"
down_revision = "20261125_audit_chain"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exposures",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("assignment_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", sa.Double(), nullable=False),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("policy_version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_exposures_points_not_negative")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_exposures_expert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposures")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_exposures_assignment_id")),
    )
    op.create_index("ix_exposures_expert_id_at", "exposures", ["expert_id", "at"])


def downgrade() -> None:
    op.drop_table("exposures")
