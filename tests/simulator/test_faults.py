"""What goes wrong on purpose, what goes wrong by itself, and what stays in order all the same."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx
import pytest
import requests
from fastapi import Response
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

from app.simulator.carrier import Carrier
from app.simulator.faults import Dice, Faults
from app.simulator.people import Kind
from app.simulator.schedule import Schedule
from app.simulator.server import Deliverer, create_simulator
from app.simulator.webhooks import Answer, Deliver, NoAnswer, Unreachable
from tests.simulator.town import ACCOUNT, AMY, BEN, OURS, PUBLIC, TOKEN, Town, serving

MINUTE = timedelta(minutes=1)


async def test_429_was_never_processed(town: Town) -> None:
    town.carrier.faults = Faults(busy=1)
    with pytest.raises(TwilioRestException) as refused:
        await town.texts(AMY)
    assert (refused.value.status, refused.value.code) == (429, 20429)
    assert town.carrier.messages == []


@pytest.mark.parametrize(("faults", "taken"), [(Faults(error_taken=1), 1), (Faults(error_untaken=1), 0)])
async def test_500_may_have_been_processed(town: Town, faults: Faults, taken: int) -> None:
    town.carrier.faults = faults
    with pytest.raises(TwilioRestException) as failed:
        await town.texts(AMY)
    assert (failed.value.status, failed.value.code) == (500, 20500)
    assert len(await town.asks(lambda client: client.messages.list(to=AMY))) == taken


async def test_a_create_without_an_answer_is_found_in_the_list(town: Town) -> None:
    town.carrier.faults = Faults(silence_taken=1, silence_s=2)
    town.client.http_client.timeout = 0.3
    with pytest.raises(requests.ReadTimeout):
        await town.texts(AMY, "ref 234")
    assert [text["body"] for text in town.carrier.list_messages(AMY)] == ["ref 234"]


async def test_callbacks_are_dropped(town: Town) -> None:
    town.carrier.faults = Faults(dropped_callbacks=1)
    await town.texts(AMY)
    await town.passes(MINUTE)
    assert town.service.heard == []
    assert town.carrier.messages[0]["status"] == "delivered"


async def test_callbacks_come_twice(town: Town) -> None:
    town.carrier.faults = Faults(doubled_callbacks=1)
    await town.texts(AMY)
    await town.passes(MINUTE)
    assert town.service.told("status", "MessageStatus") == ["sent", "sent", "delivered", "delivered"]


async def test_callbacks_come_in_the_wrong_order(town: Town) -> None:
    town.carrier.faults = Faults(late_callbacks=0.5)
    for number in range(20):
        await town.texts(AMY, f"{number}")
    await town.passes(timedelta(minutes=5))
    told = [form for path, form in town.service.heard if path == "status"]
    sids = [text["sid"] for text in town.carrier.messages]
    steps = [tuple(form["MessageStatus"] for form in told if form["MessageSid"] == sid) for sid in sids]
    assert all(sorted(order) == ["delivered", "sent"] for order in steps)
    assert Counter(steps)["delivered", "sent"] > 0


async def test_a_text_that_never_arrived_is_answered_by_nobody(town: Town) -> None:
    town.carrier.people.add(AMY, "Amy", Kind.YES)
    town.carrier.faults = Faults(undelivered=1, undelivered_code=30005)
    made = await town.texts(AMY)
    await town.passes(timedelta(days=1))
    assert town.service.told("status", "MessageStatus") == ["sent", "undelivered"]
    assert town.service.told("status", "ErrorCode") == ["", "30005"]
    assert town.said_by(AMY) == []
    found = await town.asks(lambda client: client.messages(made.sid).fetch())
    assert (found.status, found.error_code) == ("undelivered", 30005)


async def test_an_incoming_text_whose_webhook_is_lost_is_in_the_list(town: Town) -> None:
    town.carrier.faults = Faults(lost_webhooks=1)
    town.carrier.phone_texts(AMY, "yes 234")
    await town.passes(MINUTE)
    assert town.service.heard == []
    assert [text.body for text in await town.asks(lambda client: client.messages.list(to=OURS))] == ["yes 234"]


async def test_an_incoming_text_comes_twice_with_one_sid(town: Town) -> None:
    town.carrier.faults = Faults(doubled_webhooks=1)
    sent = town.carrier.phone_texts(AMY, "yes 234")
    await town.passes(MINUTE)
    assert town.service.told("twilio/sms", "MessageSid") == [sent["sid"]] * 2


def test_dice_fall_by_seed_and_number_and_not_by_the_order_of_numbers() -> None:
    one, other = Dice(3), Dice(3)
    amy, ben = [one.roll("x", AMY) for _ in range(5)], [one.roll("x", BEN) for _ in range(5)]
    mixed = [(other.roll("x", BEN), other.roll("x", AMY)) for _ in range(5)]
    assert mixed == list(zip(ben, amy, strict=True))
    assert Dice(4).roll("x", AMY) != amy[0]


def _away(times: int, error: type[Exception]) -> tuple[Deliver, list[Mapping[str, str]]]:
    """A service that is away for some tries, and the headers of all tries."""
    tries: list[Mapping[str, str]] = []

    async def deliver(_url: str, _form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        tries.append(headers)
        if len(tries) <= times:
            raise error
        return Answer(204)

    return deliver, tries


@pytest.mark.usefixtures("still")
@pytest.mark.parametrize(("times", "error", "knocked"), [(1, Unreachable, 2), (9, Unreachable, 2), (9, NoAnswer, 1)])
async def test_a_connection_that_fails_once_is_tried_again_and_then_dropped(
    times: int, error: type[Exception], knocked: int
) -> None:
    deliver, tries = _away(times, error)
    carrier = Carrier(ACCOUNT, TOKEN, PUBLIC, deliver)
    carrier.phone_texts(AMY, "yes 234")
    await carrier.run_due()
    assert len(tries) == knocked
    assert len({headers["I-Twilio-Idempotency-Token"] for headers in tries}) == 1
    assert len(list(carrier.list_messages(carrier.messages[0]["to"]))) == 1, "it stays in the list"
    assert carrier.next_due() is None


async def test_a_500_of_the_service_is_not_tried_again(town: Town) -> None:
    town.service.answers["twilio/sms"] = [Response(status_code=500)]
    town.carrier.phone_texts(AMY, "yes 234")
    await town.passes(MINUTE)
    assert len(town.service.told("twilio/sms", "Body")) == 1


async def test_a_service_that_is_not_there_is_unreachable() -> None:
    deliver = Deliverer()
    for url in ("http://127.0.0.1:9/x", "nonsense"):
        with pytest.raises(Unreachable):
            await deliver(url, {}, {})
    await deliver.close()


async def test_an_opted_out_phone_still_rings(town: Town) -> None:
    town.carrier.phone_texts(AMY, "STOP")
    assert (await town.calls(AMY)).status == "queued"


async def test_status_goes_to_the_address_the_text_came_with(town: Town) -> None:
    await town.texts(AMY, status_callback=f"{PUBLIC}/one?m=1#rc=3&rp=5xx")
    await town.texts(BEN, status_callback=f"{PUBLIC}/two?m=2")
    await town.passes(MINUTE)
    assert (town.service.told("one", "To"), town.service.told("two", "To")) == ([AMY] * 2, [BEN] * 2)
    assert town.service.forged == 0


async def test_one_long_jump_of_the_clock_does_everything_in_order(town: Town) -> None:
    town.carrier.people.add(AMY, "Amy", Kind.NO)
    await town.texts(AMY)
    await town.passes(timedelta(seconds=3))
    await town.calls(AMY)
    town.service.answer("voice", '<Response><Gather action="/key"/></Response>')
    await town.passes(timedelta(days=1))
    assert [path for path, _ in town.service.heard] == ["status", "status", "voice", "key", "status"]
    assert town.service.told("key", "Digits") == ["2"]
    assert 0 < int(town.carrier.calls[0]["duration"]) < 60, "a call does not grow because the clock jumped"
    assert town.carrier.next_due() is None


async def test_hundreds_of_phones_are_served_and_each_keeps_its_order(town: Town) -> None:
    numbers = [f"+1303555{number:04}" for number in range(400)]
    for turn in range(3):
        for number in numbers:
            town.carrier.phone_texts(number, f"{turn}")
    assert await town.carrier.run_due() == 1200
    said: dict[str, list[str]] = {}
    for _, form in town.service.heard:
        said.setdefault(form["From"], []).append(form["Body"])
    assert said == {number: ["0", "1", "2"] for number in numbers}


async def test_it_delivers_by_itself_when_it_is_served() -> None:
    came: asyncio.Queue[str] = asyncio.Queue()

    async def deliver(url: str, _form: Mapping[str, str], _headers: Mapping[str, str]) -> Answer:
        came.put_nowait(url)
        return Answer(204)

    app = create_simulator(account_sid=ACCOUNT, auth_token=TOKEN, public_url=PUBLIC, deliver=deliver)
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.post(f"/simulator/phones/{AMY}/texts", json={"body": "hello"})).status_code == 204
        assert await asyncio.wait_for(came.get(), 5) == f"{PUBLIC}/twilio/sms"


async def test_what_an_act_leads_to_takes_its_place_before_later_acts(still: datetime) -> None:
    schedule, done = Schedule(), []

    async def first(at: datetime) -> None:
        done.append("first")
        schedule.add(at + MINUTE, AMY, second)

    async def second(_at: datetime) -> None:
        done.append("second")

    async def third(_at: datetime) -> None:
        done.append("third")

    schedule.add(still + timedelta(hours=1), AMY, third)
    schedule.add(still, AMY, first)
    assert await schedule.run(still + timedelta(hours=2)) == 3
    assert done == ["first", "second", "third"]


async def test_an_act_that_fails_does_not_stop_those_after_it(still: datetime) -> None:
    schedule, done = Schedule(), asyncio.Event()

    async def fails(_at: datetime) -> None:
        raise KeyError

    async def works(_at: datetime) -> None:
        done.set()

    schedule.add(still, AMY, fails)
    schedule.add(still, AMY, works)
    running = asyncio.create_task(schedule.run_forever())
    await asyncio.wait_for(done.wait(), 5)
    running.cancel()
