"""A POST under a key has one effect: after a crash, by two at the same moment, and never with another body."""

import asyncio
import subprocess
import sys

import pytest

from app.access import limits
from app.core.database import begin
from app.web.idempotency import Once
from tests.story import Story

AGENCY = {"name": "Pine Hollow", "city": "Pine Hollow", "state": "CO", "latitude": 39.0, "longitude": -105.0}


async def _made(story: Story) -> int:
    return len((await story.get("/agencies?name=Pine Hollow"))["items"])


async def test_a_crash_between_the_effect_and_the_answer_leaves_neither(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Once.answer

    async def crashes(*_given: object, **_more: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(Once, "answer", crashes)
    key = {"Idempotency-Key": "once"}
    assert (await story.api("intake", "POST", "/agencies", AGENCY, **key)).status_code == 500
    assert await _made(story) == 0
    monkeypatch.setattr(Once, "answer", answer)
    first = await story.api("intake", "POST", "/agencies", AGENCY, **key)
    again = await story.api("intake", "POST", "/agencies", AGENCY, **key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await story.api("intake", "POST", "/agencies", AGENCY | {"city": "Elsewhere"}, **key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")
    assert await _made(story) == 1


async def test_the_same_post_by_five_at_once_has_one_effect(story: Story) -> None:
    key = {"Idempotency-Key": "at once"}
    answers = await asyncio.gather(*(story.api("intake", "POST", "/agencies", AGENCY, **key) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await _made(story) == 1


async def test_a_key_of_one_person_is_not_that_of_another(story: Story) -> None:
    key = {"Idempotency-Key": "mine"}
    assert (await story.api("intake", "POST", "/agencies", AGENCY, **key)).status_code == 201
    other = AGENCY | {"name": "Pine Hollow Sheriff"}
    assert (await story.api("admin", "POST", "/agencies", other, **key)).json()["name"] == "Pine Hollow Sheriff"


ASK = """
import asyncio
from app.access import limits
from app.core.database import begin
async def ask():
    async with begin() as session:
        print(await limits.over(session, "test", 1))
asyncio.run(ask())
"""


async def test_how_often_somebody_asked_is_counted_for_all_processes_together(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.access.limits.time.time", lambda: 1795600000.0)
    fixed = ASK.replace("import asyncio\n", "import asyncio, time\ntime.time = lambda: 1795600000.0\n", 1)

    def elsewhere() -> int:
        ran = subprocess.run([sys.executable, "-c", fixed], capture_output=True, text=True, check=True)
        return int(ran.stdout)

    assert await asyncio.to_thread(elsewhere) == 0, "the first, in another process"
    async with begin() as session:
        assert await limits.over(session, "test", 1) > 0, "the second, here"
        assert await limits.over(session, "another", 1) == 0
