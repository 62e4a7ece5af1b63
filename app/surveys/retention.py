"""How long we can reach partners who were asked how the help went, and keep what anybody wrote in their own words."""

from app.core.retention import YEARS_3, no_words, rule

rule(
    name="partners", says="names and numbers of partners of a deployment", days=YEARS_3, since="they were entered",
    table="partners", request="(select d.request_id from deployments d where d.id = t.deployment_id)",
    due="t.added_at < :before and t.number is not null",
    empties={"name": no_words, "number": lambda: None},
)  # fmt: skip
rule(
    name="survey_words", says="what experts, agencies and partners wrote in surveys; their choices stay", days=YEARS_3,
    since="they answered", table="surveys", expert="t.expert_id",
    request="(select d.request_id from deployments d where d.id = t.deployment_id)",
    due="t.answered_at < :before and jsonb_exists(t.answers, 'words')", cuts={"answers": "answers - 'words'"},
)  # fmt: skip
