"""Every code of the carrier's has its meaning and its next step; what concerns our sender holds texts at once."""

import pytest

from app.core.database import begin
from app.core.events import Actor
from app.messaging import errors, holds, queries, texts
from app.messaging.errors import MEANINGS, NextStep, meaning
from app.messaging.jobs import tend
from app.messaging.models import SendingHold
from app.messaging.states import HoldReason, MessageState
from app.watch.models import Alarm
from tests.messaging.desk import WORDS, Desk

TWILIOS = {
    20003, 20429, 21211, 21408, 21606, 21608, 21610, 21611, 21612, 21614, 21617, 21635, 21660, 21701, 21703, 21705,
    30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30034, 30036, 30450, 30610, 63038, 10004,
}  # fmt: skip
"""The codes we have met in the carrier's documentation (twilio.md 7)."""
SENDER_WIDE = sorted(code for code, each in MEANINGS.items() if each.next is NextStep.HOLD)


async def _held_alarms(desk: Desk) -> list[Alarm]:
    """Alarms about held texts; the rooms above, when they are loaded, raise others of their own."""
    return [alarm for alarm in await desk.rows(Alarm) if alarm.kind == holds.KIND]


def test_every_known_code_has_its_meaning() -> None:
    assert MEANINGS.keys() >= TWILIOS
    assert all(each.says.endswith(".") and len(each.says) < 60 for each in MEANINGS.values())


def test_a_new_code_is_called_about_and_told() -> None:
    assert meaning(39999).next is NextStep.CALL
    assert "39999" in meaning(39999).says
    assert meaning(39999).note


def test_what_concerns_the_sender_is_exactly_this() -> None:
    assert {20003, 21606, 21611, 30001, 30002, 30034, 63038} <= set(SENDER_WIDE)
    assert not {21610, 30003, 30007, 21211, 21614} & set(SENDER_WIDE)


@pytest.mark.parametrize("code", SENDER_WIDE)
async def test_a_refusal_of_our_sender_holds_texts_alarms_the_desk_and_lets_calls_go(desk: Desk, code: int) -> None:
    desk.carrier.faults = [f"400/{code}"]
    first = await desk.posts(offer_id=7)
    await desk.works()
    assert (await desk.message(first)).error_code == code
    (hold,) = await desk.rows(SendingHold)
    (alarm,) = await _held_alarms(desk)
    assert (hold.reason, hold.error_code) == (HoldReason.CARRIER, code)
    assert str(code) in alarm.says
    asked = len(desk.carrier.asked)
    second, other, call = await desk.posts(offer_id=8), await desk.posts(texts.help_text("1")), await desk.calls()
    await desk.works()
    assert (await desk.message(second)).state is MessageState.FAILED  # so that somebody is called
    assert (await desk.message(second)).error_code == code
    assert (await desk.message(other)).state is MessageState.QUEUED
    assert (await desk.message(call)).state is MessageState.SENT
    assert len(desk.carrier.asked) == asked + 1  # the call only


@pytest.mark.parametrize("code", [30001, 30002, 30034])
async def test_a_callback_that_refuses_our_sender_holds_texts_too(desk: Desk, code: int) -> None:
    first = await desk.posts(offer_id=7)
    await desk.works()
    url = desk.carrier.asked[0]["StatusCallback"]
    sid = desk.carrier.texts[0]["sid"]
    await desk.webhook(url, MessageSid=sid, MessageStatus="undelivered", ErrorCode=str(code))
    assert (await desk.message(first)).state is MessageState.UNDELIVERED
    async with begin() as session:
        assert [hold.error_code for hold in await holds.active(session)] == [code]


@pytest.mark.parametrize("code", [21610, 30003, 30007, 21211, 21614, 39999])
async def test_what_concerns_one_person_holds_nobody_else(desk: Desk, code: int) -> None:
    desk.carrier.faults = [f"400/{code}"]
    await desk.posts()
    other = await desk.posts(texts.reminder(WORDS))
    await desk.works()
    assert await desk.rows(SendingHold) == []
    assert (await desk.message(other)).state is MessageState.SENT


async def test_many_refusals_are_one_hold_and_one_alarm(desk: Desk) -> None:
    desk.carrier.faults = ["400/30034", "400/30034"]
    async with begin() as session:
        await holds.after_error(session, 30034)
    async with begin() as session:
        await holds.after_error(session, 30034)
    assert len(await desk.rows(SendingHold)) == len(await _held_alarms(desk)) == 1


async def _passes(desk: Desk, hours: int) -> None:
    """Time passes with a worker alive all along."""
    for _ in range(hours * 6):
        await desk.waits(minutes=10)
        await tend()


async def test_the_daily_limit_lets_go_by_itself_after_a_day(desk: Desk) -> None:
    async with begin() as session:
        await holds.after_error(session, errors.DAILY_LIMIT)
    waiting = await desk.posts(texts.help_text("1"))
    await _passes(desk, hours=23)
    assert (await desk.message(waiting)).state is MessageState.QUEUED
    assert (await _held_alarms(desk))[0].settled_at is None
    await _passes(desk, hours=1)
    assert "sending.released" in await desk.events()
    assert (await _held_alarms(desk))[0].settled_at is not None
    async with begin() as session:
        assert await holds.active(session) == []


async def test_what_is_held_and_who_released_it_is_known(desk: Desk) -> None:
    async with begin() as session:
        await holds.after_error(session, 30034)
    await desk.posts(texts.help_text("1"))
    await desk.works()
    async with begin() as session:
        shown = await queries.sending(session)
        assert (shown.waiting, shown.ends_at, len(shown.holds)) == (1, None, 1)
        await holds.release(session, shown.holds[0], by=Actor("user", 1, "Rosa"))
    (hold,) = await desk.rows(SendingHold)
    assert hold.released_by == "Rosa"
    async with begin() as session:
        assert (await queries.sending(session)).holds == ()


async def test_a_hold_that_ends_is_followed_by_another_when_the_carrier_still_refuses(desk: Desk) -> None:
    async with begin() as session:
        await holds.after_error(session, 21611)
    await _passes(desk, hours=1)
    desk.carrier.faults = ["400/21611"]
    await desk.posts()
    await desk.works()
    assert [hold.released_at is None for hold in await desk.rows(SendingHold)] == [False, True]
