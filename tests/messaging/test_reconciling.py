"""What the carrier has and we have not is found in its list, each text once (reliability.md C1, C2, A10)."""

import hashlib
from datetime import timedelta

from sqlalchemy import text

from app.core.clock import clock
from app.core.database import begin
from app.messaging import reconciling, texts
from app.messaging.states import InboundState, MessageState
from app.watch.models import Alarm, Heartbeat
from tests.messaging.desk import AMY, WORDS, Desk

OURS = "+12025550100"


async def test_a_text_whose_webhook_was_lost_is_read_once(desk: Desk) -> None:
    desk.carrier.heard("SM1", AMY, "YES 412")
    clock.advance(timedelta(minutes=1))
    assert await reconciling.read_missed() == 1
    assert await reconciling.read_missed() == 0
    await desk.hears("YES 412", sid="SM1")  # and now it comes after all
    assert [(row.sid, row.number, row.body) for row in await desk.inbox()] == [("SM1", AMY, "YES 412")]
    assert (await desk.events()).count("text.received") == 1
    (alarm,) = await desk.rows(Alarm)
    assert alarm.says.startswith("One incoming text reached us only")


async def test_what_the_webhook_brought_is_left_alone(desk: Desk) -> None:
    await desk.hears("no", sid="SM1")
    desk.carrier.heard("SM1", AMY, "no")
    clock.advance(timedelta(minutes=1))
    assert await reconciling.read_missed() == 0
    assert await desk.rows(Alarm) == []
    assert desk.carrier.listed == 1  # one page when nothing is missing


async def test_a_webhook_that_may_still_come_is_waited_for(desk: Desk) -> None:
    desk.carrier.heard("SM1", AMY, "yes")
    clock.advance(timedelta(seconds=10))
    assert await reconciling.read_missed() == 0
    clock.advance(timedelta(seconds=10))
    assert await reconciling.read_missed() == 1


async def test_after_an_outage_the_list_is_read_from_where_it_was_read_last(desk: Desk) -> None:
    await reconciling.read_missed()
    for number in range(3):
        clock.advance(timedelta(hours=1))
        desk.carrier.heard(f"SM{number}", AMY, f"text {number}")
    clock.advance(timedelta(minutes=1))
    assert await reconciling.read_missed() == 3
    assert [row.body for row in await desk.inbox()] == ["text 0", "text 1", "text 2"]


async def test_an_older_text_never_overrules_a_newer_one(desk: Desk) -> None:
    desk.carrier.heard("SM1", AMY, "yes")
    clock.advance(timedelta(minutes=1))
    await desk.hears("no", sid="SM2")  # the webhook of the first is lost, the second one's is not
    clock.advance(timedelta(minutes=1))
    assert await reconciling.read_missed() == 1
    states = {row.body: (row.state, row.meaning) for row in await desk.inbox()}
    assert states["yes"] == (InboundState.NEEDS_PERSON, "overtaken")
    assert states["no"][0] is InboundState.RECEIVED


async def test_several_lost_texts_are_read_in_their_order(desk: Desk) -> None:
    for sid, body in (("SM1", "yes"), ("SM2", "no")):
        desk.carrier.heard(sid, AMY, body)
        clock.advance(timedelta(seconds=30))
    assert await reconciling.read_missed() == 2
    assert [(row.body, row.state) for row in await desk.inbox()] == [
        ("yes", InboundState.RECEIVED),
        ("no", InboundState.RECEIVED),
    ]


async def test_a_text_that_cannot_be_kept_holds_up_no_other_and_the_desk_hears_of_it(desk: Desk) -> None:
    await reconciling.read_missed()
    (before,) = await desk.rows(Heartbeat)
    # The index has no room for the first one's id.
    for sid, body in (
        ("SM" + "".join(hashlib.sha256(bytes([n])).hexdigest() for n in range(200)), "yes"),
        ("SM2", "no"),
    ):
        desk.carrier.heard(sid, AMY, body)
        clock.advance(timedelta(minutes=1))
    assert await reconciling.read_missed() == 1
    assert [row.body for row in await desk.inbox()] == ["no"]
    assert "could not be taken into the database" in " ".join(alarm.says for alarm in await desk.rows(Alarm))
    (after,) = await desk.rows(Heartbeat)
    assert after.beat_at == before.beat_at  # it is tried again


