"""The auditor finds what is stuck within two minutes, repairs it or tells the desk, and is missed when it stops."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, text

from app.core.clock import Clock, clock
from app.core.database import begin
from app.core.jobs import defer
from app.dispatch import auditing
from app.dispatch.promises import broken
from app.messaging.models import Message
from app.messaging.states import MessageState
from app.seed.filling import DEMO_PASSWORD
from app.watch import heartbeats
from tests.field.conftest import asked_now, ordered
from tests.story import Person, Story


async def _asked(story: Story) -> tuple[str, list[Person]]:
    reference = await story.files()
    await story.approves(reference)
    return reference, await story.asks(reference)


async def _plants(*statements: str) -> None:
    """Break something, with the database's own guards switched off."""
    async with begin() as session:
        await session.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            await session.execute(text(statement))


async def _kinds(story: Story) -> list[str]:
    return [alarm["kind"] for alarm in await story.get("/alarms")]


async def test_when_all_is_well_it_does_nothing_and_says_that_it_is_alive(story: Story) -> None:
    await _asked(story)
    assert await auditing.audit() == auditing.Audit((), 0, 0)
    assert await _kinds(story) == []
    async with begin() as session:
        assert await heartbeats.silent_for(session, heartbeats.AUDITOR) == timedelta()


@pytest.mark.parametrize(
    ("promise", "plants"),
    [
        ("an-open-offer-has-contact-under-way", ["delete from procrastinate_jobs where task_name = 'dispatch.climb'"]),
        ("a-waiting-message-has-its-sender", ["update messages set state = 'queued', sid = null where kind = 'offer'"]),
        (
            "a-doubtful-message-is-asked-for",
            [
                "update messages set state = 'sending', sid = null, claimed_at = claimed_at - interval '5 minutes'"
                " where kind = 'offer'"
            ],
        ),
        (
            "an-open-seat-is-being-looked-for",
            [
                "update positions set state = 'open' where state = 'held'",
                "update offers set state = 'expired' where state = 'contacting'",
                "delete from procrastinate_jobs",
            ],
        ),
        (
            "an-approved-request-has-its-deployment",
            [
                "delete from offers", "delete from picks", "delete from proposals", "delete from positions",
                "delete from deployments", "update requests set decided_at = decided_at - interval '5 minutes'",
            ],
        ),
    ],
)  # fmt: skip
async def test_what_is_stuck_is_repaired(story: Story, promise: str, plants: list[str]) -> None:
    reference, _ = await _asked(story)
    await _plants(*plants)
    found = await auditing.audit()
    assert {each.promise for each in found.found} >= {promise}
    assert found.raised == 0
    await story.settle()
    await story.passes(timedelta(minutes=3))
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []
    assert await story.deployment(reference)


async def test_an_open_seat_of_a_team_on_the_road_is_looked_for_again(story: Story) -> None:
    reference, people = await ordered(story)
    assert await auditing.audit() == auditing.Audit((), 0, 0)
    mine = f"from assignments where expert_id = {people[0].id}"
    await _plants(
        f"update positions set state = 'open' where id = (select position_id {mine})",  # noqa: S608
        f"update offers set state = 'declined' where expert_id = (select expert_id {mine})",  # noqa: S608
        f"update assignments set state = 'cancelled' where id = (select id {mine})",  # noqa: S608
    )
    found = await auditing.audit()
    assert [each.promise for each in found.found] == ["an-open-seat-is-being-looked-for"]
    await story.settle()
    assert (await asked_now(story, reference)).id != people[0].id
    assert (await auditing.audit()).found == ()


async def test_an_incoming_text_that_nobody_read_is_read(story: Story) -> None:
    reference, people = await _asked(story)
    story.carrier.phone_texts(people[0].number, "yes")
    await story.carrier.run_due()
    await _plants("delete from procrastinate_jobs where task_name = 'replies.read'")
    await story.passes(timedelta(minutes=3))
    await auditing.audit()
    await story.settle()
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"


