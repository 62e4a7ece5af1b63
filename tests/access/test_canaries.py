"""The search for people in what is logged and texted finds them, and errors quote nothing that was given."""

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.access.api import UserIn
from app.core.database import begin
from app.core.log import Masked
from app.seed.people import FIRST, LAST
from tests import canaries
from tests.story import Story

logger = logging.getLogger("app.of_the_test")


def heard() -> list[str]:
    """What the ear has kept; forgotten then, so that this test does not fail of it."""
    lines = list(canaries.EAR.heard)
    canaries.EAR.heard.clear()
    return lines


@pytest.mark.parametrize("said", ["Ellen Marsh was here", f"for {FIRST[0]} {LAST[0]}", "Kestrel"])
def test_a_name_in_a_line_is_heard(said: str) -> None:
    logger.info("%s", said)
    assert len(heard()) == 1


def test_numbers_and_addresses_are_written_so_that_nobody_is_in_them() -> None:
    logger.warning("asked +17195550142 and (719) 555-0142, chief@harlanridge.example; ours is +12025550100")
    assert heard() == []
    assert canaries.people_in("call (719) 555-0142 or chief@harlanridge.example, not 202-555-0100") == [
        "(719) 555-0142", "chief@harlanridge.example",
    ]  # fmt: skip


def test_a_text_with_somebody_in_it_is_heard() -> None:
    canaries.look_at_texts(["RRT: Ellen Marsh asks", "RRT: go to Harlan Ridge", "RRT: all well"])
    told = list(canaries.TOLD)
    canaries.TOLD.clear()
    assert len(told) == 2


async def test_the_line_of_an_error_quotes_nothing_that_was_given(story: Story) -> None:
    lines = []
    for statement in ("select :who / 0", "insert into users (email) values (:who)", "select cast(:who as integer)"):
        with pytest.raises(DBAPIError) as caught:
            async with begin() as session:
                await session.execute(text(statement), {"who": "Canary Kestrel"})
        lines.append(_line(caught.value))
    with pytest.raises(IntegrityError) as twice:
        async with begin() as session:
            columns = "name, roles, is_active, email"
            chosen = f"select {columns} from users where email = 'chief@harlanridge.example'"  # noqa: S608 - no input
            await session.execute(text(f"insert into users ({columns}) {chosen}"))
    lines.append(_line(twice.value))
    with pytest.raises(ValueError, match="roles") as invalid:
        UserIn.model_validate({"email": "kestrel@x.example", "name": "Canary Kestrel", "roles": "Kestrel"})
    lines.append(_line(invalid.value))
    assert "DETAIL: ..." in lines[3]
    assert [line for line in lines if canaries.people_in(line)] == []


def _line(error: Exception) -> str:
    """As the service writes a bug."""
    record = logging.LogRecord("app", logging.ERROR, "", 0, "bug", (), (type(error), error, None))
    return Masked("%(message)s").format(record)
