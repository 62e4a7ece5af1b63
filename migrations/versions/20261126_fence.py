"""Row-level security: in an agency's transaction the database shows and takes only what hangs on its own requests.

Offers and proposals are not fenced: no door of an agency reads them, and each answer of an expert would pay for it.
The service's role is held by it; the owner, who migrates and backs up, is not. `rrt.agency` is "all" for connections of the
service, an agency's id in transactions of its people, and nobody's where nobody set it: then there are no rows.

Revision ID: 20261126_fence
Revises: 20261126_legal_holds
"""

from alembic import op

revision = "20261126_fence"
down_revision = "20261126_legal_holds"
branch_labels = None
depends_on = None

WHOSE = "(select current_setting('rrt.agency', true))"
OWNED = ("requests", "request_drafts")
OF_REQUEST = ("decisions", "questions", "signatures", "letters", "call_notes", "deployments", "exchange_messages")
OF_DEPLOYMENT = ("positions", "assignments", "ratings", "mission_orders", "daily_reports",
                 "sign_offs", "after_actions", "tasks",
                 "extensions", "partners", "surveys")  # fmt: skip


def upgrade() -> None:
    for table in OWNED:
        _fence(table, f"{WHOSE} in ('all', agency_id::text)")
    for table in OF_REQUEST:
        _fence(table, f"{WHOSE} = 'all' or exists (select from requests r where r.id = {table}.request_id)")
    for table in OF_DEPLOYMENT:
        _fence(table, f"{WHOSE} = 'all' or exists (select from deployments d where d.id = {table}.deployment_id)")


def _fence(table: str, condition: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"create policy agency on {table} using ({condition})")


def downgrade() -> None:
    for table in (*OWNED, *OF_REQUEST, *OF_DEPLOYMENT):
        op.execute(f"drop policy agency on {table}")
        op.execute(f"alter table {table} disable row level security")
