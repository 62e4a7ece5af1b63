"""What is wrong with a field, in words for whoever typed it, where a model's own words are for programmers."""

from collections.abc import Mapping
from typing import Any

from app.web.languages import N_, gettext, translated

EMPTY, DAY, LISTED = N_("Fill this in."), N_("A day, like 2026-12-15."), N_("Choose from the list.")
WHOLE, NUMBER, CHOOSE = N_("A whole number, like 3."), N_("A number, like 7.5."), N_("Choose at least one.")
SENTENCES = {
    "missing": EMPTY, "string_too_short": EMPTY, "string_type": EMPTY, "none_required": EMPTY, "too_short": CHOOSE,
    "string_too_long": N_("Write at most %(max_length)s characters."),
    "too_long": N_("Choose at most %(max_length)s."), "enum": LISTED, "literal_error": LISTED,
    "int_parsing": WHOLE, "int_type": WHOLE, "int_from_float": WHOLE, "int_parsing_size": WHOLE,
    "float_parsing": NUMBER, "float_type": NUMBER, "decimal_parsing": NUMBER, "finite_number": NUMBER,
    "greater_than_equal": N_("Not less than %(ge)s."), "greater_than": N_("More than %(gt)s."),
    "less_than_equal": N_("Not more than %(le)s."), "less_than": N_("Less than %(lt)s."),
}  # fmt: skip
"""Kind of pydantic's error to the sentence; what it fills in comes with the error."""
UNKNOWN = N_("This cannot be right. Look at it again.")


def worded(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors as a sentence in the reader's language; a rule of ours says its own."""
    kind = str(error["type"])
    if kind == "value_error":
        return translated(str(error["msg"]).removeprefix("Value error, "))
    if kind.startswith("date"):
        return translated(DAY)
    return gettext(SENTENCES.get(kind, UNKNOWN), **error.get("ctx", {}))
