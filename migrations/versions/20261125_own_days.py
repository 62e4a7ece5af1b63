"""Standby weeks and consents of experts; how often an assignment changed, for the calendars that follow it.

Revision ID: 20261125_own_days
Revises: 20261125_wellness
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_own_days"
down_revision = "20261125_wellness"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KIND = sa.Enum("texts", "wake", name="consentkind", native_enum=False, create_constraint=True, length=24)
COUNT = """
create function count_assignment_changes() returns trigger language plpgsql as $$
begin
    new.sequence = old.sequence + 1;
    return new;
end $$
"""
WHEN = """
create trigger changes before update on assignments for each row
when (old.span is distinct from new.span or old.arrives_at is distinct from new.arrives_at
      or (old.state is distinct from new.state and new.state in ('cancelled', 'no_show')))
execute function count_assignment_changes()
"""


def upgrade() -> None:
    op.create_table(
        "standby_weeks",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("extract(isodow from monday) = 1", name=op.f("ck_standby_weeks_begins_on_monday")),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_standby_weeks_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standby_weeks")),
        sa.UniqueConstraint("expert_id", "monday", name=op.f("uq_standby_weeks_expert_id_monday")),
    )
    op.create_table(
        "consents",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_consents_expert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_expert_id_kind", "consents", ["expert_id", "kind"])
    op.add_column("assignments", sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(COUNT)
    op.execute(WHEN)


def downgrade() -> None:
    op.execute("drop trigger changes on assignments")
    op.execute("drop function count_assignment_changes()")
    op.drop_column("assignments", "sequence")
    op.drop_table("consents")
    op.drop_table("standby_weeks")
