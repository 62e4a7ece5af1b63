"""How long answers are kept for POSTs that are sent again (reliability.md R13)."""

from app.core.retention import rule

rule(
    name="answers", says="answers for requests sent twice", days=7, since="they were given",
    table="idempotent_answers", due="t.created_at < :before",
)  # fmt: skip
