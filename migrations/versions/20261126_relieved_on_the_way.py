"""Somebody is relieved on the way, and a seat knows which one it relieves.

Relief may come before the one relieved is there: they turn round. A seat whose relief is looked for anyway is not
filled a second time when its person does not come.

Revision ID: 20261126_relieved_on_the_way
Revises: 20261126_expenses
"""

import sqlalchemy as sa
from alembic import op

revision = "20261126_relieved_on_the_way"
down_revision = "20261126_expenses"
branch_labels = None
depends_on = None

BEFORE = (
    "confirmed>cancelled confirmed>en_route confirmed>no_show confirmed>on_site confirmed>ordered en_route>cancelled"
    " en_route>no_show en_route>on_site en_route>released on_site>released on_site>relieved ordered>cancelled"
    " ordered>en_route ordered>no_show ordered>on_site released>home relieved>home"
)
NEW = " confirmed>relieved ordered>relieved en_route>relieved"


def _guard(arrows: str) -> None:
    op.execute("drop trigger step on assignments")
    op.execute(
        "create trigger step before update of state on assignments for each row execute function"
        f" refuse_wrong_step('{arrows}')"
    )


def upgrade() -> None:
    _guard(BEFORE + NEW)
    op.add_column("positions", sa.Column("relieves_id", sa.BigInteger(), nullable=True))
    op.execute(
        "update positions p set relieves_id = a.position_id from reliefs r join assignments a on a.id = r.assignment_id"
        " where r.position_id = p.id"
    )
    op.create_foreign_key(
        "fk_positions_relieves", "positions", "positions", ["relieves_id", "deployment_id"], ["id", "deployment_id"]
    )
    op.create_check_constraint(op.f("ck_positions_relieves_another"), "positions", "relieves_id <> id")
    op.create_index(
        "ix_positions_relieves_id", "positions", ["relieves_id"], postgresql_where=sa.text("relieves_id is not null")
    )


def downgrade() -> None:
    op.drop_index("ix_positions_relieves_id", table_name="positions")
    op.drop_constraint(op.f("ck_positions_relieves_another"), "positions")
    op.drop_constraint("fk_positions_relieves", "positions")
    op.drop_column("positions", "relieves_id")
    _guard(BEFORE)
