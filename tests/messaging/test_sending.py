"""A text is handed to Twilio once, whatever dies, repeats or gets lost in between (reliability.md A1, A2, A5)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import clock
from app.core.database import begin
from app.core.events import SYSTEM
from app.core.settings import get_settings
from app.messaging import gateway, holds, jobs, outbox, pacing, queries, sending, texts
from app.messaging.models import Message, SenderPace
from app.messaging.states import MessageState
from tests.messaging.desk import AMY, WORDS, Desk


async def test_a_text_is_sent_with_its_callback_and_its_validity(desk: Desk) -> None:
    message_id = await desk.posts(valid_until=clock.now() + timedelta(minutes=45))
    await desk.works()
    (asked,) = desk.carrier.asked
    assert asked["Body"] == texts.offer(WORDS).body
    assert asked["ValidityPeriod"] == "2700"
    assert asked["StatusCallback"].startswith(f"https://rrt.example/twilio/status?m={message_id}&k=")
    message = await desk.message(message_id)
    assert (message.state, message.sid) == (MessageState.SENT, desk.carrier.texts[0]["sid"])


async def test_rolled_back_nothing_is_sent(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError):
        async with begin() as session:
            await outbox.post(session, texts.offer(WORDS), to=AMY, topic="request:1")
            raise ZeroDivisionError
    assert await desk.works() == 0
    assert desk.carrier.asked == []


async def test_the_job_may_run_twice_and_at_the_same_time(desk: Desk) -> None:
    message_id = await desk.posts()
    await asyncio.gather(*(jobs.send(message_id) for _ in range(5)))
    await jobs.send(message_id)
    assert len(desk.carrier.texts) == 1


async def test_past_its_time_it_is_not_sent(desk: Desk) -> None:
    message_id = await desk.posts(valid_until=clock.now() + timedelta(minutes=1))
    await desk.waits(minutes=1)
    assert desk.carrier.asked == []
    assert (await desk.message(message_id)).state is MessageState.CANCELLED
    assert "message.cancelled" in await desk.events()


async def test_taken_back_it_is_not_sent(desk: Desk) -> None:
    await desk.posts(offer_id=7)
    async with begin() as session:
        assert await outbox.cancel_waiting(session, 7) == 1
        assert await outbox.cancel_waiting(session, 7) == 0
    await desk.works()
    assert desk.carrier.asked == []


async def test_one_kind_of_text_goes_once_to_a_number_in_a_story(desk: Desk) -> None:
    words = texts.request_received("26-0412", "202-555-0142")

    async def once() -> Message | None:
        async with begin() as session:
            return await outbox.post_once(session, words, to="202 555 0111", topic="request:1")

    made = await asyncio.gather(once(), once(), once())
    assert sum(message is not None for message in made) == 1
    await desk.works()
    assert [text["to"] for text in desk.carrier.texts] == [AMY]


async def test_killed_after_the_claim_and_before_twilio_it_is_looked_up_and_reported(desk: Desk) -> None:
    message_id = await desk.posts()
    async with begin() as session:
        assert await sending.claim(session, message_id)
    await desk.works()  # the job is taken over: the claim is there, Twilio was never asked
    assert (await desk.message(message_id)).state is MessageState.SENDING
    await desk.waits(seconds=60)
    assert (await desk.message(message_id)).state is MessageState.UNKNOWN
    await desk.waits(seconds=60)
    message = await desk.message(message_id)
    assert (message.state, message.error_code) == (MessageState.FAILED, 0)
    assert (await desk.events()).count("message.failed") == 1
    assert desk.carrier.asked == []


async def test_killed_between_twilio_and_the_commit_it_is_found_and_not_sent_again(desk: Desk) -> None:
    message_id = await desk.posts()
    async with begin() as session:
        order = await sending.claim(session, message_id)
    assert order is not None
    taken = await gateway.hand_over(order)
    await desk.works()
    await desk.waits(seconds=60)
    message = await desk.message(message_id)
    assert (message.state, message.sid) == (MessageState.SENT, taken.sid)
    assert len(desk.carrier.texts) == 1


@pytest.mark.parametrize("told", ["sent", "delivered", "undelivered"])
async def test_what_a_callback_told_before_the_answer_was_noted_stands(desk: Desk, told: str) -> None:
    message_id = await desk.posts()
    async with begin() as session:
        order = await sending.claim(session, message_id)
    assert order is not None
    taken = await gateway.hand_over(order)
    await desk.webhook(desk.carrier.asked[-1]["StatusCallback"], MessageSid=taken.sid, MessageStatus=told)
    before = await desk.message(message_id)
    clock.advance(timedelta(seconds=5))
    async with begin() as session:
        await sending.note(session, order, taken)
    after = await desk.message(message_id)
    assert (after.state, after.sid) == (MessageState(told), taken.sid)
    assert (after.sent_at, after.delivered_at) == (before.sent_at, before.delivered_at)


@pytest.mark.parametrize("fault", ["500", "silence"])
async def test_lost_after_twilio_took_it_it_is_found_and_not_sent_again(
    desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT_S", 1.0)
    desk.carrier.faults = [fault]
    message_id = await desk.posts()
    await desk.works()
    assert (await desk.message(message_id)).state is MessageState.UNKNOWN
    await desk.waits(seconds=59)
    assert (await desk.message(message_id)).state is MessageState.UNKNOWN
    await desk.waits(seconds=1)
    assert (await desk.message(message_id)).state is MessageState.SENT
    assert len(desk.carrier.texts) == len(desk.carrier.asked) == 1


async def test_a_list_that_shows_it_late_is_asked_twice(desk: Desk) -> None:
    desk.carrier.faults, desk.carrier.hides_from_list = ["500"], 1
    message_id = await desk.posts()
    await desk.works()
    await desk.waits(seconds=60)
    assert (await desk.message(message_id)).state is MessageState.UNKNOWN
    await desk.waits(seconds=60)
    assert (await desk.message(message_id)).state is MessageState.SENT


async def test_another_text_with_the_same_words_is_not_taken_for_it(desk: Desk) -> None:
    first = await desk.posts(texts.not_clear(WORDS))
    await desk.works()
    desk.carrier.faults = ["500 before"]
    second = await desk.posts(texts.not_clear(WORDS))
    await desk.works()
    await desk.waits(seconds=60)
    await desk.waits(seconds=60)
    assert (await desk.message(first)).state is MessageState.SENT
    assert (await desk.message(second)).state is MessageState.FAILED


async def test_refused_it_fails_with_the_code(desk: Desk) -> None:
    desk.carrier.faults = ["400/21610"]
    message_id = await desk.posts()
    await desk.works()
    message = await desk.message(message_id)
    assert (message.state, message.error_code) == (MessageState.FAILED, 21610)
    assert await desk.events() == ["message.failed"]


async def test_the_daily_limit_is_no_reason_to_try_again(desk: Desk) -> None:
    desk.carrier.faults = ["429/63038"]
    message_id = await desk.posts()
    await desk.works()
    assert (await desk.message(message_id)).error_code == 63038


async def test_busy_it_is_tried_again_later(desk: Desk) -> None:
    desk.carrier.faults = ["429", "429"]
    message_id = await desk.posts()
    await desk.works()
    assert (await desk.message(message_id)).state is MessageState.QUEUED
    await desk.waits(seconds=2)
    await desk.waits(seconds=4)
    assert (await desk.message(message_id)).state is MessageState.SENT
    assert len(desk.carrier.texts) == 1


async def test_nobody_to_connect_to_counts_as_busy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RRT_TWILIO_API_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    message_id = await desk.posts()
    await desk.works()
    assert (await desk.message(message_id)).state is MessageState.QUEUED


async def test_a_status_that_never_came_is_asked_for(desk: Desk) -> None:
    message_id = await desk.posts()
    await desk.works()
    desk.carrier.texts[0]["status"] = "undelivered"
    desk.carrier.texts[0]["error_code"] = 30003
    await desk.waits(seconds=60)
    message = await desk.message(message_id)
    assert (message.state, message.error_code) == (MessageState.UNDELIVERED, 30003)
    assert await desk.events() == ["message.undelivered"]


async def test_how_a_call_ended_is_asked_for_until_the_carrier_can_say(desk: Desk) -> None:
    message_id = await desk.calls()
    await desk.works()
    desk.carrier.calls[0]["status"] = "no-answer"
    desk.carrier.list_is_down = True
    for _ in range(10):
        await desk.waits(minutes=10)
    assert (await desk.message(message_id)).state is MessageState.SENT
    desk.carrier.list_is_down = False
    await desk.waits(minutes=1)
    message = await desk.message(message_id)
    assert (message.state, message.outcome) == (MessageState.UNDELIVERED, "no_answer")
    assert await desk.events() == ["call.ended"]


async def test_the_sender_keeps_its_pace(desk: Desk) -> None:
    """Three segments a second: nine texts take their slots within three seconds, whatever the order of the jobs."""
    for number in range(9):
        await desk.posts(to=f"+1202555{1000 + number}")
    await desk.works()
    sent_at = [len(desk.carrier.texts)]
    for _ in range(5):
        await desk.waits(seconds=0.6)
        sent_at.append(len(desk.carrier.texts))
    assert sent_at == [3, 3, 4, 6, 8, 9]  # at once what fits into a second, then one in a third of a second


async def test_an_answer_does_not_queue_behind_a_recall(desk: Desk) -> None:
    for number in range(30):
        await desk.posts(to=f"+1202555{1000 + number}")
    await desk.works()
    urgent = await desk.posts(texts.confirmed(WORDS, "202-555-0142"), priority=1)
    await desk.works()
    assert (await desk.message(urgent)).state is MessageState.SENT


async def test_a_lost_call_is_looked_up_too(desk: Desk) -> None:
    desk.carrier.faults = ["500"]
    message_id = await desk.calls()
    await desk.works()
    await desk.waits(seconds=60)
    message = await desk.message(message_id)
    assert (message.state, message.sid) == (MessageState.SENT, desk.carrier.calls[0]["sid"])
    assert len(desk.carrier.calls) == 1


async def test_an_answer_does_not_queue_behind_a_recall_that_is_urgent_itself(desk: Desk) -> None:
    for number in range(30):
        await desk.posts(to=f"+1202555{1000 + number}", priority=1)
    await desk.works()
    answer = await desk.posts(texts.confirmed(WORDS, "202-555-0142"), priority=2)
    await desk.works()
    assert (await desk.message(answer)).state is MessageState.SENT


async def test_429_holds_every_text_back_and_each_keeps_its_place(desk: Desk) -> None:
    ids = [await desk.posts(to=f"+1202555{1000 + number}") for number in range(12)]
    desk.carrier.faults = ["429"]
    await desk.works()
    sent = len(desk.carrier.texts)
    await desk.waits(seconds=1.9)
    assert len(desk.carrier.texts) == sent  # nothing goes out while it backs off
    for _ in range(12):
        await desk.waits(seconds=0.5)
    order = [text["to"] for text in desk.carrier.texts]
    assert len(order) == len(set(order)) == 12
    waited = [(await desk.message(message_id)).claimed_at for message_id in ids[3:]]
    assert waited == sorted(waited, key=lambda at: at or clock.now())


@pytest.mark.parametrize("why", ["held", "no worker"])
async def test_what_could_not_go_out_for_a_while_keeps_the_senders_pace_afterwards(desk: Desk, why: str) -> None:
    for number in range(30):
        await desk.posts(to=f"+1202555{1000 + number}")
    await desk.works()  # those that do not go at once have their slots
    sent = len(desk.carrier.texts)
    if why == "held":
        async with begin() as session:
            await holds.after_error(session, 30034)
        await desk.waits(hours=1)
        async with begin() as session:
            (hold,) = await holds.active(session)
            await holds.release(session, hold, by=SYSTEM)
            await holds.hurry_waiting(session)  # as the room above does, once it has looked at each
        await desk.works()
    else:
        await desk.waits(minutes=5)
    assert len(desk.carrier.texts) - sent <= 3
    await desk.waits(seconds=3)
    assert 9 <= len(desk.carrier.texts) - sent <= 12
    await desk.waits(seconds=7)
    assert len(desk.carrier.texts) == 30


async def test_an_answer_and_a_429_at_the_same_moment_do_not_wait_for_each_other(desk: Desk) -> None:
    for priority in (-1, 2):  # the lane of drills is the first row, as where the first text ever was a test
        await desk.posts(priority=priority)
        await desk.works()
    answer = await desk.message(await desk.posts(priority=2))

    async def reserves() -> None:
        async with begin() as session:
            await pacing.reserve(session, answer)

    async def backs_off() -> None:
        async with begin() as session:
            await pacing.back_off(session, timedelta(seconds=2))

    async with begin() as session:
        await session.execute(select(SenderPace).where(SenderPace.number.endswith(" urgent")).with_for_update())
        both = [asyncio.create_task(reserves())]
        await asyncio.sleep(0.3)  # it has the lane of answers, and waits for the next one
        both.append(asyncio.create_task(backs_off()))
        await asyncio.sleep(0.3)
    assert await asyncio.gather(*both, return_exceptions=True) == [None, None]


async def test_how_far_a_recall_is_and_when_it_ends_can_be_read(desk: Desk) -> None:
    for number in range(31):
        await desk.posts(to=f"+1202555{1000 + number}")
    async with begin() as session:
        before = await queries.sending(session)
    assert (before.waiting, before.batches[0].total, before.batches[0].gone) == (31, 31, 0)
    assert before.ends_at is not None
    assert abs((before.ends_at - clock.now()).total_seconds() - 31 / 3) < 0.1  # said before any text has its slot
    await desk.works()
    await desk.waits(seconds=5)
    async with begin() as session:
        half = await queries.sending(session)
    assert (half.batches[0].kind, half.batches[0].gone) == ("offer", 31 - half.waiting)
    assert half.ends_at is not None
    assert abs(half.ends_at - before.ends_at) < timedelta(seconds=0.1)
