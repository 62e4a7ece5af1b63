"""How long codes sent to phones are kept: as long as their limits count, and a little."""

from app.core.retention import rule

rule(
    name="phone_codes", says="that a code went to a phone", days=30, since="it was sent", table="phone_codes",
    expert="t.expert_id", due="t.made_at < :before",
)  # fmt: skip
