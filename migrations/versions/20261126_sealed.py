"""Numbers, addresses and other personal fields are sealed: what is there now, and nothing plain goes in again.

The one revision that the code before cannot run on: it would take a sealed number for a number. So everything is stopped
for it (docs/operations.md). `env.py` hands in the function that seals, with the keys of this installation.

Revision ID: 20261126_sealed
Revises: 20261125_afterwards
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261126_sealed"
down_revision = "20261125_afterwards"
branch_labels = None
depends_on = None

FOUND = (("contacts", "number"), ("messages", "number"), ("inbound_messages", "number"), ("phone_codes", "number"),
         ("drill_texts", "number"), ("experts", "email"))  # fmt: skip
"""Columns that are looked up: a digest stands before the secret."""
UNFOUND = (("inbound_messages", "body"), ("requests", "contact_phone"), ("requests", "contact_email"),
           ("requests", "details"), ("call_drafts", "given"), ("mission_orders", "report_phone"),
           ("mission_orders", "contacts"), ("idempotent_answers", "answer"))  # fmt: skip
DOCUMENTS = (("requests", "details"), ("call_drafts", "given"), ("idempotent_answers", "answer"))
BATCH = 1000


def upgrade() -> None:
    op.drop_constraint("uq_contacts_expert_id_number", "contacts")
    op.drop_constraint("uq_experts_email", "experts")
    for table in ("contacts", "messages", "inbound_messages", "drill_texts"):
        op.drop_index(f"ix_{table}_number", table_name=table)
    op.drop_index("ix_phone_codes_number_made_at", table_name="phone_codes")
    for table, column in DOCUMENTS:
        op.alter_column(table, column, type_=sa.String(), postgresql_using=f"{column}::text")
    for table, column in (*FOUND, *UNFOUND):
        _seal(table, column, found=(table, column) in FOUND)
        begins = r"^[A-Za-z0-9_-]{22}[.][0-9a-f]{12}[.]" if (table, column) in FOUND else r"^[.][0-9a-f]{12}[.]"
        op.create_check_constraint(op.f(f"ck_{table}_{column}_sealed"), table, f"{column} ~ '{begins}'")
    digest = sa.text("left(number, 22)")
    op.create_index("uq_contacts_expert_id_number", "contacts", ["expert_id", digest], unique=True)
    op.create_index("uq_experts_email", "experts", [sa.text("left(email, 22)")], unique=True)
    for table in ("contacts", "messages", "inbound_messages", "drill_texts"):
        op.create_index(f"ix_{table}_number", table, [digest])
    op.create_index("ix_phone_codes_number_made_at", "phone_codes", [digest, "made_at"])


def _seal(table: str, column: str, *, found: bool) -> None:
    seal = context.config.attributes["seal"]
    _rewrite(table, column, lambda plain: str(seal(plain, found=found)))


def _rewrite(table: str, column: str, anew: Callable[[str], str]) -> None:
    """Write a column anew, some rows at a time."""
    connection, last = op.get_bind(), 0
    value, row_id = sa.column(column), sa.column("id")
    there = sa.table(table, row_id, value)
    while True:
        read = sa.select(row_id, value).select_from(there).where(row_id > last, value.is_not(None))
        rows = connection.execute(read.order_by(row_id).limit(BATCH)).all()
        if not rows:
            return
        last = rows[-1][0]
        change = there.update().where(row_id == sa.bindparam("of")).values({column: sa.bindparam("written")})
        given: list[dict[str, Any]] = [{"of": of, "written": anew(kept)} for of, kept in rows]
        connection.execute(change, given)


def downgrade() -> None:
    unseal = context.config.attributes["unseal"]
    op.drop_index("ix_phone_codes_number_made_at", table_name="phone_codes")
    for table in ("contacts", "messages", "inbound_messages", "drill_texts"):
        op.drop_index(f"ix_{table}_number", table_name=table)
    op.drop_index("uq_experts_email", table_name="experts")
    op.drop_index("uq_contacts_expert_id_number", table_name="contacts")
    for table, column in (*FOUND, *UNFOUND):
        op.drop_constraint(op.f(f"ck_{table}_{column}_sealed"), table)
        _rewrite(table, column, unseal)
    for table, column in DOCUMENTS:
        op.alter_column(table, column, type_=JSONB(), postgresql_using=f"{column}::jsonb")
    for table in ("contacts", "messages", "inbound_messages", "drill_texts"):
        op.create_index(f"ix_{table}_number", table, ["number"])
    op.create_index("ix_phone_codes_number_made_at", "phone_codes", ["number", "made_at"])
    op.create_unique_constraint("uq_experts_email", "experts", ["email"])
    op.create_unique_constraint("uq_contacts_expert_id_number", "contacts", ["expert_id", "number"])
