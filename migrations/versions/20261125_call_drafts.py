"""Calls that the desk is taking: what was typed so far, until it is a request.

Revision ID: 20261125_call_drafts
Revises: 20261125_intake
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_call_drafts"
down_revision = "20261125_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_drafts",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("given", postgresql.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_call_drafts_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_call_drafts_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_drafts")),
        sa.UniqueConstraint("token", name=op.f("uq_call_drafts_token")),
    )
    op.create_index(op.f("ix_call_drafts_by_id"), "call_drafts", ["by_id"])


def downgrade() -> None:
    op.drop_table("call_drafts")
