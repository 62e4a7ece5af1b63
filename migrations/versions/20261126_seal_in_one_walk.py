"""The seal of the log takes one walk over what a transaction recorded, and tells live pages on the way.

The code before tells them itself, too: the same word twice in a transaction arrives once.

Revision ID: 20261126_seal_in_one_walk
Revises: 20261126_account_resets
"""

from pathlib import Path

from alembic import op

revision = "20261126_seal_in_one_walk"
down_revision = "20261126_account_resets"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def _run(statements: str) -> None:
    op.get_bind().connection.cursor().execute(statements)


def upgrade() -> None:
    _run((SQL / "seal.sql").read_text())


def downgrade() -> None:
    before = (SQL / "chain.sql").read_text()
    begins, ends = before.index("create function audit_seal"), before.index("create trigger")
    _run(before[begins:ends].replace("create function", "create or replace function"))
