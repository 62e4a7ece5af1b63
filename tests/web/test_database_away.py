"""The database goes away under a request: a clear 503, nothing half done, the next try works (reliability A4, A8)."""

import asyncio

import psycopg

from tests.postgres import blocked, libpq
from tests.story import Story


async def test_a_request_whose_connection_dies_is_told_to_try_again_and_then_works(
    story: Story, database_url: str
) -> None:
    reference = await story.files()
    async with await psycopg.AsyncConnection.connect(libpq(database_url)) as other:
        await other.execute("select * from requests for update")
        asking = asyncio.create_task(story.api("intake", "POST", f"/requests/{reference}/take-in", {}))
        for pid in await blocked(database_url):
            await other.execute("select pg_terminate_backend(%s)", [pid])
        answer = await asking
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["type"] == "/problems/database-away"
    assert (await story.get(f"/requests/{reference}"))["state"] == "submitted"
    again = await story.api("intake", "POST", f"/requests/{reference}/take-in", {})
    assert again.is_success


async def test_so_is_one_whose_connection_dies_while_it_defers_a_job(story: Story, database_url: str) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T1"})
    async with await psycopg.AsyncConnection.connect(libpq(database_url)) as other:
        await other.execute("lock table procrastinate_jobs in access exclusive mode")
        asking = asyncio.create_task(story.api("approver", "POST", f"/requests/{reference}/approve", {}))
        for pid in await blocked(database_url):
            await other.execute("select pg_terminate_backend(%s)", [pid])
        answer = await asking
    assert answer.status_code == 503
    assert (await story.get(f"/requests/{reference}"))["state"] == "recommended"
