"""True and false are no numbers, and a number is neither of them and no day, in whatever a program may send."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from app.main import create_app
from tests.access.asking import walk
from tests.journeys.conftest import story
from tests.story import Story

__all__ = ["story"]
WRONG = {"integer": (True, False), "number": (True, False), "boolean": (0, 1, "true"), "string": (0, 3, True)}
"""What a schema calls something: values that are not that."""


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
        for field in kind.model_fields.values():
            yield from _models(field.annotation)
    for part in get_args(kind):
        yield from _models(part)


def _kinds(schema: dict[str, Any]) -> set[str]:
    return {schema["type"]} if "type" in schema else {k for one in schema.get("anyOf", []) for k in _kinds(one)}


def _takes(model: type[BaseModel], field: str, value: object) -> bool:
    try:
        model.__pydantic_validator__.validate_assignment(model.model_construct(), field, value)
    except ValidationError:
        return False
    return True


async def test_no_field_takes_a_truth_for_a_number_or_a_number_for_a_truth_or_a_day(story: Story) -> None:
    bodies = [body for door in walk(create_app()) if door.dependant for body in door.dependant.body_params]
    models = {model for body in bodies for model in _models(body.field_info.annotation)}
    tried, wrong = 0, []
    for model in models:
        for name, schema in model.model_json_schema().get("properties", {}).items():
            kinds = _kinds(schema)
            values = [value for kind in kinds for value in WRONG.get(kind, ())] if len(kinds - {"null"}) == 1 else []
            tried += len(values)
            wrong += [(model.__qualname__, name, value) for value in values if _takes(model, name, value)]
    assert tried > 100
    assert wrong == []


async def test_a_program_that_sends_one_for_the_other_reads_which_field_it_was(story: Story) -> None:
    refused = await story.api("admin", "POST", "/foresight/recruiting", {"seed": False, "may_lead": 0})
    assert refused.status_code == 422
    assert sorted(refused.json()["errors"]) == ["may_lead", "seed"]
