"""How long a drill knows the numbers it texted."""

from app.core.retention import rule

rule(
    name="drill_numbers", says="the numbers that a drill texted", days=365, since="they were due", table="drill_texts",
    expert="t.expert_id", due="t.due_at < :before and t.number is not null", empties={"number": lambda: None},
)  # fmt: skip
