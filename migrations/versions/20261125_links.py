"""Links in offers' texts, codes that prove whose phone it is, and when a phone number became another.

Revision ID: 20261125_links
Revises: 20261125_papers
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_links"
down_revision = "20261125_papers"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
PURPOSE = sa.Enum("answer", "number", name="purpose", native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.add_column("contacts", sa.Column("changed_at", MOMENT, nullable=True))
    op.create_table(
        "offer_links",
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offers.id"], name=op.f("fk_offer_links_offer_id")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_offer_links_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_links")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_offer_links_token_digest")),
    )
    op.create_index(op.f("ix_offer_links_offer_id"), "offer_links", ["offer_id"])
    op.create_table(
        "phone_codes",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("purpose", PURPOSE, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("browser_digest", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("tries between 0 and 5", name=op.f("ck_phone_codes_five_tries")),
        sa.CheckConstraint("expires_at > made_at", name=op.f("ck_phone_codes_expires_after_made")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_phone_codes_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    op.create_index(op.f("ix_phone_codes_expert_id"), "phone_codes", ["expert_id"])
    op.create_index("ix_phone_codes_number_made_at", "phone_codes", ["number", "made_at"])


def downgrade() -> None:
    op.drop_table("phone_codes")
    op.drop_table("offer_links")
    op.drop_column("contacts", "changed_at")
