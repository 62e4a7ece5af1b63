"""The desk's hand on a call-out: paused, whom to skip, when it is looked at again.

Revision ID: 20261124_call_outs
Revises: 20261124_decision_records
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_call_outs"
down_revision = "20261124_decision_records"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "call_outs",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("skipped", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("look_at", MOMENT, nullable=True),
        sa.Column("look_job_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployments.id"], name=op.f("fk_call_outs_deployment_id_deployments")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_outs")),
        sa.UniqueConstraint("deployment_id", name=op.f("uq_call_outs_deployment_id")),
    )


def downgrade() -> None:
    op.drop_table("call_outs")
