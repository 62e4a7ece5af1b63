"""Legal holds, when an expert was erased, and the words of answers sealed.

Revision ID: 20261126_legal_holds
Revises: 20261126_feeds
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import context, op

revision = "20261126_legal_holds"
down_revision = "20261126_feeds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_why", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("kind in ('expert', 'request')", name=op.f("ck_legal_holds_holdkind")),
        sa.CheckConstraint(
            "(lifted_at is null) = (lifted_by_id is null)", name=op.f("ck_legal_holds_lifted_by_somebody")
        ),
        sa.CheckConstraint(
            "(lifted_at is null) = (lifted_why is null)", name=op.f("ck_legal_holds_lifted_for_a_reason")
        ),
        sa.CheckConstraint("why <> '' and lifted_why <> ''", name=op.f("ck_legal_holds_for_a_reason")),
        sa.ForeignKeyConstraint(["set_by_id"], ["users.id"], name=op.f("fk_legal_holds_set_by_id")),
        sa.ForeignKeyConstraint(["lifted_by_id"], ["users.id"], name=op.f("fk_legal_holds_lifted_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        "uq_legal_holds_standing", "legal_holds", ["kind", "subject_id"], unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )  # fmt: skip
    _rewrite(context.config.attributes["seal"])
    op.create_check_constraint(op.f("ck_offers_answer_sealed"), "offers", r"answer ~ '^[.][0-9a-f]{12}[.]'")
    op.add_column("experts", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def _rewrite(anew: Callable[[str], str]) -> None:
    """Write every answer anew."""
    offers = sa.table("offers", sa.column("id"), sa.column("answer"))
    rows = op.get_bind().execute(sa.select(offers.c.id, offers.c.answer).where(offers.c.answer.is_not(None))).all()
    change = offers.update().where(offers.c.id == sa.bindparam("of")).values(answer=sa.bindparam("written"))
    if rows:
        op.get_bind().execute(change, [{"of": of, "written": anew(kept)} for of, kept in rows])


def downgrade() -> None:
    op.drop_constraint(op.f("ck_offers_answer_sealed"), "offers")
    _rewrite(context.config.attributes["unseal"])
    op.drop_column("experts", "erased_at")
    op.drop_table("legal_holds")
