"""After-action reports with two acceptances, and tasks.

Revision ID: 20261125_afterwards
Revises: 20261125_sign_in
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_afterwards"
down_revision = "20261125_sign_in"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "after_actions",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("went_well", sa.String(), nullable=False),
        sa.Column("to_improve", sa.String(), nullable=False),
        sa.Column("lessons", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.Column("completed_by", sa.String(), nullable=True),
        sa.Column("iacp_accepted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("iacp_accepted_at", MOMENT, nullable=True),
        sa.Column("doj_accepted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("doj_accepted_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(completed_at is null) = (completed_by is null)", name=op.f("ck_after_actions_completed_by_somebody")
        ),
        sa.CheckConstraint(
            "completed_at is not null or doj_accepted_by_id is null", name=op.f("ck_after_actions_completed_before_doj")
        ),
        sa.CheckConstraint(
            "completed_at is not null or iacp_accepted_by_id is null",
            name=op.f("ck_after_actions_completed_before_iacp"),
        ),
        sa.CheckConstraint("iacp_accepted_by_id <> doj_accepted_by_id", name=op.f("ck_after_actions_two_partners")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_after_actions_deployment_id")),
        sa.ForeignKeyConstraint(["doj_accepted_by_id"], ["users.id"], name=op.f("fk_after_actions_doj_accepted_by_id")),
        sa.ForeignKeyConstraint(
            ["iacp_accepted_by_id"], ["users.id"], name=op.f("fk_after_actions_iacp_accepted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_after_actions")),
        sa.UniqueConstraint("deployment_id", name=op.f("uq_after_actions_deployment_id")),
    )
    op.create_table(
        "tasks",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(done_at is null) = (done_by is null)", name=op.f("ck_tasks_done_by_somebody")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_tasks_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("deployment_id", "what", name=op.f("uq_tasks_deployment_id_what")),
    )
    op.create_index("ix_tasks_deployment_id", "tasks", ["deployment_id"], unique=False)
    op.create_index("ix_tasks_due_on", "tasks", ["due_on"], unique=False)


def downgrade() -> None:
    op.drop_table("tasks")
    op.drop_table("after_actions")
