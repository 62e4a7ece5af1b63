"""Every operation of the API's document, hammered as everybody: no bug, and no answer that the document does not say.

`make fuzz` is the long run; `FUZZ_EXAMPLES=` makes it longer. What it finds is in `FUZZ_FOLDER`, if that is set.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.demo.machine import free_port
from app.main import create_app
from app.web.session import transaction
from tests.access.world import World, build, undone
from tests.fuzz.hammer import UNSEEN, Record, config, hammer
from tests.serving import served
from tests.story import Story

KEYS = ("chief", "stranger", "intake", "recommender", "approver", "admin")
SESSIONS = ("scheduler", "auditor", "expert", "wellness_lead")
SESSION_OF = b"session-of"
IDS = (
    "reference", "offer_id", "version", "alarm_id", "hold_id", "inbound_id", "agency_id", "expert_id", "number",
    "drill_id", "credential_id", "user_id", "letter_id", "key_id",
)  # fmt: skip
"""Of the matrix test's world, so that a case does not stop at "nothing is there"."""


def _alone(app: FastAPI, world: World) -> Any:
    """An application whose beginning and end the story looks after.

    The hammer draws cookies and keys of its own in place of those it is given: whose session it is says a header here.
    """
    cookies = {name: actor.headers["cookie"] for name in SESSIONS for actor in world.actors if actor.name == name}

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            name = dict(scope["headers"]).get(SESSION_OF, b"").decode("latin-1")
            if name in cookies:
                others = [each for each in scope["headers"] if each[0] not in (b"cookie", b"authorization")]
                scope = scope | {"headers": [*others, (b"cookie", cookies[name].encode())]}
            await app(scope, receive, send)
            return
        for part in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{part}.complete"})

    return answer


def _people(story: Story, world: World) -> Iterator[tuple[str, Mapping[str, str], dict[str, Any]]]:
    """Who hammers, with what shows who they are, and the ids that they know."""
    by_role = {actor.name: actor for actor in world.actors}
    known = {name: value for name, value in (world.other | world.shared).items() if name in IDS}
    for name in KEYS:
        yield name, {"Authorization": f"Bearer {story.keys[name]}"}, known
    for name in SESSIONS:
        own = {key: value for key, value in by_role[name].owns.items() if key in IDS}
        yield name, {SESSION_OF.decode(): name}, known | own
    yield "nobody", {}, known


async def _hammered(story: Story, folder: Path, who: tuple[str, ...], *options: str) -> list[Record]:
    world = await build(story)
    app = create_app()
    app.dependency_overrides[transaction] = undone
    app.openapi()  # written once, and kept: on a busy machine the hammer does not wait long enough for it
    address = f"http://127.0.0.1:{free_port(0)}"
    async with served(_alone(app, world), address):
        return [
            await hammer(name, address, config(headers, ids), folder, *options, *(UNSEEN if name in SESSIONS else ()))
            for name, headers, ids in _people(story, world)
            if name in who
        ]


def _told(records: list[Record]) -> str:
    return "\n".join([*map(str, records), *(f"{one.who}: {line}" for one in records for line in one.failures)])


@pytest.mark.timeout(200)
async def test_the_api_answers_as_its_document_says(story: Story, tmp_path: Path) -> None:
    quick = ("--phases", "fuzzing", "--max-examples", "1", "--seed", "1", "--no-shrink")
    [record] = await _hammered(story, tmp_path, ("recommender",), *quick)
    assert record.failures == [], _told([record])
    assert record.cases > 100
    assert not [status for status in record.statuses if status >= 500 or status == 0]


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_ten_thousand_cases_as_everybody_find_no_bug_and_no_answer_that_is_not_documented(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(os.environ.get("FUZZ_FOLDER", tmp_path))
    who = os.environ.get("FUZZ_AS", " ".join((*KEYS, *SESSIONS, "nobody")))
    long = ("--max-examples", os.environ.get("FUZZ_EXAMPLES", "5"), "--seed", os.environ.get("FUZZ_SEED", "1"))
    records = await _hammered(story, folder, tuple(who.split()), "--phases", "examples,coverage,fuzzing", *long)
    with capsys.disabled():
        print(f"\n{_told(records)}\n{sum(record.cases for record in records)} cases")
    assert [line for record in records for line in record.failures] == []
    assert sum(record.cases for record in records) >= 10_000 or "FUZZ_AS" in os.environ
    assert not [status for record in records for status in record.statuses if status >= 500]
