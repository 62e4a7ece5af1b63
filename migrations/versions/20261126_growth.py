"""Offers of a team and questions of a day are found by an index; timers that were taken back are gone.

Revision ID: 20261126_growth
Revises: 20261126_foresight
"""

from alembic import op

revision = "20261126_growth"
down_revision = "20261126_foresight"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_offers_deployment_id", "offers", ["deployment_id"])
    op.create_index("ix_offers_asked_at", "offers", ["asked_at"])
    op.execute("delete from procrastinate_jobs where status = 'cancelled'")


def downgrade() -> None:
    op.drop_index("ix_offers_asked_at", table_name="offers")
    op.drop_index("ix_offers_deployment_id", table_name="offers")
