"""A beginning that is put back is the one that was told; a story in which anything has happened begins by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.core import jobs_here
from app.core.clock import clock
from app.core.database import begin
from app.simulator.faults import Faults
from app.simulator.people import Kind
from tests import remembered
from tests.field.conftest import confirmed
from tests.story import Person, Story

CHANGES: dict[str, Callable[[Story, pytest.MonkeyPatch], object]] = {
    "a minute": lambda story, _: clock.advance(timedelta(minutes=1)),
    "a fault": lambda story, _: setattr(story.carrier, "faults", Faults(busy=1)),
    "a person who answers by themselves": lambda story, _: story.carrier.people.add("+12025550199", "X", Kind.YES),
    "other code": lambda story, patch: patch.setattr(clock, "_offset", 0.0),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_story_knows_that_it_is_no_longer_where_it_was(
    story: Story, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert story.is_where_it_was()
    CHANGES[change](story, monkeypatch)
    assert not story.is_where_it_was()


async def test_whatever_is_written_leads_on_be_it_that_a_key_was_used(story: Story) -> None:
    assert story.is_where_it_was()
    await story.get("/me")
    assert not story.is_where_it_was()


async def _everything(story: Story, reference: str, people: list[Person]) -> list[object]:
    return [
        clock.now(), list(story.carrier.messages), [(person.id, person.name, person.hears()) for person in people],
        await story.deployment(reference), await story.get(f"/requests/{reference}/story"),
    ]  # fmt: skip


async def _waits_s() -> float:
    async with begin() as session:
        due = await jobs_here.next_due(session)
    assert due is not None
    return (due - clock.now()).total_seconds()


async def test_what_is_put_back_is_what_was_told_and_what_waits_waits_as_long(story: Story) -> None:
    assert story.standing is not None
    at_first = story.stage
    told = await _everything(story, *await confirmed(story))
    kept, waits_s = remembered.KEPT[story.stage], await _waits_s()
    remembered.KEPT[story.stage] = replace(kept, kept_at=kept.kept_at - 600)
    story.standing.put_back(300)
    story.carrier.messages.clear()
    clock.advance(timedelta(days=-1))
    story.stands_at(at_first)
    assert await _everything(story, *await confirmed(story)) == told
    assert await _waits_s() == pytest.approx(waits_s + 600, abs=30), "as of one that was kept ten minutes ago"
    remembered.KEPT[story.stage] = kept
