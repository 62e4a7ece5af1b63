"""Texts, with Twilio's own client against the simulated API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from app.core.clock import clock
from tests.simulator.conftest import START
from tests.simulator.town import ACCOUNT, AMY, BEN, OURS, TOKEN, Town

MINUTE = timedelta(minutes=1)
SERVICE = "MG" + "2" * 32


async def test_the_real_client_sends_a_text_and_reads_every_field(town: Town) -> None:
    made = await town.texts(AMY, "RRT: hello")
    assert (made.status, made.direction, made.body, made.num_segments) == ("queued", "outbound-api", "RRT: hello", "1")
    assert (made.to, made.from_, made.error_code, made.date_sent) == (AMY, OURS, None, None)
    assert made.date_created == START
    found = await town.asks(lambda client: client.messages(made.sid).fetch())
    assert (found.sid, found.account_sid, found.api_version) == (made.sid, ACCOUNT, "2010-04-01")


async def test_a_text_is_sent_and_then_delivered_and_each_step_is_told_signed(town: Town) -> None:
    made = await town.texts(AMY)
    await town.passes(MINUTE)
    assert town.service.told("status", "MessageStatus") == ["sent", "delivered"]
    assert set(town.service.told("status", "MessageSid")) == {made.sid}
    assert town.service.told("status", "RawDlrDoneDate") == ["", "2611230900"]
    assert town.service.forged == 0
    found = await town.asks(lambda client: client.messages(made.sid).fetch())
    assert (found.status, found.date_sent) == ("delivered", START + timedelta(seconds=1))


async def test_without_a_callback_address_nothing_is_told(town: Town) -> None:
    await town.asks(lambda client: client.messages.create(to=AMY, from_=OURS, body="x"))
    await town.passes(MINUTE)
    assert town.service.heard == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604), ({"From": ""}, 21603), ({"Body": ""}, 21602), ({"To": "5550101"}, 21211),
        ({"To": "+1312555010x"}, 21211), ({"From": "RRT"}, 21212), ({"Body": "x" * 1601}, 21617),
        ({"Body": "\U0001f44d" * 801}, 21617), ({"StatusCallback": "/status"}, 21609),
        ({"StatusCallback": "https://a_b.example/"}, 21609), ({"ValidityPeriod": "36001"}, 21624),
        ({"From": "", "MessagingServiceSid": "MG1"}, 21705),
    ],
)  # fmt: skip
async def test_what_twilio_refuses_is_refused_with_its_code(town: Town, form: dict[str, str], code: int) -> None:
    answer = await _post(town, {"To": AMY, "From": OURS, "Body": "x"} | form)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (400, code, 400)
    assert town.carrier.messages == []


async def test_the_longest_text_is_taken(town: Town) -> None:
    assert (await _post(town, {"To": AMY, "From": OURS, "Body": "x" * 1600})).json()["num_segments"] == "11"


async def test_json_is_not_read(town: Town) -> None:
    async with httpx.AsyncClient(base_url=town.url, auth=(ACCOUNT, TOKEN)) as client:
        answer = await client.post(_path(), json={"To": AMY, "From": OURS, "Body": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, 21604)


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "2" * 32, TOKEN)])
async def test_strangers_are_refused(town: Town, auth: tuple[str, str] | None) -> None:
    async with httpx.AsyncClient(base_url=town.url, auth=auth) as client:
        answer = await client.get(_path())
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


async def test_the_client_sees_a_refusal_as_its_own_exception(town: Town) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await town.asks(lambda client: client.messages("SM" + "0" * 32).fetch())
    assert (refused.value.status, refused.value.code) == (404, 20404)


async def test_the_list_is_newest_first_in_pages_and_by_recipient(town: Town) -> None:
    for number in range(7):
        await town.texts(AMY, f"{number}")
        await town.texts(BEN, f"to Ben {number}")
    found = await town.asks(lambda client: client.messages.list(to=AMY, page_size=3))
    assert [text.body for text in found] == ["6", "5", "4", "3", "2", "1", "0"]
    limited = await town.asks(lambda client: client.messages.list(from_=OURS, limit=2))
    assert [text.body for text in limited] == ["to Ben 6", "6"]


async def test_a_text_that_is_not_sent_yet_has_no_date_to_be_found_by(town: Town) -> None:
    await town.texts(AMY, "sent")
    await town.passes(MINUTE)
    await town.texts(AMY, "not yet")
    found = await town.asks(lambda client: client.messages.list(to=AMY, date_sent_after=START - MINUTE))
    assert [text.body for text in found] == ["sent"]
    later = await town.asks(lambda client: client.messages.list(to=AMY, date_sent_after=START + MINUTE))
    assert later == []
    day = await town.asks(lambda client: client.messages.list(date_sent=datetime(2026, 11, 23, tzinfo=UTC).date()))
    assert [text.body for text in day] == ["sent"]


async def test_a_text_of_a_service_has_no_sender_at_first(town: Town) -> None:
    def create(client: Client) -> Any:
        return client.messages.create(to=AMY, messaging_service_sid=SERVICE, body="x")

    made = await town.asks(create)
    assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
    await town.passes(MINUTE)
    found = await town.asks(lambda client: client.messages(made.sid).fetch())
    assert (found.status, found.from_, found.num_segments) == ("delivered", OURS, "1")


async def test_a_scheduled_text_waits_and_can_be_canceled(town: Town) -> None:
    later: dict[str, Any] = {
        "from_": None, "messaging_service_sid": SERVICE, "schedule_type": "fixed",
        "send_at": clock.now() + timedelta(hours=1),
    }  # fmt: skip
    kept, canceled = await town.texts(AMY, "a", **later), await town.texts(AMY, "b", **later)
    assert kept.status == "scheduled"
    await town.asks(lambda client: client.messages(canceled.sid).update(status="canceled"))
    await town.passes(timedelta(minutes=59))
    assert town.service.heard == []
    await town.passes(timedelta(minutes=2))
    assert set(town.service.told("status", "MessageSid")) == {kept.sid}
    with pytest.raises(TwilioRestException, match="canceled"):
        await town.asks(lambda client: client.messages(kept.sid).update(status="canceled"))


async def test_words_can_be_forgotten_and_a_text_under_way_cannot(town: Town) -> None:
    made = await town.texts(AMY)
    with pytest.raises(TwilioRestException) as refused:
        await town.asks(lambda client: client.messages(made.sid).delete())
    assert (refused.value.status, refused.value.code) == (409, 20009)
    await town.passes(MINUTE)
    assert (await town.asks(lambda client: client.messages(made.sid).update(body=""))).body == ""
    assert await town.asks(lambda client: client.messages(made.sid).delete())
    assert await town.asks(lambda client: client.messages.list()) == []


async def test_a_persons_text_comes_as_a_signed_webhook_with_twilios_fields(town: Town) -> None:
    await town.texts(AMY)
    sent = town.carrier.phone_texts(AMY, "  yes \U0001f44d & more ")
    await town.passes(MINUTE)
    path, form = next(heard for heard in town.service.heard if heard[0] == "twilio/sms")
    assert (path, form["From"], form["To"], form["Body"]) == ("twilio/sms", AMY, OURS, "  yes \U0001f44d & more ")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == sent["sid"]
    assert (form["SmsStatus"], form["NumMedia"], form["FromCity"]) == ("received", "0", "")
    assert "OptOutType" not in form
    inbound = await town.asks(lambda client: client.messages.list(to=OURS))
    assert [(text.sid, text.direction, text.status) for text in inbound] == [(sent["sid"], "inbound", "received")]


async def test_an_answer_in_twiml_becomes_a_reply(town: Town) -> None:
    town.service.answer("twilio/sms", "<Response><Message>one</Message><Message><Body>two</Body></Message></Response>")
    town.carrier.phone_texts(AMY, "hello")
    await town.passes(MINUTE)
    await town.passes(MINUTE)
    replies = [text for text in town.carrier.messages if text["direction"] == "outbound-reply"]
    assert [(text["to"], text["body"], text["status"]) for text in replies] == [
        (AMY, "one", "delivered"), (AMY, "two", "delivered"),
    ]  # fmt: skip


async def test_an_answer_in_plain_text_is_sent_to_the_person(town: Town) -> None:
    town.service.answer("twilio/sms", "ok", media_type="text/plain")
    town.carrier.phone_texts(AMY, "hello")
    await town.passes(MINUTE)
    assert [text["body"] for text in town.carrier.messages] == ["hello", "ok"]


@pytest.mark.parametrize("word", ["STOP", " stop ", "Cancel", "END", "quit", "OPTOUT"])
async def test_stop_opts_out_and_start_opts_in_again(town: Town, word: str) -> None:
    town.carrier.phone_texts(AMY, word)
    await town.passes(MINUTE)
    assert town.service.told("twilio/sms", "Body") == [word]
    with pytest.raises(TwilioRestException) as refused:
        await town.texts(AMY)
    assert (refused.value.status, refused.value.code) == (400, 21610)
    town.carrier.phone_texts(AMY, "yes")
    assert (await town.texts(AMY)).status == "queued"


@pytest.mark.parametrize("body", ["STOP please", "NO 234", "stop it"])
async def test_only_the_whole_word_opts_out(town: Town, body: str) -> None:
    town.carrier.phone_texts(AMY, body)
    assert (await town.texts(AMY)).status == "queued"


async def test_with_advanced_opt_out_a_bare_yes_says_start(town: Town) -> None:
    town.carrier.advanced_opt_out = True
    for body in ("YES", "YES 234", "STOP", "help"):
        town.carrier.phone_texts(AMY, body)
    await town.passes(MINUTE)
    assert town.service.told("twilio/sms", "OptOutType") == ["START", "", "STOP", "HELP"]


async def test_a_reply_to_somebody_who_opted_out_is_dropped(town: Town) -> None:
    town.service.answer("twilio/sms", "<Response><Message>bye</Message></Response>")
    town.carrier.phone_texts(AMY, "STOP")
    await town.passes(MINUTE)
    assert [text["body"] for text in town.carrier.messages] == ["STOP"]


async def test_texts_of_one_number_arrive_in_their_order(town: Town) -> None:
    for number in range(40):
        for phone in (AMY, BEN):
            town.carrier.phone_texts(phone, f"{phone} {number}")
    await town.passes(MINUTE)
    bodies = town.service.told("twilio/sms", "Body")
    for phone in (AMY, BEN):
        assert [body for body in bodies if body.startswith(phone)] == [f"{phone} {number}" for number in range(40)]


async def test_next_due_says_when_something_happens(town: Town) -> None:
    assert town.carrier.next_due() is None
    await town.texts(AMY)
    assert town.carrier.next_due() == START + timedelta(seconds=1)
    assert await town.carrier.run_due() == 0
    assert await town.carrier.run_due(START + timedelta(seconds=1)) == 1


def _path() -> str:
    return f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


async def _post(town: Town, form: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=town.url, auth=(ACCOUNT, TOKEN)) as client:
        return await client.post(_path(), data={name: value for name, value in form.items() if value})
