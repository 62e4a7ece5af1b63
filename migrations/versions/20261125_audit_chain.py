"""The log as hash chains: a changed, removed or added event, and a tail that was cut off, can be named.

Revision ID: 20261125_audit_chain
Revises: 20261125_drills
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "20261125_audit_chain"
down_revision = "20261125_drills"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_heads")),
        sa.UniqueConstraint("chain", name=op.f("uq_audit_heads_chain")),
    )
    op.create_table(
        "audit_links",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_audit_links_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("chain", "number", name=op.f("uq_audit_links_chain_number")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_links_event_id")),
    )
    op.create_index("ix_events_actor_id_id", "events", ["actor_id", "id"])
    op.get_bind().connection.cursor().execute((SQL / "chain.sql").read_text())


def downgrade() -> None:
    for table in ("decisions", "events"):
        op.execute(f"drop trigger never_emptied on {table}")
    for function in ("seal(bigint[])", "hash(bytea, text, bigint, events)", "field(text)", "chain(text, text)"):
        op.execute(f"drop function audit_{function}")
    op.drop_index("ix_events_actor_id_id", table_name="events")
    op.drop_table("audit_links")
    op.drop_table("audit_heads")