async def test_half_a_character_is_kept_as_a_mark(desk: Desk) -> None:
    desk.carrier.heard("SM1", AMY, "YES 412 \ud83d")  # a thumb cut in two
    clock.advance(timedelta(minutes=1))
    assert await reconciling.read_missed() == 1
    assert [row.body for row in await desk.inbox()] == ["YES 412 ?"]


async def test_a_carrier_that_does_not_answer_is_asked_for_the_same_time_again(desk: Desk) -> None:
    await reconciling.read_missed()
    (before,) = await desk.rows(Heartbeat)
    desk.carrier.heard("SM1", AMY, "yes")
    clock.advance(timedelta(hours=2))
    desk.carrier.list_is_down = True
    assert await reconciling.read_missed() == 0
    (after,) = await desk.rows(Heartbeat)
    assert after.beat_at == before.beat_at
    desk.carrier.list_is_down = False
    assert await reconciling.read_missed() == 1


async def test_a_final_status_that_never_came_is_taken_from_the_list(desk: Desk) -> None:
    message_id = await desk.posts()
    await desk.works()
    desk.carrier.texts[0]["status"] = "delivered"
    assert await reconciling.compare() == 0
    assert (await desk.message(message_id)).state is MessageState.DELIVERED


async def test_a_restored_backup_does_not_send_again_what_the_carrier_has(desk: Desk) -> None:
    message_id = await desk.posts()
    await desk.works()
    async with begin() as session:  # the database is an hour old again: the text waits to go out
        await session.execute(text("set local session_replication_role = replica"))
        await session.execute(
            text("update messages set state = 'queued', sid = null, claimed_at = null, sent_at = null")
        )
    assert await reconciling.compare() == 0
    message = await desk.message(message_id)
    assert (message.state, message.sid) == (MessageState.SENT, desk.carrier.texts[0]["sid"])
    assert len(desk.carrier.texts) == 1


async def test_a_text_that_this_database_never_knew_is_told_to_the_desk(desk: Desk) -> None:
    await desk.posts(texts.reminder(WORDS))
    await desk.works()
    async with begin() as session:
        await session.execute(text("delete from messages"))
    assert await reconciling.compare() == 1
    (alarm,) = await desk.rows(Alarm)
    assert "this database does not know" in alarm.says


async def test_a_strangers_text_is_told_once_and_the_next_one_again(desk: Desk) -> None:
    for number in range(2):
        await desk.posts(texts.reminder(WORDS))
        await desk.works()
        async with begin() as session:
            await session.execute(text("delete from messages"))
        clock.advance(timedelta(seconds=5))
        for _ in range(3):  # each look reads the last minutes of the list again
            await reconciling.compare()
            clock.advance(timedelta(minutes=2))
            async with begin() as session:  # the desk has seen to it
                await session.execute(text("update alarms set settled_at = last_at, settled_by = 'Dana'"))
        assert [alarm.times for alarm in await desk.rows(Alarm)] == [1] * (number + 1)


async def test_a_text_that_is_written_down_at_this_moment_is_not_taken_for_a_strangers(desk: Desk) -> None:
    await desk.posts()
    await desk.works()
    for change in ("sid = sid", "sid = null, state = 'sending'"):
        async with begin() as session:
            await session.execute(text("set local session_replication_role = replica"))
            await session.execute(text(f"update messages set {change}"))  # noqa: S608
        async with begin() as other:
            await other.execute(text("select id from messages for update"))
            assert await reconciling.compare() == 0


async def test_of_two_texts_with_the_same_words_one_never_gets_the_others_sid(desk: Desk) -> None:
    first, second = await desk.posts(), await desk.posts()
    await desk.works()
    async with begin() as session:  # nobody has written down what became of them
        await session.execute(text("set local session_replication_role = replica"))
        await session.execute(text("update messages set sid = null, state = 'sending'"))
    async with begin() as other:  # and now somebody does, of the first
        await other.execute(text(f"select id from messages where id = {first} for update"))  # noqa: S608
        assert await reconciling.compare() == 0
        assert (await desk.message(second)).sid is None
