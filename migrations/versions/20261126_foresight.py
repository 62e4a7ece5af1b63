"""Past incidents by file, and what is foreseen from them.

Revision ID: 20261126_foresight
Revises: 20261126_epochs
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "20261126_foresight"
down_revision = "20261126_epochs"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    op.create_table(
        "incident_files",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("is_synthetic", sa.Boolean(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("loaded_at", MOMENT, nullable=False),
        sa.Column("loaded_by", sa.String(), nullable=False),
        _key(),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_incident_files_days_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_files")),
        sa.UniqueConstraint("sha256", name=op.f("uq_incident_files_sha256")),
    )
    op.create_table(
        "past_incidents",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("killed", sa.BigInteger(), nullable=False),
        sa.Column("injured", sa.BigInteger(), nullable=False),
        _key(),
        sa.CheckConstraint("killed >= 0 and injured >= 0", name=op.f("ck_past_incidents_counts_not_negative")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["incident_files.id"], name=op.f("fk_past_incidents_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_incidents")),
    )
    op.create_index("ix_past_incidents_file_id", "past_incidents", ["file_id"])
    op.create_table(
        "forecasts",
        sa.Column(
            "kind",
            sa.Enum(
                "readiness", "recruiting", name="forecastkind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("asks", JSONB(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("took_ms", sa.BigInteger(), nullable=True),
        sa.Column("failed_because", sa.String(), nullable=True),
        sa.Column("values", JSONB(), nullable=True),
        _key(),
        sa.CheckConstraint("made_at is null or failed_because is null", name=op.f("ck_forecasts_one_end")),
        sa.CheckConstraint('(made_at is null) = ("values" is null)', name=op.f("ck_forecasts_made_with_values")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecasts")),
    )
    op.create_index(
        "uq_forecasts_open", "forecasts", ["kind"], unique=True,
        postgresql_where=sa.text("made_at is null and failed_because is null"),
    )  # fmt: skip
    op.create_index("ix_forecasts_kind_made_at", "forecasts", ["kind", "made_at"])


def downgrade() -> None:
    op.drop_table("forecasts")
    op.drop_table("past_incidents")
    op.drop_table("incident_files")
