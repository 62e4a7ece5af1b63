"""The first tables: from a request to a confirmed team, the job queue, and the guards of both.

Revision ID: 20261123_first
Revises:
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_first"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def run_file(name: str) -> None:
    """Run a frozen SQL file as it is: psycopg sends it whole, with no parameters to look for."""
    op.get_bind().connection.cursor().execute((SQL / name).read_text())


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
    op.create_table(
        "agencies",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ori", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "municipal",
                "county",
                "state",
                "tribal",
                "campus",
                "territorial",
                "special",
                name="agencykind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("sworn_count", sa.BigInteger(), nullable=True),
        sa.Column("executive_name", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("ori is null or length(ori) in (7, 9)", name=op.f("ck_agencies_ori_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("name", "state", name=op.f("uq_agencies_name_state")),
        sa.UniqueConstraint("ori", name=op.f("uq_agencies_ori")),
    )
    op.create_table(
        "events",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_kind_id", "events", ["kind", "id"], unique=False)
    op.create_index("ix_events_topic_id", "events", ["topic", "id"], unique=False)
    op.create_table(
        "experts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("disciplines", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("expertise", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=True),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("is_trainee", sa.Boolean(), nullable=False),
        sa.Column("is_mentor", sa.Boolean(), nullable=False),
        sa.Column("past_deployments", sa.BigInteger(), nullable=False),
        sa.Column("conflict_agencies", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("eligible_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wakes_for_immediate", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "disciplines <@ array['LE','VA','MH','CL']::varchar[]", name=op.f("ck_experts_disciplines_known")
        ),
        sa.CheckConstraint("cardinality(disciplines) between 1 and 2", name=op.f("ck_experts_disciplines_one_or_two")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experts")),
        sa.UniqueConstraint("email", name=op.f("uq_experts_email")),
    )
    op.create_table(
        "idempotent_answers",
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_answers")),
        sa.UniqueConstraint("actor", "key", name=op.f("uq_idempotent_answers_actor_key")),
    )
    op.create_table(
        "inbound_messages",
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("opt_out_type", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "read",
                "needs_person",
                "settled",
                "ignored",
                name="inboundstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("meaning", sa.String(), nullable=True),
        sa.Column("expert_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_messages")),
        sa.UniqueConstraint("sid", name=op.f("uq_inbound_messages_sid")),
    )
    op.create_index("ix_inbound_messages_number", "inbound_messages", ["number"], unique=False)
    op.create_index("ix_inbound_messages_state", "inbound_messages", ["state"], unique=False)
    op.create_table(
        "messages",
        sa.Column(
            "channel",
            sa.Enum("text", "call", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=True),
        sa.Column("offer_id", sa.BigInteger(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "sent",
                "delivered",
                "undelivered",
                "failed",
                "unknown",
                "cancelled",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("sid", sa.String(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_code", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("digits", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "(state in ('queued', 'cancelled')) or claimed_at is not null", name=op.f("ck_messages_claimed_before_sent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("sid", name=op.f("uq_messages_sid")),
    )
    op.create_index("ix_messages_number", "messages", ["number"], unique=False)
    op.create_index("ix_messages_offer_id", "messages", ["offer_id"], unique=False)
    op.create_index("ix_messages_state", "messages", ["state"], unique=False)
    op.create_table(
        "reference_counters",
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_counters")),
        sa.UniqueConstraint("year", name=op.f("uq_reference_counters_year")),
    )
    op.create_table(
        "sender_paces",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_paces")),
        sa.UniqueConstraint("number", name=op.f("uq_sender_paces_number")),
    )
    op.create_table(
        "sign_in_tries",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_tries")),
    )
    op.create_index(op.f("ix_sign_in_tries_address"), "sign_in_tries", ["address"], unique=False)
    op.create_index(op.f("ix_sign_in_tries_email"), "sign_in_tries", ["email"], unique=False)
    op.create_table(
        "absences",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absences_ends_after_start")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_absences_expert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_expert_id_ends_at", "absences", ["expert_id", "ends_at"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("mobile", "alternate", name="contactkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("texts_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_contacts_expert_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("expert_id", "number", name=op.f("uq_contacts_expert_id_number")),
    )
    op.create_index("ix_contacts_number", "contacts", ["number"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"], ["experts.id"], name=op.f("fk_credentials_expert_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credentials")),
        sa.UniqueConstraint(
            "expert_id",
            "kind",
            "state",
            name=op.f("uq_credentials_expert_id_kind_state"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_credentials_expert_id"), "credentials", ["expert_id"], unique=False)
    op.create_table(
        "users",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=True),
        sa.Column("expert_id", sa.BigInteger(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "not ('admin' = any(roles) and 'approver' = any(roles))", name=op.f("ck_users_admin_does_not_approve")
        ),
        sa.CheckConstraint(
            "not ('expert' = any(roles)) or expert_id is not null", name=op.f("ck_users_expert_is_in_pool")
        ),
        sa.CheckConstraint(
            "not ('requester' = any(roles)) or agency_id is not null", name=op.f("ck_users_requester_has_agency")
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_users_email_lower")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_users_agency_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_users_expert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "api_keys",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_digest", name=op.f("uq_api_keys_key_digest")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)
    op.create_table(
        "requests",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("agency_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "in_intake",
                "info_needed",
                "recommended",
                "approved",
                "declined",
                "referred",
                "withdrawn",
                "merged",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("filed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("keyed_in_by_desk", sa.Boolean(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incident_type", sa.String(), nullable=False),
        sa.Column("modifiers", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("place_state", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("killed", sa.BigInteger(), nullable=True),
        sa.Column("injured", sa.BigInteger(), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("service_types", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("expertise_wanted", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "immediate", "urgent", "planned", name="priority", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("needed_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum("on_site", "virtual", "hybrid", name="mode", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_title", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("report_to", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("team_type", sa.String(), nullable=True),
        sa.Column("recommended_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint(
            "state not in ('approved', 'declined', 'referred') or (decided_by_id is not null and recommended_by_id is not null)",
            name=op.f("ck_requests_decided_by_somebody"),
        ),
        sa.CheckConstraint("days between 1 and 14", name=op.f("ck_requests_days_within_cap")),
        sa.CheckConstraint(
            "decided_by_id is distinct from filed_by_id or decided_by_id is null",
            name=op.f("ck_requests_not_the_asker"),
        ),
        sa.CheckConstraint(
            "decided_by_id is distinct from recommended_by_id or decided_by_id is null",
            name=op.f("ck_requests_two_people"),
        ),
        sa.CheckConstraint(
            "recommended_by_id is distinct from filed_by_id or recommended_by_id is null or keyed_in_by_desk",
            name=op.f("ck_requests_asker_does_not_recommend"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_requests_agency_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_requests_decided_by_id")),
        sa.ForeignKeyConstraint(["filed_by_id"], ["users.id"], name=op.f("fk_requests_filed_by_id")),
        sa.ForeignKeyConstraint(["recommended_by_id"], ["users.id"], name=op.f("fk_requests_recommended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("reference", name=op.f("uq_requests_reference")),
    )
    op.create_index("ix_requests_agency_id", "requests", ["agency_id"], unique=False)
    op.create_index("ix_requests_state", "requests", ["state"], unique=False)
    op.create_table(
        "sign_in_sessions",
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_in_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_sessions_token_digest")),
    )
    op.create_index(op.f("ix_sign_in_sessions_user_id"), "sign_in_sessions", ["user_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recommended",
                "returned",
                "approved",
                "declined",
                "referred",
                "withdrawn",
                name="decisionkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason_code", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("team_type", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_decisions_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_decisions_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_request_id"), "decisions", ["request_id"], unique=False)
    op.create_table(
        "deployments",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planning",
                "offering",
                "staffed",
                "mobilising",
                "active",
                "demobilising",
                "after_action",
                "closed",
                "stood_down",
                name="deploymentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("team_type", sa.String(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "immediate", "urgent", "planned", name="priority", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staffed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_deployments_ends_after_start")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_deployments_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint("reference", name=op.f("uq_deployments_reference")),
        sa.UniqueConstraint("request_id", name=op.f("uq_deployments_request_id")),
    )
    op.create_table(
        "questions",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_questions_asked_by_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_questions_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_request_id"), "questions", ["request_id"], unique=False)
    op.create_table(
        "positions",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "held",
                "filled",
                "unfillable",
                "cancelled",
                name="positionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("disciplines", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("required", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("desired", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_leader", sa.Boolean(), nullable=False),
        sa.Column("is_remote", sa.Boolean(), nullable=False),
        sa.Column("is_licensed", sa.Boolean(), nullable=False),
        sa.Column("unfillable_reason", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_positions_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_positions")),
        sa.UniqueConstraint("deployment_id", "number", name=op.f("uq_positions_deployment_id_number")),
        sa.UniqueConstraint("id", "deployment_id", name=op.f("uq_positions_id_deployment_id")),
    )
    op.create_table(
        "proposals",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "accepted",
                "superseded",
                name="proposalstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pool_size", sa.BigInteger(), nullable=False),
        sa.Column("considered", sa.BigInteger(), nullable=False),
        sa.Column("solve_ms", sa.BigInteger(), nullable=False),
        sa.Column("solver_version", sa.String(), nullable=False),
        sa.Column("goals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shortages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_proposals_decided_by_id")),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_proposals_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("deployment_id", "version", name=op.f("uq_proposals_deployment_id_version")),
    )
    op.create_index(
        "uq_proposals_accepted",
        "proposals",
        ["deployment_id"],
        unique=True,
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_table(
        "assignments",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "confirmed",
                "ordered",
                "en_route",
                "on_site",
                "released",
                "home",
                "relieved",
                "no_show",
                "cancelled",
                name="assignmentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_mode", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(expert_id, expert_id, '[]')"), "&&"),
            (sa.column("span"), "&&"),
            where=sa.text("state in ('confirmed', 'ordered', 'en_route', 'on_site', 'released', 'home', 'relieved')"),
            using="gist",
            name="ex_assignments_expert_span",
        ),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_assignments_deployment_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_assignments_expert_id")),
        sa.ForeignKeyConstraint(
            ["position_id", "deployment_id"],
            ["positions.id", "positions.deployment_id"],
            name=op.f("fk_assignments_position_id_deployment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
    )
    op.create_index("ix_assignments_deployment_id", "assignments", ["deployment_id"], unique=False)
    op.create_index("ix_assignments_expert_id", "assignments", ["expert_id"], unique=False)
    op.create_index(
        "uq_assignments_position",
        "assignments",
        ["position_id"],
        unique=True,
        postgresql_where=sa.text("state in ('confirmed', 'ordered', 'en_route', 'on_site')"),
    )
    op.create_table(
        "picks",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=True),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("travel", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("costs", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_picks_expert_id")),
        sa.ForeignKeyConstraint(["position_id"], ["positions.id"], name=op.f("fk_picks_position_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals.id"], name=op.f("fk_picks_proposal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picks")),
        sa.UniqueConstraint("proposal_id", "position_id", "rank", name=op.f("uq_picks_proposal_id_position_id_rank")),
    )
    op.create_index(op.f("ix_picks_position_id"), "picks", ["position_id"], unique=False)
    op.create_index(
        "uq_picks_one_seat",
        "picks",
        ["proposal_id", "expert_id"],
        unique=True,
        postgresql_where=sa.text("rank = 0 and expert_id is not null"),
    )
    op.create_table(
        "offers",
        sa.Column("deployment_id", sa.BigInteger(), nullable=False),
        sa.Column("position_id", sa.BigInteger(), nullable=False),
        sa.Column("expert_id", sa.BigInteger(), nullable=False),
        sa.Column("pick_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "contacting",
                "accepted",
                "declined",
                "expired",
                "unreachable",
                "withdrawn",
                "deferred",
                "standby",
                name="offerstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("rung", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answer_message_id", sa.BigInteger(), nullable=True),
        sa.Column("travel", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("timer_job_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("reply_by > asked_at", name=op.f("ck_offers_time_to_answer")),
        sa.ForeignKeyConstraint(
            ["answer_message_id"], ["inbound_messages.id"], name=op.f("fk_offers_answer_message_id")
        ),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployments.id"], name=op.f("fk_offers_deployment_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"], name=op.f("fk_offers_expert_id")),
        sa.ForeignKeyConstraint(["pick_id"], ["picks.id"], name=op.f("fk_offers_pick_id")),
        sa.ForeignKeyConstraint(
            ["position_id", "deployment_id"],
            ["positions.id", "positions.deployment_id"],
            name=op.f("fk_offers_position_id_deployment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
        sa.UniqueConstraint("answer_message_id", name=op.f("uq_offers_answer_message_id")),
    )
    op.create_index("ix_offers_expert_id_code", "offers", ["expert_id", "code"], unique=False)
    op.create_index("ix_offers_position_id", "offers", ["position_id"], unique=False)
    op.create_index("ix_offers_state", "offers", ["state"], unique=False)
    op.create_index(
        "uq_offers_standing",
        "offers",
        ["deployment_id", "expert_id"],
        unique=True,
        postgresql_where=sa.text("state in ('planned', 'contacting', 'deferred', 'accepted', 'standby')"),
    )
    run_file("procrastinate_3_10.sql")
    run_file("guards.sql")


def downgrade() -> None:  # noqa: PLR0915 - one statement a table
    run_file("procrastinate_drop.sql")
    op.drop_index(
        "uq_offers_standing",
        table_name="offers",
        postgresql_where=sa.text("state in ('planned', 'contacting', 'deferred', 'accepted', 'standby')"),
    )
    op.drop_index("ix_offers_state", table_name="offers")
    op.drop_index("ix_offers_position_id", table_name="offers")
    op.drop_index("ix_offers_expert_id_code", table_name="offers")
    op.drop_table("offers")
    op.drop_index(
        "uq_picks_one_seat", table_name="picks", postgresql_where=sa.text("rank = 0 and expert_id is not null")
    )
    op.drop_index(op.f("ix_picks_position_id"), table_name="picks")
    op.drop_table("picks")
    op.drop_index(
        "uq_assignments_position",
        table_name="assignments",
        postgresql_where=sa.text("state in ('confirmed', 'ordered', 'en_route', 'on_site')"),
    )
    op.drop_index("ix_assignments_expert_id", table_name="assignments")
    op.drop_index("ix_assignments_deployment_id", table_name="assignments")
    op.drop_table("assignments")
    op.drop_index("uq_proposals_accepted", table_name="proposals", postgresql_where=sa.text("state = 'accepted'"))
    op.drop_table("proposals")
    op.drop_table("positions")
    op.drop_index(op.f("ix_questions_request_id"), table_name="questions")
    op.drop_table("questions")
    op.drop_table("deployments")
    op.drop_index(op.f("ix_decisions_request_id"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_sign_in_sessions_user_id"), table_name="sign_in_sessions")
    op.drop_table("sign_in_sessions")
    op.drop_index("ix_requests_state", table_name="requests")
    op.drop_index("ix_requests_agency_id", table_name="requests")
    op.drop_table("requests")
    op.drop_index(op.f("ix_api_keys_user_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("users")
    op.drop_index(op.f("ix_credentials_expert_id"), table_name="credentials")
    op.drop_table("credentials")
    op.drop_index("ix_contacts_number", table_name="contacts")
    op.drop_table("contacts")
    op.drop_index("ix_absences_expert_id_ends_at", table_name="absences")
    op.drop_table("absences")
    op.drop_index(op.f("ix_sign_in_tries_email"), table_name="sign_in_tries")
    op.drop_index(op.f("ix_sign_in_tries_address"), table_name="sign_in_tries")
    op.drop_table("sign_in_tries")
    op.drop_table("sender_paces")
    op.drop_table("reference_counters")
    op.drop_index("ix_messages_state", table_name="messages")
    op.drop_index("ix_messages_offer_id", table_name="messages")
    op.drop_index("ix_messages_number", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_inbound_messages_state", table_name="inbound_messages")
    op.drop_index("ix_inbound_messages_number", table_name="inbound_messages")
    op.drop_table("inbound_messages")
    op.drop_table("idempotent_answers")
    op.drop_table("experts")
    op.drop_index("ix_events_topic_id", table_name="events")
    op.drop_index("ix_events_kind_id", table_name="events")
    op.drop_table("events")
    op.drop_table("agencies")
    op.execute("drop function refuse_wrong_step")
    op.execute("drop function refuse_rewriting")
