"""How long what agencies told us is kept; the decision and what was asked for stay."""

from app.core.retention import CLOSED, YEARS_3, no_words, rule
from app.core.sealing import seal

rule(
    name="contacts", says="an agency's people, their numbers and addresses, answers to optional questions",
    days=YEARS_3, since="the request or its deployment ended", table="requests", request="t.id",
    due=f"exists (select from requests r where r.id = t.id and {CLOSED}) and t.contact_name <> ''",
    empties={
        "contact_name": str, "contact_title": str, "contact_phone": no_words, "contact_email": no_words,
        "report_to": str, "details": lambda: seal("{}"),
    },
)  # fmt: skip
rule(
    name="call_notes", says="with whom the desk spoke at intake", days=YEARS_3,
    since="the request or its deployment ended", table="call_notes", request="t.request_id",
    due=f"exists (select from requests r where r.id = t.request_id and {CLOSED}) and t.spoke_with <> ''",
    empties={"spoke_with": str},
)  # fmt: skip
rule(
    name="letters", says="letters of support", days=YEARS_3, since="the request or its deployment ended",
    table="letters", request="t.request_id",
    due=f"exists (select from requests r where r.id = t.request_id and {CLOSED})",
)  # fmt: skip
rule(
    name="form_drafts", says="forms that an agency left unfinished, and what was typed into those it sent", days=90,
    since="the last change", table="request_drafts", request="t.sent_request_id", due="t.changed_at < :before",
)  # fmt: skip
rule(
    name="call_drafts", says="intake calls that were typed", days=90, since="the last change", table="call_drafts",
    request="t.request_id", due="t.changed_at < :before",
)  # fmt: skip
