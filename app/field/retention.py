"""How long what people told from the road is kept in their words."""

from app.core.retention import YEARS_3, no_words, rule

rule(
    name="road_notes", says="notes beside check-ins", days=YEARS_3, since="they were told", table="check_ins",
    expert="(select a.expert_id from assignments a where a.id = t.assignment_id)",
    request="(select d.request_id from assignments a join deployments d on d.id = a.deployment_id"
    " where a.id = t.assignment_id)",
    due="t.told_at < :before and t.note <> ''", empties={"note": str},
)  # fmt: skip
rule(
    name="order_numbers", says="phone numbers in mission orders", days=YEARS_3, since="the mission's end",
    table="mission_orders", request="(select d.request_id from deployments d where d.id = t.deployment_id)",
    due="t.ends_at < :before and t.report_to <> ''",
    empties={"report_to": str, "report_phone": no_words, "contacts": no_words},
)  # fmt: skip
