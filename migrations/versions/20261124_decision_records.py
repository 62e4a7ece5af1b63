"""What each roster was made of, so that it can be made again; what changed by it, the runner-up, edits by hand.

Revision ID: 20261124_decision_records
Revises: 20261124_languages
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_decision_records"
down_revision = "20261124_languages"
branch_labels = None
depends_on = None

EMPTY_LIST = sa.text("'[]'::jsonb")


def upgrade() -> None:
    op.create_table(
        "decision_records",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals.id"],
            name=op.f("fk_decision_records_proposal_id_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_records")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_decision_records_proposal_id")),
    )
    op.add_column("proposals", sa.Column("gap", sa.Float(), nullable=True))
    # Code of before writes no changes and no edits; the default does it for it.
    for name in ("changes", "edits"):
        op.add_column("proposals", sa.Column(name, postgresql.JSONB(), nullable=False, server_default=EMPTY_LIST))
    op.add_column("proposals", sa.Column("runner_up", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    for name in ("runner_up", "edits", "changes", "gap"):
        op.drop_column("proposals", name)
    op.drop_table("decision_records")
