"""Which server this database was worked with last, so that a restored one notices by itself.

Revision ID: 20261126_epochs
Revises: 20261126_fence
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_epochs"
down_revision = "20261126_fence"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "database_epochs",
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("doubted_at", MOMENT, nullable=True),
        sa.Column("doubt", sa.String(), nullable=False, server_default=""),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_epochs")),
    )
    op.create_index("uq_database_epochs_only", "database_epochs", [sa.text("(true)")], unique=True)


def downgrade() -> None:
    op.drop_table("database_epochs")
