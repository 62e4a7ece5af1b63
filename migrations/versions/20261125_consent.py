"""How far a call-out goes on by itself is the desk's choice, deployment by deployment.

Revision ID: 20261125_consent
Revises: 20261125_field
"""

import sqlalchemy as sa
from alembic import op

revision = "20261125_consent"
down_revision = "20261125_field"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_outs", sa.Column("consent", sa.String(24), nullable=True))
    op.create_check_constraint(
        op.f("ck_call_outs_consent"), "call_outs", "consent in ('automatic', 'alternates', 'ask')"
    )


def downgrade() -> None:
    op.drop_column("call_outs", "consent")
