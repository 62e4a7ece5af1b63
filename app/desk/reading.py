"""What a form sent, and what is wrong with it: field to sentence, with nothing of it lost."""

from collections.abc import Mapping
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError

from app.web.worded import worded

Model = TypeVar("Model", bound=BaseModel)
SENTENCES = {
    "funding_ceiling": "A whole number of dollars, like 25000. Leave it empty for no ceiling.",
    "review_on": "A date, like 2026-12-15.",
    "days": "A whole number of days, from 1 to 14.",
    "needed_by": "A day and a time.",
    "question": "Write the question.",
    "answer": "Write what they said.",
    "team_type": "Choose a team.",
    "report_to": "Say whom the team reports to.",
    "reason_code": "Choose a reason.",
    "to": "Choose the body that is better placed.",
}
"""What is wrong with a field, better said than pydantic does."""


async def typed(request: Request) -> dict[str, str]:
    """Everything that a form sent, by field; a field that came twice with its last value."""
    return {name: str(value).replace("\r\n", "\n") for name, value in (await request.form()).items()}


Given = Annotated[dict[str, str], Depends(typed)]


def read(
    model: type[Model], given: Mapping[str, str], *, keeps_empty: bool = False
) -> tuple[Model | None, dict[str, str]]:
    """The fields of `model` out of a form, empty ones left out unless they count; or None, and field to sentence."""
    sent = {name: given[name].strip() for name in model.model_fields if name in given}
    fields = {name: text for name, text in sent.items() if text or keeps_empty}
    try:
        return model.model_validate(fields), {}
    except ValidationError as error:
        return None, {name: SENTENCES.get(name, why) for name, why in map(_sentence, error.errors())}


def _sentence(one: object) -> tuple[str, str]:
    assert isinstance(one, dict)  # noqa: S101 - pydantic's own
    name = str(one["loc"][0]) if one["loc"] else "form"
    return name, worded(one)


def seen_in(given: Mapping[str, str], name: str = "seen") -> int | None:
    """What the sender's page knew: an event, or a version; None when the form does not say."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
