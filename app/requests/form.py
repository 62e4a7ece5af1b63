"""The agency's form: what was typed, as a request or as errors beside the fields. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from app.requests.schemas import RequestIn

COMMON = (
    ("officer_involved_shooting_fatal", "An officer shot and killed somebody"),
    ("in_custody_death", "Somebody died in custody"),
    ("mass_shooting", "A shooting or attack with many victims"),
    ("lodd_felonious", "An officer was killed"),
    ("officer_suicide", "An officer died by suicide"),
    ("civil_unrest_or_protest", "Protest or unrest"),
)
"""The first things to choose from, in plain words."""
SERVICES = (
    "officer_wellness_support",
    "victim_family_coordination",
    "executive_consultation",
    "community_dialogue",
    "communications_advice",
    "fac_setup",
)
"""Kinds of help shown at once; the others are one step away."""
LANGUAGES_FIRST = ("es", "ase", "zh-cmn", "vi", "ar", "ht")
"""Languages shown at once: those asked for most."""
ANCHORS = {"incident_type": f"incident_type-{COMMON[0][0]}", "priority": "priority-immediate", "form": "main"}
"""Where the summary of errors leads, for fields that are several inputs."""
NAMES = {
    "form": "Your request",
    "incident_type": "What happened",
    "city": "City or town",
    "killed": "People killed",
    "injured": "People hurt",
    "days": "Days",
    "contact_name": "Your name",
    "contact_title": "Your title",
    "contact_phone": "Phone",
    "contact_email": "E-mail address",
}
"""Fields in the words of the form."""
MISSING = {
    "incident_type": "Pick the one that fits best. Something else is fine.",
    "city": "Say where it happened.",
    "contact_name": "We need a name to ask for.",
    "contact_title": "Your rank or title, so that we address you rightly.",
    "contact_phone": "We need a number to call you.",
    "contact_email": "We need an address to write to.",
    "days": "A number from 1 to 14.",
}
LISTS = ("service_types", "languages")
NUMBERS = ("killed", "injured", "days")


def typed(form: FormData) -> dict[str, Any]:
    """Everything that was typed, by field, so that none of it is lost."""
    given: dict[str, Any] = {name: str(value) for name, value in form.items() if name not in LISTS}
    return given | {name: [str(value) for value in form.getlist(name)] for name in LISTS}


def read(given: Mapping[str, Any]) -> tuple[RequestIn | None, dict[str, str]]:
    """What was typed as a request; or None and the errors, field to sentence."""
    fields = {
        name: value for name, value in given.items() if value not in ("", []) and name not in ("token", "other_type")
    }
    fields["incident_type"] = given.get("other_type") or given.get("incident_type") or None
    try:
        return RequestIn.model_validate({name: value for name, value in fields.items() if value is not None}), {}
    except ValidationError as error:
        return None, dict(_sentence(one) for one in error.errors())


def _sentence(one: Any) -> tuple[str, str]:
    name = str(one["loc"][0]) if one["loc"] else "form"
    if one["type"] == "missing" or name in NUMBERS:
        return name, MISSING.get(name, "A whole number, or leave it empty.")
    return name, str(one["msg"]).removeprefix("Value error, ").capitalize() + "."
