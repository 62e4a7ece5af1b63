"""What a roster says of its seats as data beside the sentences: prices of others, the funnel, what would help.

Revision ID: 20261124_facts_of_picks
Revises: 20261124_call_outs
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_facts_of_picks"
down_revision = "20261124_call_outs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("picks", sa.Column("facts", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("picks", "facts")
