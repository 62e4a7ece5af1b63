"""How long settled alarms are kept: their sentences may name people."""

from app.core.retention import OF_TOPIC, rule

rule(
    name="alarms", says="alarms that were settled", days=365, since="somebody settled them", table="alarms",
    request=OF_TOPIC, due="t.settled_at < :before",
)  # fmt: skip