async def test_what_is_found_again_after_its_repair_is_told_to_the_desk(story: Story) -> None:
    await _asked(story)
    stuck = "delete from procrastinate_jobs where task_name = 'dispatch.climb'"
    await _plants(stuck)
    assert (await auditing.audit()).raised == 0
    await _plants(stuck)
    assert (await auditing.audit()).raised == 3
    assert await _kinds(story) == ["audit.stuck"] * 3
    await auditing.audit()
    assert await _kinds(story) == ["audit.stuck"] * 3


async def test_an_answer_that_nobody_answered_is_told_to_the_desk(story: Story) -> None:
    _, people = await _asked(story)
    await people[0].texts("yes")
    await story.passes(timedelta(minutes=3))
    await _plants("delete from messages where kind = 'confirmed'")
    await auditing.audit()
    assert await _kinds(story) == ["audit.stuck"]


async def _failed_job(story: Story) -> int:
    async with begin() as session:
        message = (await session.scalars(select(Message).where(Message.kind == "offer").limit(1))).one()
        job_id = await defer(session, "messaging.send", message_id=message.id)
        await session.execute(text("update procrastinate_jobs set status = 'doing' where id = :id"), {"id": job_id})
        await session.execute(text("update procrastinate_jobs set status = 'failed' where id = :id"), {"id": job_id})
    return job_id


async def test_a_failed_job_is_shown_once_and_can_be_run_again(story: Story) -> None:
    await _asked(story)
    job_id = await _failed_job(story)
    await auditing.audit()
    await auditing.audit()
    (alarm,) = await story.get("/alarms")
    assert (alarm["kind"], alarm["subject_id"], alarm["times"]) == ("job.failed", job_id, 1)
    assert (await story.api("chief", "POST", f"/alarms/{alarm['id']}/retry")).status_code == 403
    await story.post("recommender", f"/alarms/{alarm['id']}/retry")
    await story.settle()
    assert await story.get("/alarms") == []
    async with begin() as session:
        assert await session.scalar(text("select count(*) from procrastinate_jobs where status = 'failed'")) == 0


async def test_a_settled_alarm_of_a_failed_job_stays_settled(story: Story) -> None:
    await _asked(story)
    await _failed_job(story)
    await auditing.audit()
    (alarm,) = await story.get("/alarms")
    await story.post("intake", f"/alarms/{alarm['id']}/settle")
    assert (await story.api("intake", "POST", f"/alarms/{alarm['id']}/settle")).status_code == 409
    await auditing.audit()
    assert await story.get("/alarms") == []


async def test_many_old_failed_jobs_hide_no_new_one(story: Story) -> None:
    await _asked(story)
    await _failed_job(story)
    async with begin() as session:
        copies = (
            "insert into procrastinate_jobs (queue_name, task_name, priority, args, status, attempts)"
            " select queue_name, task_name, priority, args, 'failed', 8"
            " from procrastinate_jobs, generate_series(1, 104) where status = 'failed'"
        )
        await session.execute(text(copies))
    await auditing.audit()
    await auditing.audit()
    async with begin() as session:
        told = await session.scalar(text("select count(*) from alarms where kind = 'job.failed'"))
    assert told == 105


async def test_a_stopped_auditor_is_noticed_by_readyz_and_by_the_board(story: Story) -> None:
    await _asked(story)
    await auditing.audit()
    async with httpx.AsyncClient(base_url=story.carrier.public_url, follow_redirects=True) as page:
        assert (await page.get("/readyz")).status_code == 200
        await page.post("/sign-in", data={"email": "recommend@desk.example", "password": DEMO_PASSWORD})
        assert "Nobody has checked" not in (await page.get("/desk")).text
        clock.advance(timedelta(minutes=6))
        ready = await page.get("/readyz")
        assert (ready.status_code, ready.json()["status"][:40]) == (503, "the auditor has not run for 6 minutes; i")
        assert "Nobody has checked for 6 min" in (await page.get("/desk")).text


