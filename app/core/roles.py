"""Three roles of the database (reliability.md R12): its owner migrates, the service works, reports read.

The service's role cannot make tables, nor change or delete what is append-only: events, their links, decisions, and the
texts that came in. `rrt roles` sets this up again after every migration; it is the owner's to run.
"""

import psycopg
from psycopg import sql

APP, REPORT = "rrt_app", "rrt_report"
APPEND_ONLY = ("events", "decisions")
"""The service inserts and reads."""
KEPT = ("inbound_messages", "messages", "users", "requests", "deployments", "offers", "assignments")
"""The service inserts, reads and changes, but deletes nothing."""
SEALED = ("audit_heads", "audit_links", "alembic_version")
"""The service only reads; `audit_seal` writes with its owner's rights."""
VIEWS = {
    "requests": "select id, reference, state, incident_type, priority, place_state, needed_by, days, mode"
    " from requests",
    "deployments": "select id, request_id, reference, state, team_type, priority, starts_at, ends_at, opened_at,"
    " staffed_at from deployments",
    "positions": "select id, deployment_id, number, code, title, state from positions",
    "offers": "select id, deployment_id, position_id, state, rung, asked_at, reply_by, answered_at from offers",
    "events": "select id, at, kind, subject_id, topic, actor_kind from events",
}
"""Views of the schema `report`: no name, no number, no free text."""


def grant(connection: psycopg.Connection, passwords: dict[str, str]) -> None:
    """Make or mend the roles, as the owner of the database, in one transaction.

    Args:
        connection: the owner's.
        passwords: role to password; a role without one keeps its own.
    """
    with connection.transaction():
        for role in (APP, REPORT):
            _make(connection, role, passwords.get(role))
        _grant_app(connection)
        _grant_report(connection)


def _run(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))


def _make(connection: psycopg.Connection, role: str, password: str | None) -> None:
    if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone() is None:
        _run(connection, "create role {} login nosuperuser nocreatedb nocreaterole", role)
    if password is not None:
        statement = sql.SQL("alter role {} login password {}").format(sql.Identifier(role), sql.Literal(password))
        connection.execute(statement)


def _grant_app(connection: psycopg.Connection) -> None:
    _run(connection, "revoke create on schema public from public, {}", APP)
    _run(connection, "grant usage on schema public to {}", APP)
    _run(connection, "grant select, insert, update, delete on all tables in schema public to {}", APP)
    _run(connection, "grant usage, select on all sequences in schema public to {}", APP)
    _run(connection, "grant execute on all functions in schema public to {}", APP)
    for table in APPEND_ONLY:
        _run(connection, "revoke update, delete, truncate on {} from {}", table, APP)
    for table in KEPT:
        _run(connection, "revoke delete, truncate on {} from {}", table, APP)
    for table in SEALED:
        _run(connection, "revoke insert, update, delete, truncate on {} from {}", table, APP)


def _grant_report(connection: psycopg.Connection) -> None:
    connection.execute("create schema if not exists report")
    _run(connection, "revoke all on all tables in schema public from {}", REPORT)
    _run(connection, "grant usage on schema report to {}", REPORT)
    for name, query in VIEWS.items():
        connection.execute(
            sql.SQL("create or replace view report.{} as ").format(sql.Identifier(name)) + sql.SQL(query)
        )
    _run(connection, "grant select on all tables in schema report to {}", REPORT)
