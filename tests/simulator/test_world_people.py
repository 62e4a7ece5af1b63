"""Simulated experts: the same seed gives the same answers, and everybody answers an offer once."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import clock
from app.simulator.people import Kind, People
from tests.simulator.world import AGAIN, QUESTION, SAM, START, World, still_clock, world  # noqa: F401

NUMBERS = [f"+1303555{n:04}" for n in range(200)]


async def _answers(seed: int, numbers: list[str], step_minutes: int = 600) -> dict[str, list[str]]:
    """What everybody says to one question within two days, the clock moved in such steps."""
    w = world(seed)
    for number in numbers:
        w.people.add(number, f"Person {number}")
        w.ask(number)
    for _ in range(2 * 24 * 60 // step_minutes):
        await w.passes(minutes=step_minutes)
    return {number: w.said(number) for number in numbers}


async def test_the_same_seed_gives_the_same_answers_in_any_order_and_at_any_pace() -> None:
    once = await _answers(7, NUMBERS)
    again = await _answers(7, NUMBERS[::-1], step_minutes=15)
    assert once == again
    assert once != await _answers(8, NUMBERS)


@pytest.mark.parametrize("zone", ["America/Denver", "Pacific/Guam"])
def test_what_people_do_hangs_on_the_moment_not_on_the_zone_that_it_is_told_in(zone: str) -> None:
    """A trial's morning comes with the zone in which it dawns, the service's in UTC: both must ask the same people."""

    def said_and_picked_up(there: tzinfo) -> list[object]:
        people, found = People(7), list[object]()
        # Asked, by the same code again in another offer, and called about a question that no text named.
        first, again, called = (datetime(2026, 7, day, 2, tzinfo=UTC).astimezone(there) for day in (1, 9, 30))
        for number in NUMBERS:
            people.add(number, number)
            for now in (first, again):
                found += [(reply.at, reply.body) for reply in people.hears(number, QUESTION, now)]
            found.append(people.picks_up(number, called))
        return found

    assert said_and_picked_up(ZoneInfo(zone)) == said_and_picked_up(UTC)


async def test_the_usual_mix_answers_about_as_it_says() -> None:
    answers = await _answers(1, NUMBERS)
    silent = sum(not said for said in answers.values()) / len(NUMBERS)
    assert 0.02 < silent < 0.18
    assert all(len(said) <= 1 for said in answers.values()), "nobody was asked again, so nobody answers twice"


async def _asked(kind: Kind, *, then: timedelta = timedelta(days=2)) -> World:
    w = world()
    w.people.add(SAM, "Sam Reed", kind)
    w.ask()
    end = clock.now() + then
    while (due := w.carrier.next_due()) and due <= end:
        await w.passes(seconds=max((due - clock.now()).total_seconds(), 0))
    return w


@pytest.mark.parametrize(("kind", "words"), [(Kind.YES, "yes|yep|y|can go|can"), (Kind.NO, "no|n|cant")])
async def test_a_clear_answer_is_one_text_with_a_clear_word(kind: Kind, words: str) -> None:
    (said,) = (await _asked(kind)).said()
    assert re.search(rf"\b({words})\b", said, re.IGNORECASE)


async def test_never_says_nothing() -> None:
    assert (await _asked(Kind.NEVER)).said() == []


async def test_stop_opts_out() -> None:
    w = await _asked(Kind.STOP)
    assert [said.upper() for said in w.said()] == ["STOP"]
    assert SAM in w.carrier.opted_out


async def test_late_answers_when_the_time_is_over() -> None:
    w = await _asked(Kind.LATE)
    (said,) = w.said()
    by = START + timedelta(hours=5, minutes=30)
    assert clock.now() > by, "4:30pm in Chicago, as the question said"
    assert re.search(r"\b(yes|yep|y|can)\b", said, re.IGNORECASE)


async def test_late_may_be_a_fixed_time() -> None:
    w = world(late=1)
    w.people.late_after = timedelta(minutes=65)
    w.people.add(SAM, "Sam Reed")
    w.ask()
    await w.passes(seconds=3)
    await w.passes(minutes=64)
    assert w.said() == []
    await w.passes(minutes=1)
    assert len(w.said()) == 1


async def test_nonsense_first_and_a_clear_answer_when_asked_again() -> None:
    w = await _asked(Kind.GARBLED)
    assert len(w.said()) == 1
    assert "412" not in w.said()[0]
    w.ask(body=AGAIN)
    await w.passes(days=1)
    assert len(w.said()) == 2
    assert re.fullmatch(r"(yes|y|no|n) 412", w.said()[1], re.IGNORECASE)
    w.ask(body=AGAIN)
    await w.passes(days=1)
    assert len(w.said()) == 2, "and then all is said"


async def test_a_reminder_is_not_answered_a_second_time_but_another_offer_is() -> None:
    w = world(yes=1)
    w.people.add(SAM, "Sam Reed")
    for _ in range(3):
        w.ask()
        await w.passes(days=1)
    assert len(w.said()) == 1
    w.ask(body=QUESTION.replace("412", "907"))
    await w.passes(days=1)
    assert len(w.said()) == 2


async def test_answers_take_minutes_not_seconds() -> None:
    w, waits = world(yes=1), []
    for number in NUMBERS:
        w.people.add(number, number)
        w.ask(number)
    for _ in range(24 * 60):
        before = len(w.service.on("/twilio/sms"))
        await w.passes(minutes=1)
        waits += [clock.now() - START] * (len(w.service.on("/twilio/sms")) - before)
    assert len(waits) == len(NUMBERS)
    assert timedelta(minutes=6) < sorted(waits)[len(waits) // 2] < timedelta(minutes=11)


async def test_other_texts_are_read_and_not_answered() -> None:
    w = world(yes=1)
    w.people.add(SAM, "Sam Reed")
    w.ask(body="RRT: You have the seat: clinician, TX, Nov 23-26. Ref 412")
    await w.passes(days=1)
    assert w.said() == []


async def test_phones_nobody_knows_and_phones_played_by_hand_only_collect() -> None:
    w = world(yes=1)
    w.ask()
    await w.passes(days=1)
    assert w.people.is_manual(SAM)
    assert w.said() == []
    w.people.add(SAM, "Sam Reed", Kind.MANUAL)
    w.ask()
    await w.passes(days=1)
    assert w.said() == []


async def test_whoever_takes_over_a_phone_is_not_talked_over() -> None:
    w = world(yes=1)
    w.people.add(SAM, "Sam Reed")
    w.ask()
    await w.passes(seconds=5)
    w.people.add(SAM, "Sam Reed", Kind.MANUAL)
    await w.passes(days=1)
    assert w.said() == []
