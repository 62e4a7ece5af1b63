"""Partners on site, and surveys of agency, experts and partners.

Revision ID: 20261125_surveys
Revises: 20261125_longer_stays
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_surveys"
down_revision = "20261125_longer_stays"
branch_labels = None
depends_on = None

UNFOUND = r"^[.][0-9a-f]{12}[.]"
MOMENT = sa.DateTime(timezone=True)


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "partners",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("organisation <> ''", name=op.f("ck_partners_has_a_name")),
        sa.CheckConstraint(f"name ~ '{UNFOUND}'", name=op.f("ck_partners_name_sealed")),
        sa.CheckConstraint(f"number ~ '{UNFOUND}'", name=op.f("ck_partners_number_sealed")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_partners_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("deployment_id", "organisation", name=op.f("uq_partners_deployment_id_organisation")),
    )
    op.create_table(
        "surveys",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("audience", _words("audience", "agency", "expert", "partner"), nullable=False),
        sa.Column("touch", _words("touch", "hours_72", "days_7", "days_90"), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=True),
        sa.Column("partner_id", sa.BigInteger(), nullable=True),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answers", postgresql.JSONB(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("(audience = 'expert') = (expert_id is not null)", name=op.f("ck_surveys_expert_is_named")),
        sa.CheckConstraint(
            "(audience = 'partner') = (partner_id is not null)", name=op.f("ck_surveys_partner_is_named")
        ),
        sa.CheckConstraint("(answered_at is null) = (answers is null)", name=op.f("ck_surveys_answered_with_answers")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_surveys_deployment_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_surveys_expert_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["partners.id"], name=op.f("fk_surveys_partner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surveys")),
        sa.UniqueConstraint("deployment_id", "key", name=op.f("uq_surveys_deployment_id_key")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_surveys_token_digest")),
    )
    op.create_index("ix_surveys_due_at", "surveys", ["due_at"])


def downgrade() -> None:
    op.drop_table("surveys")
    op.drop_table("partners")
