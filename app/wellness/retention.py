"""How long is kept that somebody was talked with, and how it went (domain.md 6.5)."""

from app.core.retention import rule

rule(
    name="talks", says="talks after a deployment", days=365, since="they were held", table="follow_ups",
    expert="t.expert_id", due="t.done_at < :before",
    request="(select d.request_id from assignments a join deployments d on d.id = a.deployment_id"
    " where a.id = t.assignment_id)",
)  # fmt: skip
