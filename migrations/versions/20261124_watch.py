"""Alarms, heartbeats and holds: what watches over the sending, and what waits when it must.

Revision ID: 20261124_watch
Revises: 20261123_first
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_watch"
down_revision = "20261123_first"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(settled_at is null) = (settled_by is null)", name=op.f("ck_alarms_settled_by_somebody")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index("uq_alarms_open", "alarms", ["key"], unique=True, postgresql_where=sa.text("settled_at is null"))
    op.create_index("ix_alarms_kind_subject_id", "alarms", ["kind", "subject_id"])
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeats")),
        sa.UniqueConstraint("name", name=op.f("uq_heartbeats_name")),
    )
    op.create_table(
        "sending_holds",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("carrier", "gap", name="holdreason", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("error_code", sa.BigInteger(), nullable=True),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("released_at", MOMENT, nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(released_at is null) = (released_by is null)", name=op.f("ck_sending_holds_released_by_somebody")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sending_holds")),
    )
    op.create_index(
        "uq_sending_holds_active", "sending_holds", ["sender", "reason"], unique=True,
        postgresql_where=sa.text("released_at is null"),
    )  # fmt: skip
    op.add_column("sender_paces", sa.Column("backed_off_until", MOMENT, nullable=True))
    op.create_index("ix_offers_answered_at", "offers", ["answered_at"])
    op.create_index(
        "ix_messages_lost", "messages", ["queued_at"], postgresql_where=sa.text("state in ('undelivered', 'failed')")
    )
    op.create_index("ix_messages_topic_kind", "messages", ["topic", "kind"])


def downgrade() -> None:
    op.drop_index("ix_messages_topic_kind", table_name="messages")
    op.drop_index("ix_messages_lost", table_name="messages")
    op.drop_index("ix_offers_answered_at", table_name="offers")
    op.drop_column("sender_paces", "backed_off_until")
    op.drop_table("sending_holds")
    op.drop_table("heartbeats")
    op.drop_table("alarms")
