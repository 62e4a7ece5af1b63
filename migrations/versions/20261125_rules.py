"""The rules that an administrator may change, each version with who, when and why.

Revision ID: 20261125_rules
Revises: 20261125_ratings
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_rules"
down_revision = "20261125_ratings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_sets",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("why <> ''", name=op.f("ck_rule_sets_says_why")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_rule_sets_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_sets")),
        sa.UniqueConstraint("version", name=op.f("uq_rule_sets_version")),
    )


def downgrade() -> None:
    op.drop_table("rule_sets")
