"""How an agency found the help.

Revision ID: 20261125_ratings
Revises: 20261125_own_days
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_ratings"
down_revision = "20261125_own_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("help", sa.BigInteger(), nullable=True),
        sa.Column("in_time", sa.BigInteger(), nullable=True),
        sa.Column("again", sa.String(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("help between 1 and 5 and in_time between 1 and 5", name=op.f("ck_ratings_of_five")),
        sa.CheckConstraint("again in ('yes', 'no', 'not_sure')", name=op.f("ck_ratings_again")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_ratings_by_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_ratings_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratings")),
        sa.UniqueConstraint("deployment_id", name=op.f("uq_ratings_deployment_id")),
    )


def downgrade() -> None:
    op.drop_table("ratings")
