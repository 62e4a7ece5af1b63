"""How long the problem is kept that a roster was solved from: it names the people who were considered."""

from app.core.retention import CLOSED, YEARS_3, rule

rule(
    name="decision_records", says="what the solver was given, with the names of everybody considered", days=YEARS_3,
    since="the request or its deployment ended", table="decision_records",
    request="(select d.request_id from proposals p join deployments d on d.id = p.deployment_id"
    " where p.id = t.proposal_id)",
    due=f"""exists (select from proposals p join deployments d0 on d0.id = p.deployment_id
      join requests r on r.id = d0.request_id where p.id = t.proposal_id and {CLOSED})""",
)  # fmt: skip