async def test_alarms_and_the_release_of_texts_are_buttons_on_the_board(story: Story) -> None:
    await _asked(story)
    await _failed_job(story)
    await auditing.audit()
    await _plants(
        "insert into sending_holds (sender, reason, says, since) values ('+12025550100', 'gap', 'x', now())",
        "insert into alarms (kind, key, topic, subject_id, says, action, times, raised_at, last_at)"
        " select 'sending.held', 'sending.held:' || id, '', id, 'What waited is held.', 'Release it.', 1, now(), now()"
        " from sending_holds",
    )
    async with httpx.AsyncClient(base_url=story.carrier.public_url, follow_redirects=True) as page:
        await page.post("/sign-in", data={"email": "recommend@desk.example", "password": DEMO_PASSWORD})
        shown = (await page.get("/desk")).text
        assert "2 alarms" in shown
        alarm = next(each for each in await story.get("/alarms") if each["kind"] == "job.failed")
        hold = (await story.get("/sending"))["holds"][0]
        assert (await page.post(f"/desk/alarms/{alarm['id']}", data={"verb": "retry"})).status_code == 200
        after = await page.post(f"/desk/sending/{hold['id']}/release")
        assert after.status_code == 200
        assert 'id="trouble"' not in after.text


async def test_after_a_long_gap_what_is_stale_is_taken_back_and_the_rest_waits_for_the_desk(story: Story) -> None:
    from app.messaging.jobs import tend

    reference, people = await _asked(story)
    await tend()
    await people[0].texts("yes")
    await _plants("update messages set state = 'queued', sid = null")
    await _plants("delete from procrastinate_jobs where task_name = 'messaging.send'")
    sent = len(story.carrier.messages)
    clock.advance(timedelta(minutes=90))
    await tend()
    await story.settle()
    assert len(story.carrier.messages) == sent
    (hold,) = (await story.get("/sending"))["holds"]
    assert hold["reason"] == "gap"
    assert await _kinds(story) == ["sending.held"]
    await story.post("recommender", f"/sending/holds/{hold['id']}/release")
    await story.passes(timedelta(seconds=30), timedelta(seconds=10))
    async with begin() as session:
        states = dict((await session.execute(select(Message.kind, Message.state))).all())
    assert states["offer"] is MessageState.CANCELLED  # its time is over
    assert states["confirmed"] is MessageState.DELIVERED  # still true
    assert await story.deployment(reference)


def test_on_an_accelerated_clock_a_silence_is_too_long_only_after_a_moment_of_the_walls() -> None:
    before = Clock.load(clock.dump())
    clock.follow(Clock(180))
    try:
        assert heartbeats.too_long(5) == timedelta(minutes=90)
    finally:
        clock.follow(before)
    assert heartbeats.too_long(5) == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("promise", "job", "plants"),
    [
        (
            "an-approved-request-has-its-deployment", "deployments.open",
            ["delete from positions", "update requests set decided_at = decided_at - interval '5 minutes'"],
        ),
        (
            "a-confirmed-team-is-announced", "dispatch.tell_agency",
            ["update deployments set state = 'staffed', staffed_at = opened_at - interval '5 minutes'"],
        ),
    ],
)  # fmt: skip
async def test_what_waits_for_a_worker_is_not_stuck(story: Story, promise: str, job: str, plants: list[str]) -> None:
    await _asked(story)
    await _plants(*plants)
    async with begin() as session:
        about = "deployments" if job == "dispatch.tell_agency" else "requests"
        await defer(session, job, subject_id=(await session.scalars(text(f"select id from {about}"))).one())  # noqa: S608
        assert promise not in {each.promise for each in await auditing.read(session)}
        await session.execute(text("delete from procrastinate_jobs where task_name = :job"), {"job": job})
        assert promise in {each.promise for each in await auditing.read(session)}


async def test_answers_are_read_before_deadlines_and_deadlines_wait_for_nothing_else(story: Story) -> None:
    _, people = await _asked(story)
    story.carrier.phone_texts(people[0].number, "yes")
    await story.carrier.run_due()
    async with begin() as session:
        rows = await session.execute(text("select task_name, priority from procrastinate_jobs where status = 'todo'"))
        waiting = {row.task_name: row.priority for row in rows}
    assert waiting["replies.read"] > waiting["dispatch.climb"] >= 0
