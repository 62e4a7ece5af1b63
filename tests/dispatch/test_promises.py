"""Each promise finds what breaks it, and nothing in a service that works."""

# ruff: noqa: S608 - every word of these queries is written in this file

import asyncio
import os
import subprocess
import sys
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin
from app.dispatch.promises import PROMISES, broken
from tests.story import Story

OLD = "now() - interval '30 years'"
SEATED_ONE = "(select min(id) from assignments where state = 'confirmed')"
PLANTS = {
    "one-place-at-a-time": (
        "alter table assignments drop constraint ex_assignments_expert_span; "
        "insert into assignments (deployment_id, position_id, expert_id, state, span, arrives_at, travel_mode,"
        " confirmed_at) select deployment_id, position_id, expert_id, 'home', span, arrives_at, travel_mode,"
        f" confirmed_at from assignments where id = {SEATED_ONE}"
    ),
    "one-person-a-seat": (
        "drop index uq_assignments_position; "
        "insert into assignments (deployment_id, position_id, expert_id, state, span, arrives_at, travel_mode,"
        " confirmed_at) select deployment_id, position_id, expert_id + 1, state, span, arrives_at, travel_mode,"
        f" confirmed_at from assignments where id = {SEATED_ONE}"
    ),
    "a-filled-seat-has-its-person": f"update assignments set state = 'cancelled' where id = {SEATED_ONE}",
    "a-yes-has-its-seat": f"update assignments set expert_id = expert_id + 1 where id = {SEATED_ONE}",
    "a-confirmed-team-is-complete": "update deployments set state = 'staffed' where state = 'offering'",
    "a-held-seat-is-being-asked-for": "update offers set state = 'declined' where state = 'contacting'",
    "a-code-means-one-offer": (
        "insert into offers (deployment_id, position_id, expert_id, code, state, rung, asked_at, reply_by, travel)"
        " select deployment_id, position_id, expert_id, code, 'declined', 0, asked_at,"
        " reply_by, '{}'"
        " from offers limit 1"
    ),
    "no-question-is-sent-twice": (
        "insert into messages (channel, kind, number, body, offer_id, topic, state, queued_at,"
        " claimed_at, attempts, priority)"
        " select channel, kind, number, body, offer_id, topic, state, queued_at, claimed_at, attempts, priority"
        " from messages where kind = 'offer'"
    ),
    "no-text-after-stop": f"update contacts set texts_stopped_at = {OLD}",
    "nothing-after-its-time": f"update messages set valid_until = {OLD} where kind = 'offer'",
    "a-question-runs-out": "update messages set valid_until = null where kind = 'offer'",
    "who-asks-does-not-decide": (
        "alter table requests drop constraint ck_requests_not_the_asker; update requests set"
        " decided_by_id = filed_by_id"
    ),
    "an-open-offer-has-contact-under-way": "delete from procrastinate_jobs where task_name = 'dispatch.climb'",
    "an-offer-ends-in-time": f"update offers set asked_at = {OLD} - interval '1 hour',"
    f" reply_by = {OLD} where state = 'contacting'",
    "a-called-off-team-is-told": "update deployments set state = 'stood_down'",
    "a-waiting-message-has-its-sender": "update messages set state = 'queued' where kind = 'offer'",
    "a-doubtful-message-is-asked-for": (
        f"update messages set state = 'sending', claimed_at = {OLD} where kind = 'offer'"
    ),
    "an-incoming-text-is-read": f"update inbound_messages set state = 'received', received_at = {OLD}",
    "an-approved-request-has-its-deployment": f"delete from positions; update requests set decided_at = {OLD}",
    "a-deployment-has-its-roster": (
        f"delete from proposals; update deployments set state = 'planning', opened_at = {OLD}"
    ),
    "an-open-seat-is-being-looked-for": (
        "update positions set state = 'open' where state = 'held';"
        " update offers set state = 'expired' where state = 'contacting'"
    ),
    "a-confirmed-team-is-announced": f"update deployments set state = 'staffed', staffed_at = {OLD}",
    "an-answer-is-answered": f"update offers set answered_at = {OLD}; delete from messages where offer_id is not null",
    "what-did-not-arrive-is-followed-up": (
        "update messages set state = 'failed' where kind = 'confirmed';"
        f" update messages set claimed_at = {OLD} where kind = 'confirmed'"
    ),
    "who-could-not-be-asked-is-named": (
        f"update offers set state = 'expired', asked_at = {OLD} - interval '1 hour', reply_by = {OLD}"
        " where state = 'contacting';"
        " update messages set state = 'failed' where kind = 'offer'"
    ),
    "a-failed-job-is-shown": (
        "set local session_replication_role = origin; update procrastinate_jobs set status = 'failed';"
        f" update procrastinate_events set at = {OLD}"
    ),
}
"""The smallest thing that breaks each promise, with the database's own guards switched off."""


async def _breaks(session: AsyncSession, plant: str) -> set[str]:
    """Which promises a planted mistake breaks; it is taken back."""
    await session.execute(text("set local session_replication_role = replica"))
    for statement in plant.split("; "):
        await session.execute(text(statement))
    found = {each.promise for each in await broken(session)}
    await session.rollback()
    return found


async def test_every_promise_finds_what_breaks_it_and_nothing_when_all_is_well(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("yes")
    await people[1].texts("no")
    await story.passes(timedelta(minutes=3))
    assert PLANTS.keys() == {promise.name for promise in PROMISES}
    async with begin() as session:
        assert await broken(session) == []
    missed = []
    for name, plant in PLANTS.items():
        async with begin() as session:
            if name not in await _breaks(session, plant):
                missed.append(name)
    assert missed == []


async def test_a_story_breaks_no_promise_at_any_minute(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("in 2 hours maybe")
    for minute in range(70):
        await story.passes(timedelta(minutes=1))
        async with begin() as session:
            assert (minute, [str(each) for each in await broken(session)]) == (minute, [])


async def _check() -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", "check"]
    same_clock = os.environ | {"RRT_CLOCK": clock.dump()}
    return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, env=same_clock)


async def test_check_names_what_is_broken_and_leaves_with_one(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.asks(reference)
    well = await _check()
    assert (well.returncode, well.stderr) == (0, "")
    assert f"{len(PROMISES)} promises asked, 0 broken." in well.stdout
    async with begin() as session:
        await session.execute(text("delete from procrastinate_jobs where task_name = 'dispatch.climb'"))
    ill = await _check()
    assert ill.returncode == 1
    assert "an-open-offer-has-contact-under-way: Every open offer has its next step under way." in ill.stderr
