"""How long results are kept: they name nobody, but old ones say nothing any more."""

from app.core.retention import rule

rule(
    name="forecasts", says="what readiness and recruiting were foreseen to be", days=365, since="they were asked for",
    table="forecasts", due="t.asked_at < :before",
)  # fmt: skip
