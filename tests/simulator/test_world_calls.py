"""Calls: who picks up, what they hear, which key they press, and what the service is told about it."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.core.clock import clock
from app.simulator.people import Kind
from tests.simulator.world import SAM, SERVICE, TOKEN, World, still_clock, world  # noqa: F401

ACTION = f"{SERVICE}/twilio/voice/gather?m=8&amp;k=cd"
ASKS = f"""<?xml version="1.0" encoding="UTF-8"?><Response>
<Gather numDigits="1" action="{ACTION}" method="POST" timeout="8" input="dtmf"><Say>For yes, press 1.</Say></Gather>
<Gather numDigits="1" action="{ACTION}" method="POST" timeout="8" input="dtmf"><Say>For yes, press 1.</Say></Gather>
<Hangup/></Response>"""
THANKS = "<Response><Say>Thank you. Goodbye.</Say></Response>"


async def _called(kind: Kind | None, **more: str) -> tuple[World, str]:
    """Somebody who was texted, and is called before any answer."""
    w = world()
    w.service.answers = {"/twilio/voice": ASKS, "/twilio/voice/gather": THANKS}
    if kind is not None:
        w.people.add(SAM, "Sam Reed", kind)
    w.ask(StatusCallback="")
    await w.passes(seconds=4)
    sid = w.call(**more)
    await w.passes(minutes=5)
    return w, sid


def _end(w: World) -> Mapping[str, str]:
    (told,) = w.service.on("/twilio/status")
    return told


async def test_yes_presses_one_and_everything_is_signed() -> None:
    w, sid = await _called(Kind.YES)
    (asked,), (pressed,) = w.service.on("/twilio/voice"), w.service.on("/twilio/voice/gather")
    assert (asked["CallSid"], asked["CallStatus"], asked["AnsweredBy"]) == (sid, "in-progress", "human")
    assert (pressed["CallSid"], pressed["Digits"], pressed["To"]) == (sid, "1", SAM)
    told = _end(w)
    assert (told["CallStatus"], told["AnsweredBy"]) == ("completed", "human")
    assert int(told["CallDuration"]) > 0
    assert told["SequenceNumber"].isdecimal()
    call = w.carrier.fetch_call(sid)
    assert (call["status"], call["answered_by"], call["keys"]) == ("completed", "human", "1")
    for hook in w.service.hooks:
        assert RequestValidator(TOKEN).validate(hook.url, dict(hook.form), hook.headers["X-Twilio-Signature"])


async def test_no_presses_two() -> None:
    w, _ = await _called(Kind.NO)
    assert [form["Digits"] for form in w.service.on("/twilio/voice/gather")] == ["2"]


async def test_an_answer_by_phone_is_not_repeated_by_text() -> None:
    w, _ = await _called(Kind.YES)
    await w.passes(days=2)
    texts, keys = w.said(), w.service.on("/twilio/voice/gather")
    assert len(texts) + len(keys) == 1


async def test_who_wants_no_texts_says_the_same_all_day_and_makes_up_their_mind_anew_the_next() -> None:
    w = world(stop=0.5, yes=0.5)
    w.service.answers = {"/twilio/voice": ASKS, "/twilio/voice/gather": THANKS}
    number = next(n for n in await _asked_by_text(w) if [said.upper() for said in w.said(n)] == ["STOP"])
    days: list[list[str]] = []
    for _ in range(12):
        w.call(number), await w.passes(hours=1), w.call(number), await w.passes(hours=23)
        days.append([form["Digits"] for form in w.service.on("/twilio/voice/gather")][len(days) * 2 :])
    assert all(first == second for first, second in days)
    assert {first for first, _ in days} == {"1", "2"}, "a no of the day they wanted no more texts is none for ever"


async def _asked_by_text(w: World) -> list[str]:
    """Twenty people, two days after they were asked."""
    numbers = [f"+1303555{n:04}" for n in range(20)]
    for number in numbers:
        w.people.add(number, f"Person {number}")
        w.ask(number, StatusCallback="")
    for _ in range(4):
        await w.passes(hours=12)
    return numbers


async def test_without_machine_detection_nobody_says_who_answered() -> None:
    w, _ = await _called(Kind.YES, MachineDetection="")
    assert "AnsweredBy" not in w.service.on("/twilio/voice")[0]
    assert "AnsweredBy" not in _end(w)


async def test_never_is_not_reached_and_presses_nothing() -> None:
    ends = set()
    for n in range(100):
        w = world(seed=n)
        w.service.answers = {"/twilio/voice": ASKS, "/twilio/voice/gather": THANKS}
        w.people.add(SAM, "Sam Reed", Kind.NEVER)
        w.ask(StatusCallback="")
        await w.passes(seconds=4)
        w.call()
        await w.passes(minutes=5)
        assert w.service.on("/twilio/voice/gather") == []
        ends.add(_end(w)["CallStatus"])
        if _end(w)["CallStatus"] == "completed":
            assert _end(w)["AnsweredBy"].startswith("machine")
    assert ends == {"busy", "no-answer", "completed"}


async def test_a_phone_played_by_hand_is_not_picked_up() -> None:
    w, sid = await _called(None)
    assert _end(w)["CallStatus"] == "no-answer"
    assert w.service.on("/twilio/voice") == []
    assert w.carrier.fetch_call(sid)["duration"] == "0"


async def test_it_rings_before_it_is_answered() -> None:
    w = world()
    w.people.add(SAM, "Sam Reed", Kind.YES)
    w.service.answers = {"/twilio/voice": ASKS}
    sid = w.call()
    await w.passes(seconds=1)
    assert w.carrier.fetch_call(sid)["status"] == "ringing"
    due = w.carrier.next_due()
    assert due is not None and due > clock.now()


async def test_a_service_that_says_nothing_is_hung_up_on() -> None:
    w, sid = await _called(Kind.YES)
    assert w.carrier.fetch_call(sid)["status"] == "completed"
    w.service.answers = {"/twilio/voice": "this is no XML"}
    silent = w.call()
    await w.passes(minutes=5)
    assert w.carrier.fetch_call(silent)["status"] == "completed"
    assert w.carrier.next_due() is None


async def test_a_question_asked_again_without_end_is_hung_up_on() -> None:
    w = world()
    w.people.add(SAM, "Sam Reed", Kind.YES)
    w.service.answers = {"/twilio/voice": "<Response><Redirect>/twilio/voice</Redirect></Response>"}
    sid = w.call()
    await w.passes(hours=1)
    assert w.carrier.fetch_call(sid)["status"] == "completed"
    assert len(w.service.on("/twilio/voice")) < 30


async def _rings_for_a_person() -> tuple[World, str]:
    """A phone that a person plays rings."""
    w = world()
    w.service.answers = {"/twilio/voice": ASKS, "/twilio/voice/gather": THANKS}
    w.people.add(SAM, "Sam Reed", Kind.MANUAL)
    sid = w.call()
    await w.passes(seconds=3)
    assert w.carrier.fetch_call(sid)["status"] == "ringing"
    return w, sid


async def test_a_person_takes_the_call_hears_it_and_presses_a_key() -> None:
    w, sid = await _rings_for_a_person()
    before = w.carrier.threads.revision
    w.carrier.call_by_hand(sid, "1")  # nobody has answered yet
    w.carrier.call_by_hand(sid, "answer")
    await w.passes(seconds=2)
    call = w.carrier.fetch_call(sid)
    assert (call["status"], call["taken_by"]) == ("in-progress", "person")
    assert call["heard"][0] == "For yes, press 1."
    assert w.carrier.threads.revision > before
    w.carrier.call_by_hand(sid, "2")
    w.carrier.call_by_hand(sid, "1")  # the key is taken already
    await w.passes(minutes=1)
    assert [form["Digits"] for form in w.service.on("/twilio/voice/gather")] == ["2"]
    assert (call["status"], call["keys"], call["heard"][-1]) == ("completed", "2", "Thank you. Goodbye.")
    w.carrier.call_by_hand(sid, "answer")
    w.carrier.call_by_hand("CA" + "0" * 32, "answer")


async def test_a_person_declines_hangs_up_says_nothing_or_is_not_there() -> None:
    ends = {}
    for verbs in (("decline",), ("answer", "hang_up"), ("answer",), ()):
        w, sid = await _rings_for_a_person()
        for verb in verbs:
            w.carrier.call_by_hand(sid, verb)
            await w.passes(seconds=2)
        await w.passes(minutes=5)
        assert w.service.on("/twilio/voice/gather") == []
        ends[verbs] = _end(w)["CallStatus"]
    assert list(ends.values()) == ["busy", "completed", "completed", "no-answer"]
