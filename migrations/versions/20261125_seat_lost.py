"""Who lost a seat to a faster yes may still say yes: to another seat, or to standby.

Revision ID: 20261125_seat_lost
Revises: 20261125_consent
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_seat_lost"
down_revision = "20261125_consent"
branch_labels = None
depends_on = None

BEFORE = (
    "accepted>declined accepted>withdrawn contacting>accepted contacting>declined contacting>deferred "
    "contacting>expired contacting>standby contacting>unreachable contacting>withdrawn declined>accepted "
    "declined>standby deferred>accepted deferred>declined deferred>expired deferred>standby "
    "deferred>withdrawn expired>accepted expired>declined expired>standby planned>accepted "
    "planned>contacting planned>declined planned>standby planned>withdrawn standby>accepted "
    "standby>declined standby>withdrawn unreachable>accepted unreachable>declined unreachable>standby"
)
NEW = "withdrawn>accepted withdrawn>standby"


def upgrade() -> None:
    op.add_column("offers", sa.Column("seat_lost_at", sa.DateTime(timezone=True), nullable=True))
    _step(f"{BEFORE} {NEW}")


def downgrade() -> None:
    _step(BEFORE)
    op.drop_column("offers", "seat_lost_at")


def _step(arrows: str) -> None:
    op.execute("drop trigger step on offers")
    op.execute(
        "create trigger step before update of state on offers for each row"
        f" execute function refuse_wrong_step('{arrows}')"
    )
