"""What Twilio calls: signed or nothing, once or nothing, and only forward (reliability.md C1-C3, C7)."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import text

from app.core.clock import clock
from app.core.database import begin
from app.core.events import Actor
from app.messaging import inbox, links, outbox, queries, texts
from app.messaging.models import InboundMessage
from app.messaging.states import InboundState, MessageState
from tests.messaging.desk import ACCOUNT, AMY, PUBLIC, WORDS, Desk, sign
from tests.postgres import blocked


async def test_a_text_is_kept_as_it_came_and_handed_up(desk: Desk) -> None:
    answer = await desk.hears(" Yes 412 \U0001f44d ", FromCity="", NewField="x y")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert len(ElementTree.fromstring(answer.text)) == 0  # noqa: S314 - our own words
    (kept,) = await desk.inbox()
    assert (kept.number, kept.body, kept.state) == (AMY, " Yes 412 \U0001f44d ", InboundState.RECEIVED)
    assert await desk.events() == ["text.received"]


async def test_the_same_webhook_twice_is_one_text(desk: Desk) -> None:
    await asyncio.gather(*(desk.hears("YES 412") for _ in range(4)))
    assert (await desk.hears("YES 412")).status_code == 200
    assert len(await desk.inbox()) == 1
    assert await desk.events() == ["text.received"]


@pytest.mark.parametrize(
    "how",
    [
        {"signature": ""},
        {"signature": "forged"},
        {"signature": "é"},
        {"signature": sign(PUBLIC + "/twilio/status", {"AccountSid": ACCOUNT})},
        {"account": "AC" + "2" * 32},
    ],
    ids=["unsigned", "wrong", "not ascii", "for another address", "another account"],
)
async def test_a_forged_text_is_refused_and_not_kept(desk: Desk, how: dict[str, str]) -> None:
    how = {name: value.encode() if name == "signature" and "é" in value else value for name, value in how.items()}  # type: ignore[misc]
    answer = await desk.webhook("/twilio/sms", MessageSid="SM1", From=AMY, Body="YES 412", **how)
    assert answer.status_code == 403
    assert await desk.inbox() == []
    assert await desk.events() == []


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/status?m=1&k=1", "/twilio/voice", "/twilio/voice/gather"])
async def test_no_webhook_takes_an_unsigned_request(desk: Desk, path: str) -> None:
    assert (await desk.webhook(path, signature="")).status_code == 403


@pytest.mark.parametrize("path", ["/twilio/status", "/twilio/voice", "/twilio/voice/gather"])
async def test_a_signed_callback_without_our_key_is_refused(desk: Desk, path: str) -> None:
    message_id = await desk.posts()
    for query in ("", f"?m={message_id}", f"?m={message_id}&k={links.key_of(message_id + 1)}"):
        assert (await desk.webhook(path + query, MessageSid="SM1", MessageStatus="sent")).status_code == 403


async def test_a_changed_field_breaks_the_signature(desk: Desk) -> None:
    right = sign(PUBLIC + "/twilio/sms", {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": AMY, "Body": "NO 412"})
    answer = await desk.webhook("/twilio/sms", signature=right, MessageSid="SM1", From=AMY, Body="YES 412")
    assert answer.status_code == 403


async def test_a_body_too_large_or_no_text_is_refused(desk: Desk) -> None:
    assert (await desk.hears("x" * 70_000)).status_code == 403
    answer = await desk.client.post("/twilio/sms", content=b"\xff\xfe=%", headers={"X-Twilio-Signature": "x"})
    assert answer.status_code == 403


async def test_a_nul_does_not_break_the_inbox(desk: Desk) -> None:
    await desk.hears("YES\x00 412")
    assert [kept.body for kept in await desk.inbox()] == ["YES 412"]


async def test_a_flood_is_set_aside_once_and_stop_still_counts(desk: Desk) -> None:
    for number in range(25):
        await desk.hears("are you there", sid=f"SM{number}")
    await desk.hears("stop", sid="SM-stop")
    states = [kept.state for kept in await desk.inbox()]
    assert states.count(InboundState.NEEDS_PERSON) == 1
    assert states.count(InboundState.IGNORED) == 4
    assert (await desk.events()).count("text.received") == 21
    assert states[-1] is InboundState.RECEIVED


async def _receives(sids: list[str], *, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
    """Texts of Amy, in one transaction; `meanwhile` happens before it commits."""
    async with begin() as session:
        for sid in sids:
            await inbox.receive(session, {"MessageSid": sid, "From": AMY, "Body": "are you there"})
        if meanwhile is not None:
            await meanwhile()


async def test_two_texts_that_pass_the_limit_at_the_same_moment_tell_of_one_flood(
    desk: Desk, database_url: str
) -> None:
    for number in range(20):
        await desk.hears("are you there", sid=f"SM{number}")
    others: list[asyncio.Task[None]] = []

    async def another_comes() -> None:
        others.append(asyncio.create_task(_receives(["SM-other"])))
        waits = asyncio.create_task(blocked(database_url))
        await asyncio.wait([others[0], waits], return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()

    await _receives(["SM-one"], meanwhile=another_comes)
    await others[0]
    assert [kept.state for kept in await desk.inbox()].count(InboundState.NEEDS_PERSON) == 1


async def test_texts_that_jump_over_the_limit_together_are_a_flood_as_well(desk: Desk) -> None:
    for number in range(19):
        await desk.hears("are you there", sid=f"SM{number}")
    await _receives(["SM-one"], meanwhile=lambda: _receives(["SM-other"]))  # each sees twenty
    await desk.hears("are you there", sid="SM-next")
    await desk.hears("are you there", sid="SM-last")
    kept = [(text.state, text.meaning) for text in await desk.inbox()]
    assert kept[-2:] == [(InboundState.NEEDS_PERSON, "flood"), (InboundState.IGNORED, "flood")]


async def test_the_desk_settles_what_nobody_could_read(desk: Desk) -> None:
    await desk.hears("only if my sister can come")
    async with begin() as session:
        kept = await inbox.take(session, (await desk.inbox())[0].id)
        assert kept is not None
        await inbox.escalate(session, kept, "unclear", expert_id=3, topic="request:1")
    async with begin() as session:
        assert await inbox.take(session, kept.id) is None
        (line,) = await queries.waiting(session)
        assert (line.meaning, line.expert_id) == ("unclear", 3)
        await inbox.settle(session, await session.get_one(InboundMessage, line.id), Actor("user", 1, "J. Ortega"))
        assert await queries.waiting_count(session) == 0
    assert await desk.events() == ["text.received", "text.needs_person", "text.settled"]


async def sent(desk: Desk) -> tuple[int, str, str]:
    """A text that Twilio has: id, sid, address of its callback."""
    message_id = await desk.posts()
    await desk.works()
    return message_id, desk.carrier.texts[-1]["sid"], desk.carrier.asked[-1]["StatusCallback"]


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "delivered"])))
async def test_statuses_in_any_order_and_twice_end_the_same(desk: Desk, order: tuple[str, ...]) -> None:
    message_id, sid, address = await sent(desk)
    for status in order:
        assert (await desk.webhook(address, MessageSid=sid, MessageStatus=status)).status_code == 204
    message = await desk.message(message_id)
    assert message.state is MessageState.DELIVERED
    assert message.delivered_at is not None


async def test_a_final_status_is_not_taken_back(desk: Desk) -> None:
    message_id, sid, address = await sent(desk)
    for status, code in (("undelivered", "30005"), ("sent", ""), ("delivered", ""), ("undelivered", "30005")):
        await desk.webhook(address, MessageSid=sid, MessageStatus=status, ErrorCode=code)
    message = await desk.message(message_id)
    assert (message.state, message.error_code) == (MessageState.UNDELIVERED, 30005)
    assert await desk.events() == ["message.undelivered"]


async def test_a_callback_faster_than_our_commit_settles_a_lost_text(desk: Desk) -> None:
    desk.carrier.faults = ["500"]
    message_id, sid, address = await sent(desk)
    await desk.webhook(address, MessageSid=sid, MessageStatus="delivered")
    await desk.waits(seconds=200)
    message = await desk.message(message_id)
    assert (message.state, message.sid) == (MessageState.DELIVERED, sid)


async def test_a_callback_about_another_text_changes_nothing(desk: Desk) -> None:
    message_id, _, address = await sent(desk)
    await desk.webhook(address, MessageSid="SM" + "f" * 32, MessageStatus="delivered")
    assert (await desk.message(message_id)).state is MessageState.SENT


async def called(desk: Desk) -> tuple[int, dict[str, str], str]:
    """A call that Twilio has placed: id, what was asked, its sid."""
    message_id = await desk.calls()
    await desk.works()
    return message_id, desk.carrier.asked[-1], desk.carrier.calls[-1]["sid"]


async def test_a_call_asks_and_a_key_answers(desk: Desk) -> None:
    message_id, asked, sid = await called(desk)
    assert (asked["MachineDetection"], asked["Timeout"]) == ("Enable", "25")
    said = ElementTree.fromstring((await desk.webhook(asked["Url"], CallSid=sid, AnsweredBy="human")).text)  # noqa: S314
    gather = said.find("Gather")
    assert gather is not None
    assert [say.text for say in said.iter("Say")] == [texts.spoken_offer(WORDS).body] * 2
    action = gather.attrib["action"]
    assert gather.attrib["numDigits"] == "1"
    for _ in range(2):
        thanks = await desk.webhook(action, CallSid=sid, Digits="1")
        assert texts.spoken_thanks().body in thanks.text
    await desk.webhook(asked["StatusCallback"], CallSid=sid, CallStatus="completed")
    message = await desk.message(message_id)
    assert (message.digits, message.outcome, message.state) == ("1", "answered_by_person", MessageState.DELIVERED)
    assert await desk.events() == ["call.keyed", "call.ended"]


async def test_a_call_whose_worker_died_before_noting_it_is_known_by_its_webhook(desk: Desk) -> None:
    message_id, asked, sid = await called(desk)
    async with begin() as session:
        await session.execute(text("set local session_replication_role = replica"))
        await session.execute(text("update messages set state = 'sending', sid = null, sent_at = null"))
    await desk.webhook(asked["Url"], CallSid=sid, AnsweredBy="human")
    await desk.webhook(links.gather_url(message_id), CallSid=sid, Digits="1")
    message = await desk.message(message_id)
    assert (message.sid, message.state) == (sid, MessageState.SENT)


async def test_a_wrong_key_hears_the_question_again(desk: Desk) -> None:
    message_id, _, sid = await called(desk)
    again = await desk.webhook(links.gather_url(message_id), CallSid=sid, Digits="5")
    assert "Gather" in again.text
    assert (await desk.message(message_id)).digits is None


async def test_a_machine_hears_no_question_and_is_no_contact(desk: Desk) -> None:
    message_id, asked, sid = await called(desk)
    said = await desk.webhook(asked["Url"], CallSid=sid, AnsweredBy="machine_start")
    assert texts.spoken_voicemail().body in said.text
    assert "Clinician" not in said.text
    await desk.webhook(asked["StatusCallback"], CallSid=sid, CallStatus="completed", AnsweredBy="machine_start")
    message = await desk.message(message_id)
    assert (message.outcome, message.state) == ("voicemail", MessageState.UNDELIVERED)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed"), ("completed", "no_key")],
)
async def test_a_call_without_a_key_is_no_contact(desk: Desk, status: str, outcome: str) -> None:
    message_id, asked, sid = await called(desk)
    for _ in range(2):
        await desk.webhook(asked["StatusCallback"], CallSid=sid, CallStatus=status)
    assert (await desk.message(message_id)).outcome == outcome
    assert await desk.events() == ["call.ended"]
    async with begin() as session:
        (line,) = await queries.of_topic(session, "request:1")
    assert not line.is_contact


async def test_a_call_in_spanish_speaks_with_a_spanish_voice_to_its_end(desk: Desk) -> None:
    async with begin() as session:
        words = texts.spoken_offer(replace(WORDS, language="es"))
        call = await outbox.call(session, words, to=AMY, topic="request:1")
    await desk.works()
    asked, sid = desk.carrier.asked[-1], desk.carrier.calls[-1]["sid"]
    said = (await desk.webhook(asked["Url"], CallSid=sid, AnsweredBy="human")).text
    assert 'language="es-US"' in said
    assert "Para sí, marque 1" in said
    thanks = (await desk.webhook(links.gather_url(call.id), CallSid=sid, Digits="1")).text
    assert "Adiós" in thanks
    assert 'language="es-US"' in thanks


async def test_a_picture_without_words_is_kept_as_a_text_with_an_attachment(desk: Desk) -> None:
    await desk.hears("", NumMedia="2", MediaUrl0="https://example.org/1")
    await desk.hears("hi", sid="SM2", NumMedia="many")
    assert [(kept.body, kept.attachments) for kept in await desk.inbox()] == [("", 2), ("hi", 0)]


async def test_behind_a_proxy_the_public_address_counts_and_no_other(desk: Desk) -> None:
    form = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": AMY, "Body": "YES 412"}
    inside = {"Host": "10.0.0.7:8000", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
    for address, status in ((PUBLIC, 200), ("http://10.0.0.7:8000", 403), ("https://evil.example", 403)):
        answer = await desk.client.post(
            "/twilio/sms", data=form, headers=inside | {"X-Twilio-Signature": sign(address + "/twilio/sms", form)}
        )
        assert answer.status_code == status
    assert len(await desk.inbox()) == 1


async def test_a_call_taken_when_the_time_is_over_asks_nothing(desk: Desk) -> None:
    await desk.calls(valid_until=clock.now() + timedelta(minutes=1))
    await desk.works()
    asked = desk.carrier.asked[-1]
    clock.advance(timedelta(minutes=2))
    said = await desk.webhook(asked["Url"], CallSid=desk.carrier.calls[-1]["sid"], AnsweredBy="human")
    assert texts.spoken_over().body in said.text
    assert "Gather" not in said.text


async def test_a_question_taken_back_while_the_phone_rings_asks_nothing_and_a_key_pressed_before_is_kept(
    desk: Desk,
) -> None:
    call = await desk.calls(offer_id=7, valid_until=clock.now() + timedelta(minutes=30))
    await desk.works()
    asked, sid = desk.carrier.asked[-1], desk.carrier.calls[-1]["sid"]
    assert "Gather" in (await desk.webhook(asked["Url"], CallSid=sid, AnsweredBy="human")).text
    async with begin() as session:
        assert await outbox.cancel_waiting(session, 7) == 0
    for url, fields in ((asked["Url"], {"AnsweredBy": "human"}), (links.gather_url(call), {"Digits": "5"})):
        said = (await desk.webhook(url, CallSid=sid, **fields)).text
        assert texts.spoken_over().body in said
        assert "Gather" not in said
    thanks = await desk.webhook(links.gather_url(call), CallSid=sid, Digits="1")  # they had heard it while it was open
    assert texts.spoken_thanks().body in thanks.text
    message = await desk.message(call)
    assert (message.state, message.digits) == (MessageState.SENT, "1")


async def test_a_notice_is_heard_with_one_and_two_means_nothing_there(desk: Desk) -> None:
    async with begin() as session:
        words = texts.spoken_notice(texts.withdrawn(WORDS).body)
        notice = await outbox.call(session, words, to=AMY, topic="request:1", offer_id=7)
    await desk.works()
    asked, sid = desk.carrier.asked[-1], desk.carrier.calls[-1]["sid"]
    taken = await desk.webhook(asked["Url"], CallSid=sid, AnsweredBy="human")
    assert "is no longer needed" in taken.text
    action = ElementTree.fromstring(taken.text).find("Gather").attrib["action"]  # type: ignore[union-attr]  # noqa: S314
    again = await desk.webhook(action, CallSid=sid, Digits="2")
    assert "is no longer needed" in again.text
    assert (await desk.message(notice.id)).digits is None
    heard = await desk.webhook(action, CallSid=sid, Digits="1")
    assert texts.spoken_heard().body in heard.text
    assert (await desk.message(notice.id)).outcome == "answered_by_person"
