"""Whom the desk wants in a seat, or not at all; and from when an accepted team is asked, so that it can be taken back.

Revision ID: 20261125_roster_wishes
Revises: 20261125_seat_lost
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_roster_wishes"
down_revision = "20261125_seat_lost"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("asks_from", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "roster_wishes",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_roster_wishes_by_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_roster_wishes_deployment_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_roster_wishes_expert_id")),
        sa.ForeignKeyConstraint(
            ["position_id", "deployment_id"], ["positions.id", "positions.deployment_id"],
            name=op.f("fk_roster_wishes_position_id_deployment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_wishes")),
        sa.UniqueConstraint("deployment_id", "expert_id", name=op.f("uq_roster_wishes_deployment_id_expert_id")),
        sa.UniqueConstraint("position_id", name=op.f("uq_roster_wishes_position_id")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("roster_wishes")
    op.drop_column("proposals", "asks_from")
