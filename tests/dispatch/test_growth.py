"""What is asked at every answer does not grow with the years."""

import pytest
from sqlalchemy import text

from app.core.database import begin
from tests.story import Story

ASKED = {
    "the offers of a team": "select * from offers where deployment_id = 1",
    "the questions of 30 days": "select expert_id from offers where asked_at > now() - interval '30 days'",
    "the texts of a story": "select * from messages where topic = 'request:1'",
    "the codes of a phone": "select code from offers where expert_id in (1, 2) and asked_at > now()",
    "the seats of a person": "select * from assignments where expert_id in (1, 2)",
    "the texts of a number lately": "select count(*) from messages where left(number, 22) = 'x' and queued_at > now()",
    "the texts from a number lately": "select count(*) from inbound_messages where left(number, 22) = 'x'",
}  # fmt: skip
"""Without an order: the few rows of a test are as fast in the order of their ids, which says nothing of many."""


@pytest.mark.parametrize("query", ASKED.values(), ids=list(ASKED))
async def test_it_is_found_by_an_index(story: Story, query: str) -> None:
    async with begin() as session:
        await session.execute(text("set local enable_seqscan = off"))  # what no index finds is read whole all the same
        plan = "\n".join(await session.scalars(text(f"explain {query}")))
    assert "Index Cond" in plan, plan
    assert "Seq Scan" not in plan, plan


async def test_a_timer_that_is_not_needed_any_more_leaves_nothing_behind(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    for person in await story.asks(reference):
        await person.texts("YES")
    async with begin() as session:
        left = text("select status::text, task_name from procrastinate_jobs where status not in ('todo', 'doing')")
        assert (await session.execute(left)).all() == []
        climbs = "select count(*) from procrastinate_jobs where task_name = 'dispatch.climb'"
        assert await session.scalar(text(climbs)) == 0
