"""A forgotten password or a lost second factor is set anew by two people.

Revision ID: 20261126_account_resets
Revises: 20261126_forecasts_anew
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_account_resets"
down_revision = "20261126_forecasts_anew"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "account_resets",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lost_password", sa.Boolean(), nullable=False),
        sa.Column("lost_factor", sa.Boolean(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=True),
        sa.Column("given_by_id", sa.BigInteger(), nullable=True),
        sa.Column("code_digest", sa.String(), nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("stopped_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "asked_by_id <> user_id and given_by_id <> user_id and given_by_id <> asked_by_id"
            " and (given_at is null or (asked_by_id is null) = (given_by_id is null))",
            name=op.f("ck_account_resets_two_people"),
        ),
        sa.CheckConstraint("(given_at is null) = (code_digest is null)", name=op.f("ck_account_resets_code_is_given")),
        sa.CheckConstraint("used_at is null or given_at is not null", name=op.f("ck_account_resets_used_after_given")),
        sa.CheckConstraint("used_at is null or stopped_at is null", name=op.f("ck_account_resets_one_end")),
        sa.CheckConstraint("lost_password or lost_factor", name=op.f("ck_account_resets_something_is_lost")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_resets_user_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_account_resets_asked_by_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_account_resets_given_by_id")),
        sa.ForeignKeyConstraint(["stopped_by_id"], ["users.id"], name=op.f("fk_account_resets_stopped_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_resets")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_account_resets_code_digest")),
    )
    op.create_index(
        "uq_account_resets_open", "account_resets", ["user_id"], unique=True,
        postgresql_where=sa.text("used_at is null and stopped_at is null"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("account_resets")
