"""Messages that came from other systems.

Revision ID: 20261126_exchange
Revises: 20261125_surveys
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_exchange"
down_revision = "20261125_surveys"
branch_labels = None
depends_on = None

UNFOUND = r"^[.][0-9a-f]{12}[.]"
OUTCOME = sa.Enum(
    "filed", "answered", "for_the_desk", name="outcome", native_enum=False, create_constraint=True, length=24
)


def upgrade() -> None:
    op.create_table(
        "exchange_messages",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("originating_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", OUTCOME, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(f"body ~ '{UNFOUND}'", name=op.f("ck_exchange_messages_body_sealed")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_exchange_messages_request_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_exchange_messages_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_messages")),
        sa.UniqueConstraint("message_id", name=op.f("uq_exchange_messages_message_id")),
    )
    op.create_index("ix_exchange_messages_originating_id", "exchange_messages", ["originating_id"])
    op.create_index("ix_exchange_messages_request_id", "exchange_messages", ["request_id"])


def downgrade() -> None:
    op.drop_table("exchange_messages")
