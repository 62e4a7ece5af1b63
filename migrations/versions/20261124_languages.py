"""Spanish by preference, attachments counted, what people on the road have told us.

Revision ID: 20261124_languages
Revises: 20261124_watch
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_languages"
down_revision = "20261124_watch"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "experts",
        sa.Column(
            "preferred_language",
            sa.Enum("en", "es", name="language", native_enum=False, create_constraint=True, length=24),
            nullable=False,
            server_default="en",
        ),
    )
    op.add_column("messages", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.add_column("inbound_messages", sa.Column("attachments", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("assignments", sa.Column("told_arrived_at", MOMENT, nullable=True))
    op.add_column("assignments", sa.Column("told_home_at", MOMENT, nullable=True))
    op.add_column("assignments", sa.Column("told_delay", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("assignments", "told_delay")
    op.drop_column("assignments", "told_home_at")
    op.drop_column("assignments", "told_arrived_at")
    op.drop_column("inbound_messages", "attachments")
    op.drop_column("messages", "language")
    op.drop_column("experts", "preferred_language")
