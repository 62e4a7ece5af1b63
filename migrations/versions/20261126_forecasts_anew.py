"""Forecasts are worked out anew: those that were kept had intervals of nine of ten, and lack figures that pages show now.

Nothing is lost by it: a forecast is worked out from what is in the database; readiness is by itself within the hour.
"""

from alembic import op

revision = "20261126_forecasts_anew"
down_revision = "20261126_relieved_on_the_way"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("delete from forecasts")


def downgrade() -> None:
    """What was worked out before cannot come back, and need not."""
