"""How long the words of an answer are kept; that it was a yes or a no stays."""

from app.core.retention import YEARS_3, rule

rule(
    name="answers_said", says="the words of an answer to an offer", days=YEARS_3, since="they were said",
    table="offers", expert="t.expert_id",
    request="(select d.request_id from deployments d where d.id = t.deployment_id)",
    due="t.answered_at < :before and t.answer is not null", empties={"answer": lambda: None},
)  # fmt: skip
