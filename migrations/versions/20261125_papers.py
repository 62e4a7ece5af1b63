"""Credentials say who verified them; experts carry the last day on which all their mandatory papers are valid.

The pool is searched by readiness; adding up every expert's papers for each search took most of its time. A trigger for
whole statements keeps the day, so that entering thousands of papers at once stays quick.

Revision ID: 20261125_papers
Revises: 20261125_call_drafts
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_papers"
down_revision = "20261125_call_drafts"
branch_labels = None
depends_on = None

MANDATORY = "'background_check', 'consultant_agreement', 'rrt_orientation', 'sms_consent'"
DAY = f"""
    select case when count(distinct c.kind) = 4 then min(coalesce(c.expires_on, date '9999-12-31')) end
    from credentials c where c.expert_id = e.id and c.kind in ({MANDATORY})
"""  # noqa: S608 - words of this file
FUNCTION = f"""
create function keep_papers_until() returns trigger language plpgsql as $$
begin
    update experts e set papers_until = ({DAY})
    where e.id in (select expert_id from changed where kind in ({MANDATORY}));
    return null;
end $$
"""  # noqa: S608 - words of this file
TRIGGERS = {"insert": "new", "update": "new", "delete": "old"}


def upgrade() -> None:
    op.add_column("credentials", sa.Column("verified_on", sa.Date(), nullable=True))
    op.add_column("credentials", sa.Column("verified_by", sa.String(), nullable=True))
    op.create_check_constraint(
        op.f("ck_credentials_verified_by_somebody"), "credentials", "(verified_on is null) = (verified_by is null)"
    )
    op.add_column("experts", sa.Column("papers_until", sa.Date(), nullable=True))
    op.create_index("ix_experts_name_id", "experts", ["name", "id"])
    op.execute(f"update experts e set papers_until = ({DAY})")  # noqa: S608 - words of this file
    op.execute(FUNCTION)
    for verb, rows in TRIGGERS.items():
        op.execute(
            f"create trigger papers_until_{verb} after {verb} on credentials"
            f" referencing {rows} table as changed for each statement execute function keep_papers_until()"
        )


def downgrade() -> None:
    for verb in TRIGGERS:
        op.execute(f"drop trigger papers_until_{verb} on credentials")
    op.execute("drop function keep_papers_until()")
    op.drop_index("ix_experts_name_id", "experts")
    op.drop_column("experts", "papers_until")
    op.drop_constraint(op.f("ck_credentials_verified_by_somebody"), "credentials")
    op.drop_column("credentials", "verified_by")
    op.drop_column("credentials", "verified_on")
