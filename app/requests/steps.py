"""From what was typed to a request, and back: pure. Errors are sentences beside fields; nothing typed is lost."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.datastructures import FormData

from app.core.places import ZONES
from app.core.problems import Invalid
from app.core.text import phone_number, whole
from app.requests.fields import FIELDS, STEPS, Field, Section
from app.requests.models import Request
from app.requests.schemas import RequestIn
from app.web.languages import N_, _
from app.web.worded import worded

Answers = dict[str, str | list[str]]
LONGEST = 4000
"""Letters of one answer."""
COLUMNS = frozenset(RequestIn.model_fields) & frozenset(FIELDS)
"""Fields that are columns of the request; all others are kept in its details."""
NOTHING: Answers = {name: [] if field.kind == "many" else "" for name, field in FIELDS.items()}
"""A form in which nothing was typed."""
MISSING = {
    "incident_type": N_("Pick the one that fits best. Something else is fine."),
    "city": N_("Say where help is needed."),
    "state": N_("Choose the state or territory."),
    "contact_name": N_("We need a name to ask for."),
    "contact_phone": N_("We need a number to call you."),
    "contact_email": N_("We need an address to write to."),
}
MOST = {"days": (1, 14), "killed": (0, 10_000), "injured": (0, 10_000)}
"""Least and most of a count; others from 0 to ten million."""
MODIFIERS = {
    ("children", "yes"): "children",
    ("tribal_land", "yes"): "tribal_land",
    ("media_level", "national"): "national_media",
    ("status", "ongoing"): "ongoing_threat",
}
"""Answers that say something about the kind of incident, which the team is composed by."""


def typed(form: FormData, section: Section) -> Answers:
    """Everything of a section that was typed, as it was."""
    given: Answers = {}
    for field in section.fields:
        values = [str(value).replace("\0", "")[:LONGEST] for value in form.getlist(field.name)]
        given[field.name] = values if field.kind == "many" else (values[-1] if values else "")
    return given


def text_of(answers: Mapping[str, Any], name: str) -> str:
    """One answer without the blanks around it."""
    value = answers.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def errors_of(section: Section, answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong in a section: field to sentence."""
    found = ((field.name, _error(field, answers)) for field in section.fields)
    return {name: sentence for name, sentence in found if sentence}


def all_errors(answers: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong in the four steps."""
    return {name: sentence for step in STEPS for name, sentence in errors_of(step, answers).items()}


def _error(field: Field, answers: Mapping[str, Any]) -> str:
    value = answers.get(field.name)
    if field.kind == "many":
        known = field.all_choices
        return "" if all(one in known for one in value or ()) else _("Choose from the list.")
    text = text_of(answers, field.name)
    if not text:
        return _(MISSING[field.name]) if field.needed else ""
    return _error_of_kind(field, text)


def _error_of_kind(field: Field, text: str) -> str:
    if field.kind in ("one", "pick"):
        return "" if text in field.all_choices else _("Choose from the list.")
    if field.kind == "count":
        least, most = MOST.get(field.name, (0, 10_000_000))
        fits = (number := whole(text, 8)) is not None and least <= number <= most
        return "" if fits else _("A whole number from %(least)s to %(most)s.", least=least, most=most)
    if field.kind == "tel":
        return "" if _phone(text) else _("Give ten digits, area code first.")
    if field.kind == "email":
        local, at, host = text.partition("@")
        looks_right = local and at and "." in host and " " not in text
        return "" if looks_right else _("This does not look like an e-mail address.")
    if field.kind == "moment":
        return "" if _moment(text) else _("Give a day and a time.")
    return _("Shorter, please: up to 200 letters.") if field.kind == "line" and len(text) > 200 else ""


def _phone(text: str) -> str:
    try:
        return phone_number(text)
    except Invalid:
        return ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def zone_of(answers: Mapping[str, Any], home_state: str, home_zone: str) -> str:
    """The zone of the place: the agency's own in its state, otherwise where most people of the state live."""
    state = text_of(answers, "state")
    return home_zone if state in ("", home_state) else ZONES.get(state, home_zone)


def columns(answers: Mapping[str, Any], names: Iterable[str], zone: str) -> dict[str, Any]:
    """The named fields' values as the request keeps them; what was left empty is None, or an empty list."""
    return {name: _value(FIELDS[name], answers, zone) for name in names if name in COLUMNS}


def _value(field: Field, answers: Mapping[str, Any], zone: str) -> Any:
    if field.kind == "many":
        return [value for value in answers.get(field.name) or () if value != "not_sure"]
    text = text_of(answers, field.name)
    if field.kind == "moment":
        moment = _moment(text)
        return moment.replace(tzinfo=ZoneInfo(zone)) if moment else None
    if field.kind == "count":
        return int(text) if text else None
    return None if text in ("", "not_sure") else text


def details(answers: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The named fields' values that are no columns; "" for what was left empty."""
    told: dict[str, str] = {}
    for name in names:
        if name not in COLUMNS:
            value = answers.get(name, "")
            told[name] = ", ".join(value) if isinstance(value, list) else text_of(answers, name)
    return told


def modifiers(answers: Mapping[str, Any]) -> list[str]:
    """What the answers say about the kind of incident."""
    said = [modifier for (name, value), modifier in MODIFIERS.items() if answers.get(name) == value]
    killed = text_of(answers, "officers_killed")
    return said + (["officers_killed"] if whole(killed) else [])


def request_form(answers: Mapping[str, Any], zone: str) -> RequestIn:
    """All answers as the form that is filed.

    Raises:
        Invalid: something is missing or wrong; `errors` says what, field to sentence.
    """
    if errors := all_errors(answers):
        raise Invalid(errors=errors)
    told = {name: value for name, value in details(answers, FIELDS).items() if value}
    known = {name: value for name, value in columns(answers, FIELDS, zone).items() if value not in (None, [])}
    try:
        return RequestIn.model_validate(known | {"details": told, "modifiers": modifiers(answers)})
    except ValidationError as error:
        wrong = {str(one["loc"][0]) if one["loc"] else "form": worded(one) for one in error.errors()}
        raise Invalid(errors=wrong) from None


def answers_of(request: Request) -> Answers:
    """A filed request as the answers it was made of, to be changed."""
    told: Answers = {}
    for name, field in FIELDS.items():
        column = {"state": "place_state"}.get(name, name)
        value = getattr(request, column) if name in COLUMNS else request.details.get(name, "")
        told[name] = _typed(field, value, request.time_zone)
    return told


def _typed(field: Field, value: Any, zone: str) -> str | list[str]:
    if field.kind == "many":
        return list(value) if not isinstance(value, str) else [one for one in value.split(", ") if one]
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    return "" if value is None else str(value)
