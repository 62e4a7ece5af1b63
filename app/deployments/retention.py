"""How long an agency's own words about the help are kept; how good it was stays."""

from app.core.retention import YEARS_3, rule

rule(
    name="rating_words", says="what an agency wrote about the help; its marks stay", days=YEARS_3, since="it was said",
    table="ratings", request="(select d.request_id from deployments d where d.id = t.deployment_id)",
    due="t.at < :before and t.words <> ''", empties={"words": str},
)  # fmt: skip
