"""What the desk learns before a decision: notes of the intake call, requests that belong together, terms of a decision.

Revision ID: 20261125_intake
Revises: 20261124_facts_of_picks
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_intake"
down_revision = "20261124_facts_of_picks"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ANSWERS = ("spoke_with", "scope", "safety", "others_present", "media", "litigation", "host_commitments")


def upgrade() -> None:
    op.add_column("requests", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_requests_owner_id"), "requests", "users", ["owner_id"], ["id"])
    op.add_column("requests", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_requests_merged_into_id"), "requests", "requests", ["merged_into_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_requests_merged_into_another"), "requests",
        "merged_into_id is null or (state = 'merged' and merged_into_id <> id)",
    )  # fmt: skip
    op.add_column("decisions", sa.Column("funding_ceiling", sa.BigInteger(), nullable=True))
    op.add_column("decisions", sa.Column("conditions", sa.String(), server_default="", nullable=False))
    op.add_column("decisions", sa.Column("review_on", sa.Date(), nullable=True))
    op.create_check_constraint(op.f("ck_decisions_ceiling_is_money"), "decisions", "funding_ceiling > 0")
    op.create_table(
        "call_notes",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ANSWERS),
        sa.Column("noted_by_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_call_notes_request_id")),
        sa.ForeignKeyConstraint(["noted_by_id"], ["users.id"], name=op.f("fk_call_notes_noted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_notes")),
        sa.UniqueConstraint("request_id", "version", name=op.f("uq_call_notes_request_id_version")),
    )
    op.execute(
        "create trigger append_only before update or delete on call_notes for each row"
        " execute function refuse_rewriting()"
    )
    op.create_table(
        "request_links",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("request_id < other_id", name=op.f("ck_request_links_the_older_first")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_request_links_request_id")),
        sa.ForeignKeyConstraint(["other_id"], ["requests.id"], name=op.f("fk_request_links_other_id")),
        sa.ForeignKeyConstraint(["linked_by_id"], ["users.id"], name=op.f("fk_request_links_linked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_links")),
        sa.UniqueConstraint("request_id", "other_id", name=op.f("uq_request_links_request_id_other_id")),
    )
    op.create_index(op.f("ix_request_links_other_id"), "request_links", ["other_id"])
    op.create_index("ix_requests_filed_at", "requests", ["filed_at"])


def downgrade() -> None:
    op.drop_index("ix_requests_filed_at", table_name="requests")
    op.drop_table("request_links")
    op.drop_table("call_notes")
    op.drop_constraint(op.f("ck_decisions_ceiling_is_money"), "decisions")
    for column in ("review_on", "conditions", "funding_ceiling"):
        op.drop_column("decisions", column)
    op.drop_constraint(op.f("ck_requests_merged_into_another"), "requests")
    op.drop_column("requests", "merged_into_id")
    op.drop_column("requests", "owner_id")
