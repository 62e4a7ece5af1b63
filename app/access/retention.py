"""How long traces of signing in are kept outside of the log."""

from app.core.retention import rule

rule(
    name="sign_in_tries", says="from which address somebody tried to sign in", days=30, since="the try",
    table="sign_in_tries", due="t.at < :before",
)  # fmt: skip
rule(
    name="sessions", says="sessions that are over, with the address they came from", days=30, since="their end",
    table="sign_in_sessions", due="t.expires_at < :before",
)  # fmt: skip
rule(
    name="account_resets", says="who asked for, gave and used a new way to sign in; the log keeps that it was",
    days=365, since="it was asked for", table="account_resets", due="t.asked_at < :before",
)  # fmt: skip
