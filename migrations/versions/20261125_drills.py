"""Drills of the texts: who was texted, who answered, in which time.

Revision ID: 20261125_drills
Revises: 20261125_request_drafts
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_drills"
down_revision = "20261125_request_drafts"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "drills",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("running", "ended", name="drillstate", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("disciplines", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("states", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("ends_at > started_at", name=op.f("ck_drills_ends_after_start")),
        sa.CheckConstraint("(state = 'ended') = (ended_at is not null)", name=op.f("ck_drills_ended_at_a_moment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drills")),
    )
    op.create_index(
        "uq_drills_running_code", "drills", ["code"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "drill_texts",
        sa.Column("drill_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column(
            "why_not",
            sa.Enum(
                "no_number", "opted_out", "busy", "night", name="notasked", native_enum=False, create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("why_not is null or message_id is null", name=op.f("ck_drill_texts_asked_or_not")),
        sa.CheckConstraint(
            "answered_at is null or message_id is not null", name=op.f("ck_drill_texts_answered_when_asked")
        ),
        sa.ForeignKeyConstraint(
            ["drill_id"], ["drills.id"], name=op.f("fk_drill_texts_drill_id_drills"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_drill_texts_expert_id_experts")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_drill_texts_message_id_messages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_texts")),
        sa.UniqueConstraint("drill_id", "expert_id", name=op.f("uq_drill_texts_drill_id_expert_id")),
    )  # fmt: skip
    op.create_index("ix_drill_texts_message_id", "drill_texts", ["message_id"])
    op.create_index("ix_drill_texts_number", "drill_texts", ["number"])
    op.execute(
        "create trigger step before update of state on drills for each row"
        " execute function refuse_wrong_step('running>ended')"
    )


def downgrade() -> None:
    op.drop_table("drill_texts")
    op.drop_table("drills")
