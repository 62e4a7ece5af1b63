"""Second factors, recovery codes, identities of other issuers, what a session is, scopes of keys, counts for limits.

Revision ID: 20261125_sign_in
Revises: 20261125_sent_papers
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_sign_in"
down_revision = "20261125_sent_papers"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _user() -> sa.Column:
    return sa.Column("user_id", sa.BigInteger(), nullable=False)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name, *columns, sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )  # fmt: skip


def _of_user(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id"), ondelete="CASCADE")


def upgrade() -> None:
    _table(
        "factors",
        _user(),
        sa.Column(
            "kind",
            sa.Enum("totp", "passkey", name="factorkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("credential_id", sa.String(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        _of_user("factors"),
        sa.UniqueConstraint("credential_id", name=op.f("uq_factors_credential_id")),
        sa.CheckConstraint(
            "(kind = 'totp' and secret is not null) or (kind = 'passkey' and credential_id is not null"
            " and public_key is not null)",
            name=op.f("ck_factors_has_what_it_is"),
        ),
    )
    op.create_index("ix_factors_user_id", "factors", ["user_id"])
    _table(
        "recovery_codes",
        _user(),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _of_user("recovery_codes"),
        sa.UniqueConstraint("digest", name=op.f("uq_recovery_codes_digest")),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])
    _table(
        "identities",
        _user(),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        _of_user("identities"),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
        sa.UniqueConstraint("user_id", "issuer", name=op.f("uq_identities_user_id_issuer")),
    )
    _table(
        "oidc_flows",
        sa.Column("state_digest", sa.String(), nullable=False),
        sa.Column("browser_digest", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("next", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.UniqueConstraint("state_digest", name=op.f("uq_oidc_flows_state_digest")),
    )
    _table(
        "rate_counts",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("key", "window_start", name=op.f("uq_rate_counts_key_window_start")),
    )
    op.execute("alter table rate_counts set unlogged")
    for column in (
        sa.Column("method", sa.String(), nullable=False, server_default="password"),
        sa.Column("address", sa.String(), nullable=False, server_default=""),
        sa.Column("agent", sa.String(), nullable=False, server_default=""),
        sa.Column("factor_at", MOMENT, nullable=True),
        sa.Column("awaits_factor", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("challenge", sa.String(), nullable=True),
    ):
        op.add_column("sign_in_sessions", column)
    op.add_column("api_keys", sa.Column("scopes", postgresql.ARRAY(sa.String()), nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("api_keys", "scopes")
    for name in ("challenge", "awaits_factor", "factor_at", "agent", "address", "method"):
        op.drop_column("sign_in_sessions", name)
    for name in ("rate_counts", "oidc_flows", "identities", "recovery_codes", "factors"):
        op.drop_table(name)
