"""Papers that experts send: a file with its kind and last valid day, until the desk has looked.

Revision ID: 20261125_sent_papers
Revises: 20261125_rules
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_sent_papers"
down_revision = "20261125_rules"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATE = sa.Enum("sent", "accepted", "refused", name="paperstate", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "sent_papers",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("octet_length(content) between 1 and 1500000", name=op.f("ck_sent_papers_size")),
        sa.CheckConstraint(
            "content_type in ('application/pdf', 'image/jpeg', 'image/png')", name=op.f("ck_sent_papers_type")
        ),
        sa.CheckConstraint("(state = 'sent') = (decided_by is null)", name=op.f("ck_sent_papers_decided_by_somebody")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_sent_papers_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_papers")),
    )
    op.create_index(op.f("ix_sent_papers_expert_id"), "sent_papers", ["expert_id"])


def downgrade() -> None:
    op.drop_table("sent_papers")
