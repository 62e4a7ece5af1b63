"""A form that is saved as it is filled in, the signature under it, and letters of support.

Revision ID: 20261125_request_drafts
Revises: 20261125_roster_wishes
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_request_drafts"
down_revision = "20261125_roster_wishes"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "request_drafts",
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("sent_request_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_request_drafts_agency_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_request_drafts_by_id")),
        sa.ForeignKeyConstraint(["sent_request_id"], ["requests.id"], name=op.f("fk_request_drafts_sent_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_drafts")),
        sa.UniqueConstraint("sent_request_id", name=op.f("uq_request_drafts_sent_request_id")),
    )
    op.create_index("ix_request_drafts_by_id", "request_drafts", ["by_id"])
    op.create_index(
        "uq_request_drafts_untouched",
        "request_drafts",
        ["by_id"],
        unique=True,
        postgresql_where=sa.text("answers = '{}'::jsonb and sent_request_id is null"),
    )
    op.create_table(
        "signatures",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "authority",
            sa.Enum("executive", "delegated", name="authority", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("statements", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_signatures_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_signatures_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("request_id", name=op.f("uq_signatures_request_id")),
    )
    op.create_table(
        "letters",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pdf", "jpeg", "png", "docx", name="letterkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("octet_length(content) between 1 and 10485760", name=op.f("ck_letters_not_too_large")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_letters_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_letters_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("request_id", "sha256", name=op.f("uq_letters_request_id_sha256")),
    )


def downgrade() -> None:
    op.drop_table("letters")
    op.drop_table("signatures")
    op.drop_table("request_drafts")
