"""Programs are told which of their words look like a victim's name, or have them refused; no door forgets it."""

import re
from typing import Any

import pytest

from app.main import create_app
from app.requests.leaving_out_api import header_of, words_of
from tests.access.asking import walk
from tests.journeys.conftest import story
from tests.story import Story

__all__ = ["story"]
NAMED = "The victim Jane Canary, born 3/4/1990"
FORM = {
    "incident_type": "mass_shooting", "city": "Harlan Ridge", "state": "CO", "priority": "immediate", "days": 3,
    "contact_name": "Ellen Marsh", "contact_phone": "719-555-0142", "contact_email": "chief@harlanridge.example",
}  # fmt: skip
STRICT = {"Prefer": "respond-async, handling=strict"}


async def test_words_are_taken_and_the_answer_says_which_should_be_left_out(story: Story) -> None:
    taken = await story.api("chief", "POST", "/requests", FORM | {"summary": NAMED})
    assert taken.status_code == 201
    (told,) = taken.headers.get_list("warning")
    assert told.startswith('299 - "summary: This looks like a date of birth. This looks like the name of a victim')
    quiet = await story.api("chief", "POST", "/requests", FORM | {"summary": "One person was killed."})
    assert "warning" not in quiet.headers


async def test_who_prefers_it_strict_is_refused_and_nothing_is_kept(story: Story) -> None:
    refused = await story.api("chief", "POST", "/requests", FORM | {"summary": NAMED}, **STRICT)
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/leave-out"
    assert list(refused.json()["errors"]) == ["summary"]
    assert "Canary" not in refused.text
    assert (await story.get("/requests"))["items"] == []
    fine = await story.api("chief", "POST", "/requests", FORM | {"summary": "One person was killed."}, **STRICT)
    assert fine.status_code == 201


async def test_the_same_answer_again_warns_again(story: Story) -> None:
    key = {"Idempotency-Key": "leave-out-1"}
    answers = [await story.api("chief", "POST", "/requests", FORM | {"summary": NAMED}, **key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [len(answer.headers.get_list("warning")) for answer in answers] == [1, 1]


async def test_every_door_of_the_api_that_takes_words_warns_and_a_new_one_does_by_itself(story: Story) -> None:
    doors = {(door.method, re.sub(r"{\w+}", "1", door.path)) for door in walk(create_app())}
    changing = {(method, path) for method, path in doors if method in ("POST", "PUT", "PATCH")}
    taking = {(method, path) for method, path in changing if path.startswith("/api/")}
    assert len(taking) > 50
    silent = []
    for method, path in sorted(taking):
        answer = await story.api("admin", method, path.removeprefix("/api/v1"), {"some": [{"words": NAMED}]})
        told = answer.headers.get_list("warning")
        if len(told) != 1 or "some.0.words" not in told[0]:
            silent.append((method, path))
    assert silent == []


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"a": "x", "b": [{"c": "y"}], "content": "a file"}, {"a": "x", "b.0.c": "y"}), ("x", {"body": "x"}),
        (["x"], {"0": "x"}), ({"n": 1, "t": None}, {}),
    ],
)  # fmt: skip
def test_words_are_found_wherever_they_are(body: Any, places: dict[str, str]) -> None:
    assert dict(words_of(body)) == places


def test_a_field_with_a_hostile_name_cannot_write_headers() -> None:
    _, value = header_of('x\r\nSet-Cookie: a="b"', "This looks like a date of birth.")
    assert not set(value) & set(b"\r\n")
    assert b"Set-Cookie:" not in value
