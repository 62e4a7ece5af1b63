"""How long messages of other resource systems are kept."""

from app.core.retention import YEARS_3, rule

rule(
    name="exchange", says="messages of other resource systems", days=YEARS_3, since="they came",
    table="exchange_messages", request="t.request_id", due="t.received_at < :before",
)  # fmt: skip
