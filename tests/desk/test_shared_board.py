"""Many who look at the board in one moment are served by one reading, each with what they may see and nothing old."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from app.access import users
from app.access.policy import DESK_ROLES, GRANTS, Permission
from app.core.database import begin, engine
from app.seed.filling import DEMO_PASSWORD
from tests.story import Story
from tests.web.browser import APPROVER, CHIEF, INTAKE, RECOMMENDER, browser, headline

SECOND = "second@desk.example"
PART = "/desk?part=board"


@contextmanager
def readings() -> Iterator[list[str]]:
    """Each time that the open requests are read."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM requests JOIN agencies" in statement:
            found.append(statement)

    event.listen(engine().sync_engine, "before_cursor_execute", note)
    yield found
    event.remove(engine().sync_engine, "before_cursor_execute", note)


async def _second_officer() -> None:
    async with begin() as session:
        await users.add(
            session, email=SECOND, name="Kim Second", roles=["intake_officer"], password=DEMO_PASSWORD
        )  # fmt: skip


async def test_fifty_boards_that_look_at_once_cost_a_few_readings_and_show_the_same(story: Story) -> None:
    await story.files()
    async with browser(story, INTAKE) as page:
        with readings() as read:
            answers = await asyncio.gather(*(page.opens(PART) for _ in range(50)))
    assert len({answer.text.split("data-left")[0] for answer in answers}) == 1
    assert headline(answers[0]) == "One thing needs you now"
    assert 1 <= len(read) <= 10  # two where the machine is quiet; as many more as it takes to let fifty in


async def test_whoever_looks_after_a_change_sees_it_though_others_are_being_served(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        looking = [asyncio.create_task(page.opens(PART)) for _ in range(10)]
        for number in range(3):
            reference = await story.files(city=f"Town {number}")
            assert reference in (await page.opens(PART)).text
            looking.append(asyncio.create_task(page.opens(PART)))
        await asyncio.gather(*looking)


async def test_in_one_moment_everybody_sees_their_own_board(story: Story) -> None:
    await _second_officer()
    mine, theirs = await story.files(), await story.files(city="Elsewhere")
    await story.post("intake", f"/requests/{theirs}/own")
    async with (
        browser(story, INTAKE) as intake, browser(story, SECOND) as second, browser(story, APPROVER) as approver,
        browser(story, RECOMMENDER) as recommender, browser(story, CHIEF) as chief,
    ):  # fmt: skip
        token = str(uuid4())
        await second.sends("/desk/new", token=token, contact_name="Ellen Caller")
        everybody = (intake, second, approver, recommender, intake)
        *seen, refused = await asyncio.gather(*(page.opens(PART) for page in (*everybody, chief)))
    assert [headline(one) for one in seen] == [
        "Two things need you now", "Two things need you now", "Nothing needs you now", "One thing needs you now",
        "Two things need you now",
    ]  # fmt: skip
    assert ["Ellen Caller" in one.text for one in seen] == [False, True, False, False, False]
    # Both wait for her, and one is hers; of the others nobody looks after any.
    assert [one.text.count("<strong>You</strong>") for one in seen] == [3, 1, 0, 1, 3]
    assert refused.status_code == 403
    assert mine not in refused.text


async def test_a_board_comes_whole_where_a_browser_takes_nothing_compressed(story: Story) -> None:
    await story.files()
    async with browser(story, INTAKE) as page:
        small = await page.opens(PART)
        plain = await page.http.get(PART, headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.text.split("data-left")[0] == plain.text.split("data-left")[0]


@pytest.mark.parametrize("role", [role for role in GRANTS if Permission.READ_DEPLOYMENTS in GRANTS[role]])
def test_who_may_read_the_board_sees_every_agency(role: str) -> None:
    assert role in DESK_ROLES, "the board is read for all of the desk at once: it would show this role too much"
