"""How long what only served the planning of an expert's days and papers is kept."""

from app.core.retention import rule

rule(
    name="sent_papers", says="files that experts sent as proof", days=365, since="the desk decided on them",
    table="sent_papers", expert="t.expert_id", due="t.decided_at < :before",
)  # fmt: skip
rule(
    name="absences", says="days on which an expert was away", days=730, since="the last of them",
    table="absences", expert="t.expert_id", due="t.ends_at < :before",
)  # fmt: skip
