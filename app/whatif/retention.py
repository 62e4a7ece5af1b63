"""How long comparisons are kept: they name nobody, but old ones say nothing any more."""

from app.core.retention import rule

rule(
    name="comparisons", says="what would have been, held against what was", days=365, since="they were asked for",
    table="comparisons", due="t.asked_at < :before",
)  # fmt: skip
