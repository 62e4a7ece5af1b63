"""How long texts are kept: as long as the records of a grant (2 CFR 200.334), then only that there was one."""

from app.core.retention import OF_TOPIC, YEARS_3, no_number, no_words, rule

rule(
    name="texts_in", says="what people texted us: number and words", days=YEARS_3, since="it came",
    table="inbound_messages", expert="t.expert_id", request=OF_TOPIC,
    due="t.received_at < :before and t.state in ('read', 'ignored', 'settled') and left(t.number, 22) <> :nobody",
    empties={"number": no_number, "body": no_words},
)  # fmt: skip
rule(
    name="texts_out", says="what we texted or said: number and words", days=YEARS_3, since="it was written",
    table="messages", expert="t.expert_id", request=OF_TOPIC,
    due="t.queued_at < :before and t.state not in ('queued', 'sending') and left(t.number, 22) <> :nobody",
    empties={"number": no_number, "body": str},
)  # fmt: skip
