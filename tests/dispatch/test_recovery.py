"""What the carrier loses, somebody hears all the same: by phone, on another number, or from the desk (C4, C5)."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from app.core.clock import clock
from app.core.database import begin
from app.core.jobs_here import run_due, shift_waiting
from app.deployments.models import Position
from app.dispatch import watching
from app.dispatch.models import Offer
from app.dispatch.promises import broken
from app.dispatch.words import words_of
from app.experts.models import Contact, ContactKind
from app.messaging import outbox, texts
from app.messaging.models import Message, SenderPace, SendingHold
from app.messaging.states import MessageState
from app.replies import jobs as replies
from app.simulator.faults import Faults
from app.simulator.people import Kind
from app.simulator.records import Refusal
from tests.story import Person, Story


async def _asked(story: Story, faults: Faults | None = None) -> tuple[str, list[Person]]:
    reference = await story.files()
    await story.approves(reference)
    if faults is not None:
        story.carrier.faults = faults
    people = await story.asks(reference)
    story.carrier.faults = Faults()
    await story.settle()
    return reference, people


async def _alarms(story: Story, kind: str) -> list[str]:
    return [alarm["says"] for alarm in await story.get("/alarms") if alarm["kind"] == kind]


async def _messages(person: Person) -> list[Message]:
    async with begin() as session:
        query = select(Message).where(Message.expert_id == person.id).order_by(Message.id)
        return list(await session.scalars(query))


def _rang(story: Story, number: str) -> list[str]:
    """What was said in each call to a number."""
    return [" ".join(call["heard"]) for call in story.carrier.calls if call["to"] == number]


async def _calls_off(story: Story, reference: str) -> httpx.Response:
    version = (await story.deployment(reference))["version"]
    return await story.api(
        "recommender", "POST", f"/deployments/{reference}/stand-down", {"note": "over"}, **{"If-Match": f'"{version}"'}
    )


async def _stands_down(story: Story, reference: str) -> None:
    assert (await _calls_off(story, reference)).is_success
    await story.passes(timedelta(seconds=30), timedelta(seconds=10))


@pytest.mark.parametrize("code", [30003, 30007, 39999])
async def test_a_question_that_does_not_arrive_is_asked_by_phone_at_once(story: Story, code: int) -> None:
    _, people = await _asked(story, Faults(undelivered=1, undelivered_code=code))
    for person in people:
        assert [(m.kind, m.channel) for m in await _messages(person)] == [("offer", "text"), ("spoken_offer", "call")]
    assert bool(await _alarms(story, "number.trouble")) is (code != 30003)


@pytest.mark.parametrize("code", [30005])
async def test_a_dead_number_means_the_other_number_or_the_next_person(story: Story, code: int) -> None:
    reference, people = await _asked(story, Faults(undelivered=1, undelivered_code=code))
    offers = {offer["expert_id"]: offer["state"] for offer in await story.offers(reference)}
    lost = [person for person in people if (await _messages(person))[0].error_code == code]
    assert lost
    for person in lost:
        async with begin() as session:
            numbers = set(await session.scalars(select(Contact.number).where(Contact.expert_id == person.id)))
        tried = {message.number for message in await _messages(person)}
        assert tried == numbers or len(numbers) == 1
        assert len(numbers) > 1 or offers[person.id] == "unreachable"
    assert await _alarms(story, "number.trouble")


async def test_an_opt_out_only_the_carrier_knew_of_is_kept_and_the_person_is_called(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    async with begin() as session:
        story.carrier.opted_out = set(await session.scalars(select(Contact.number)))
    people = await story.asks(reference)
    await story.passes(timedelta(seconds=20), timedelta(seconds=10))
    assert _rang(story, people[0].number)
    assert any("opted out" in says for says in await _alarms(story, "number.trouble"))
    async with begin() as session:
        stopped = await session.scalars(select(Contact.texts_stopped_at).where(Contact.number == people[0].number))
        assert stopped.one() is not None


@pytest.mark.parametrize("code", [30034, 63038])
async def test_when_our_sender_is_refused_everybody_is_called(story: Story, code: int) -> None:
    _, people = await _asked(story, Faults(undelivered=1, undelivered_code=code))
    async with begin() as session:
        assert [hold.error_code for hold in await session.scalars(select(SendingHold))] == [code]
    for person in people:
        assert [m.kind for m in await _messages(person)] == ["offer", "spoken_offer"]
    assert len(await _alarms(story, "sending.held")) == 1


async def _seated(story: Story, person: Person) -> str:
    """They say yes while the carrier loses texts; the body of the text they should have had."""
    story.carrier.faults = Faults(undelivered=1)
    await person.texts("yes")
    await story.passes(timedelta(seconds=3), timedelta(seconds=1))
    story.carrier.faults = Faults()
    return next(m.body for m in await _messages(person) if m.kind == "confirmed")


async def test_a_lost_confirmation_is_told_by_phone_and_a_key_proves_it(story: Story) -> None:
    _, people = await _asked(story)
    story.carrier.people.set_behaviour(people[0].number, Kind.YES)
    await _seated(story, people[0])
    await story.passes(timedelta(minutes=1), timedelta(seconds=10))
    assert any("You have the seat" in heard for heard in _rang(story, people[0].number))
    notice = (await _messages(people[0]))[-1]
    assert (notice.kind, notice.digits, notice.outcome) == ("spoken_notice", "1", "answered_by_person")
    assert await _alarms(story, "message.lost") == []


async def test_a_notice_nobody_hears_is_the_desks(story: Story) -> None:
    reference, people = await _asked(story)
    await _seated(story, people[0])  # phones played by hand are not picked up
    await story.passes(timedelta(minutes=2), timedelta(seconds=20))
    (says,) = await _alarms(story, "message.lost")
    assert says == f"{people[0].name} does not know yet that they have the seat."
    story.carrier.faults = Faults(undelivered=1)
    await _stands_down(story, reference)
    story.carrier.faults = Faults()
    await story.passes(timedelta(minutes=2), timedelta(seconds=20))
    assert any("called off" in says for says in await _alarms(story, "message.lost"))
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_a_lost_decision_that_is_no_longer_true_is_not_told(story: Story) -> None:
    reference, people = await _asked(story)
    story.carrier.faults = Faults(undelivered=1)
    await people[0].texts("yes")
    await _stands_down(story, reference)
    said = " ".join(m.body for m in await _messages(people[0]) if m.kind == "spoken_notice")
    assert "called off" in said
    assert "You have the seat" not in said


async def test_a_yes_to_two_teams_at_once_that_got_one_is_told_of_both_by_phone(story: Story) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    people = await story.asks(first)
    others = {other.id for other in await story.asks(second)}
    both = next(person for person in people if person.id in others)
    codes = [(await story.offer_to(reference, both))["code"] for reference in (first, second)]
    story.carrier.people.set_behaviour(both.number, Kind.YES)
    story.carrier.faults = Faults(undelivered=1)
    await both.texts(f"YES {codes[0]} and YES {codes[1]}")
    await story.passes(timedelta(seconds=3), timedelta(seconds=1))
    story.carrier.faults = Faults()
    await story.passes(timedelta(minutes=1), timedelta(seconds=10))
    states = {(await story.offer_to(reference, both))["state"] for reference in (first, second)}
    assert states == {"accepted", "standby"}
    said = " ".join(_rang(story, both.number))
    assert "You have the seat" in said
    assert "YES to another team" in said


async def test_who_wants_no_texts_is_told_by_phone_that_the_team_is_called_off(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("yes")
    async with begin() as session:
        theirs = update(Contact).where(Contact.expert_id == people[0].id)
        await session.execute(theirs.values(texts_stopped_at=clock.now()))
    story.carrier.people.set_behaviour(people[0].number, Kind.YES)
    await _stands_down(story, reference)
    assert any("called off" in said for said in _rang(story, people[0].number))


async def test_an_offer_that_ran_out_though_nobody_was_asked_is_named_to_the_desk(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    story.carrier.faults = Faults(error_untaken=1)
    people = await story.asks(reference)
    await story.passes(timedelta(minutes=65))
    assert (await story.offer_to(reference, people[0]))["state"] == "expired"
    assert [m.state for m in await _messages(people[0]) if m.sid] == []
    await story.passes(timedelta(minutes=5))
    assert any(says.startswith(f"{people[0].name} was never asked") for says in await _alarms(story, "offer.dial")), (
        await _alarms(story, "offer.dial")
    )
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_the_agencys_lost_text_is_the_desks(story: Story) -> None:
    story.carrier.faults = Faults(undelivered=1)
    await story.files()
    await story.settle()
    await story.passes(timedelta(seconds=10), timedelta(seconds=5))
    (says,) = await _alarms(story, "message.lost")
    assert says == "The number that ends in 42 does not know yet what our text (request received) said."


async def test_key_nine_asks_the_desk_to_call_and_answers_nothing(story: Story) -> None:
    reference, people = await _asked(story)
    await story.passes(timedelta(minutes=19))  # by hand until the phone rings: nothing is texted back
    story.carrier.people.set_behaviour(people[0].number, Kind.CONDITIONAL)
    await story.passes(timedelta(minutes=2))
    assert (await story.offer_to(reference, people[0]))["state"] == "contacting"
    waiting = [(row["body"], row["expert_id"]) for row in await story.get("/inbox", who="recommender")]
    assert waiting == [("(pressed 9 in a call)", people[0].id)]


async def test_a_key_that_is_read_a_second_time_overrules_no_later_answer_and_is_told_once(story: Story) -> None:
    reference, people = await _asked(story)
    person = people[0]
    await story.passes(timedelta(minutes=19))
    story.carrier.people.set_behaviour(person.number, Kind.NO)
    await story.passes(timedelta(minutes=2))
    assert (await story.offer_to(reference, person))["state"] == "declined"
    story.carrier.people.set_behaviour(person.number, Kind.MANUAL)
    heard = person.hears()
    call = next(m for m in await _messages(person) if m.kind == "spoken_offer")
    await replies.read_key(call.id)  # its worker died before it could say that it was done
    await story.settle()
    assert person.hears() == heard
    await person.texts("YES")
    assert (await story.offer_to(reference, person))["state"] == "accepted"
    await replies.read_key(call.id)
    assert (await story.offer_to(reference, person))["state"] == "accepted"


async def _rings(story: Story, people: list[Person]) -> dict[int, str]:
    """Time passes until all of their phones ring; the calls."""
    await story.passes(timedelta(minutes=20) - timedelta(seconds=15))
    ringing: dict[int, str] = {}
    while len(ringing) < len(people):
        await story.passes(timedelta(seconds=2), timedelta(seconds=2))
        by_number = {call["to"]: call["sid"] for call in story.carrier.calls if call["status"] == "ringing"}
        ringing = {person.id: by_number[person.number] for person in people if person.number in by_number}
    return ringing


async def test_a_phone_that_rings_when_its_question_is_over_asks_nothing(story: Story) -> None:
    reference, people = await _asked(story)
    answers, waits = people[:2]
    ringing = await _rings(story, [answers, waits])
    await answers.texts("NO")
    story.carrier.call_by_hand(ringing[answers.id], "answer")
    await story.settle()
    assert (await _calls_off(story, reference)).is_success
    await story.settle()
    story.carrier.call_by_hand(ringing[waits.id], "answer")
    await story.settle()
    for person in (answers, waits):
        (said,) = _rang(story, person.number)
        assert "no longer open" in said
        assert "press 1" not in said
        story.carrier.call_by_hand(ringing[person.id], "1")
    await story.passes(timedelta(seconds=20), timedelta(seconds=10))
    assert [(await story.offer_to(reference, person))["state"] for person in (answers, waits)] == [
        "declined", "withdrawn",
    ]  # fmt: skip


async def test_voicemail_is_left_one_sentence_and_is_no_contact(story: Story) -> None:
    reference, people = await _asked(story)
    for person in people:
        story.carrier.people.set_behaviour(person.number, Kind.NEVER)
    await story.passes(timedelta(minutes=36))
    outcomes = {m.outcome for person in people for m in await _messages(person) if m.kind == "spoken_offer"}
    assert outcomes <= {"voicemail", "no_answer", "busy"}
    left = {" ".join(call["heard"]) for call in story.carrier.calls if call["taken_by"] == "voicemail"}
    assert all("Please check your messages" in said and "press 1" not in said for said in left)
    assert {(await story.offer_to(reference, person))["state"] for person in people} == {"contacting"}


async def test_a_busy_line_is_called_once_more(story: Story) -> None:
    _, people = await _asked(story)
    story.carrier.people.set_behaviour(people[0].number, Kind.BUSY)
    await story.passes(timedelta(minutes=22), timedelta(minutes=2))
    assert len(_rang(story, people[0].number)) == 1
    await story.passes(timedelta(minutes=10))
    assert len(_rang(story, people[0].number)) == 2
    assert {m.outcome for m in await _messages(people[0]) if m.kind == "spoken_offer"} == {"busy"}


async def test_a_busy_line_is_not_told_again_what_has_changed_meanwhile(story: Story) -> None:
    reference, people = await _asked(story)
    story.carrier.people.set_behaviour(people[0].number, Kind.BUSY)
    await _seated(story, people[0])
    await story.passes(timedelta(seconds=30), timedelta(seconds=10))
    assert [m.outcome for m in await _messages(people[0]) if m.kind == "spoken_notice"] == ["busy"]
    offer = await story.offer_to(reference, people[0])
    await story.post("recommender", f"/deployments/{reference}/offers/{offer['id']}/answer", {"answer": "no"})
    await story.passes(timedelta(minutes=5), timedelta(seconds=30))
    assert [m.kind for m in await _messages(people[0])][-2:] == ["spoken_notice", "now_declined"]


async def test_a_busy_line_hears_of_the_seat_as_it_is_now(story: Story) -> None:
    reference, people = await _asked(story)
    story.carrier.people.set_behaviour(people[0].number, Kind.BUSY)
    await story.passes(timedelta(minutes=21))
    offer = await story.offer_to(reference, people[0])
    async with begin() as session:
        theirs = await session.get_one(Offer, offer["id"])
        await session.execute(update(Position).where(Position.id == theirs.position_id).values(title="Interpreter"))
    await story.passes(timedelta(minutes=5))
    first, second = [m.body for m in await _messages(people[0]) if m.kind == "spoken_offer"]
    assert "interpreter" not in first
    assert "interpreter" in second


async def test_a_reminder_to_a_dead_number_goes_to_the_other_that_works(story: Story) -> None:
    reference, people = await _asked(story, Faults(undelivered=1, undelivered_code=30005))
    async with begin() as session:
        rows = await session.execute(select(Contact.expert_id, Contact.number).where(Contact.kind == "alternate"))
        others = {row.expert_id: row.number for row in rows}
    person = next(person for person in people if person.id in others)
    assert [m.number for m in await _messages(person)] == [person.number, others[person.id]]
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []
    await story.passes(timedelta(minutes=9, seconds=40), timedelta(seconds=20))
    story.carrier.faults = Faults(undelivered=1, undelivered_code=30005)
    while [m.state for m in await _messages(person) if m.kind == "reminder"][:1] != [MessageState.UNDELIVERED]:
        await story.passes(timedelta(seconds=1), timedelta(seconds=1))
    story.carrier.faults = Faults()
    await story.passes(timedelta(seconds=10), timedelta(seconds=5))
    assert [(m.kind, m.number) for m in await _messages(person)][-1] == ("reminder", others[person.id])
    assert (await story.offer_to(reference, person))["state"] == "contacting"


async def test_who_had_the_text_and_cannot_be_called_is_not_said_to_be_unasked(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, people = await _asked(story)

    def refuses(_form: object) -> None:
        raise Refusal(400, 21214, "This number cannot be called")

    monkeypatch.setattr(story.carrier, "create_call", refuses)
    await story.passes(timedelta(minutes=22))
    told = await _alarms(story, "offer.dial")
    assert [says for says in told if says.startswith(f"{people[0].name} has not answered: no call gets through")], told
    assert not [says for says in told if "has not been asked" in says]


async def test_who_wants_no_texts_and_answers_by_a_key_is_told_by_phone_what_became_of_it(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("please stop texting me")  # words that no carrier reads
    heard = people[0].hears()
    await story.passes(timedelta(minutes=19))
    story.carrier.people.set_behaviour(people[0].number, Kind.YES)
    await story.passes(timedelta(minutes=4))
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"
    assert people[0].hears() == heard
    assert any("You have the seat" in said for said in _rang(story, people[0].number))
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_who_wants_no_texts_and_says_no_by_a_key_hears_it_in_that_call_and_is_not_called_again(
    story: Story,
) -> None:
    reference, people = await _asked(story)
    async with begin() as session:  # their other phone takes texts
        session.add(Contact(expert_id=people[0].id, kind=ContactKind.ALTERNATE, number="+12025550143"))
    await people[0].texts("please stop texting me")  # words that no carrier reads
    await story.passes(timedelta(minutes=19))
    story.carrier.people.set_behaviour(people[0].number, Kind.NO)
    await story.passes(timedelta(minutes=4))
    assert (await story.offer_to(reference, people[0]))["state"] == "declined"
    assert [m.digits for m in await _messages(people[0]) if m.channel == "call"][-1] == "2"
    assert "spoken_notice" not in [m.kind for m in await _messages(people[0])]
    assert any("We have your answer: no." in said for said in _rang(story, people[0].number))
    clock.advance(timedelta(hours=1))
    async with begin() as session:
        assert "an-answer-is-answered" not in [each.promise for each in await broken(session)]


async def test_stop_goes_before_the_texts_that_are_due(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
    clock.advance(timedelta(seconds=10))
    async with begin() as session:
        await shift_waiting(session, timedelta(seconds=10))
    await run_due(begin, only=("dispatch.ask",))
    first = await story.person((await story.offers(reference))[0]["expert_id"])
    story.carrier.phone_texts(first.number, "please stop texting me")  # words that no carrier reads
    while await story.carrier.run_due():
        pass
    await story.passes(timedelta(seconds=10), timedelta(seconds=5))
    assert not any("deployment offer" in text or "Can you go" in text for text in first.hears())
    assert [m.state for m in await _messages(first) if m.kind == "offer"] == [MessageState.CANCELLED]
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_after_stop_what_waited_is_not_texted_and_is_said_by_phone(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
    async with begin() as session:  # the sender is busy: the questions have their slots and wait
        await session.execute(update(SenderPace).values(free_at=clock.now() + timedelta(minutes=2)))
    await story.settle()
    first = await story.person((await story.offers(reference))[0]["expert_id"])
    assert first.hears() == []
    await first.texts("STOP")
    assert (await _messages(first))[0].state is MessageState.CANCELLED
    await story.passes(timedelta(minutes=3), timedelta(seconds=30))
    assert first.hears() == []
    assert _rang(story, first.number)


async def test_an_order_that_stop_takes_back_is_the_desks_to_tell(story: Story) -> None:
    reference, people = await _asked(story)
    await _seated(story, people[0])
    offer_id = (await story.offer_to(reference, people[0]))["id"]
    async with begin() as session:
        offer = await session.get_one(Offer, offer_id)
        order = texts.mission_order(await words_of(session, offer), "202-555-0142")
        waits = await outbox.post(
            session, order, to=people[0].number, topic="request:1", expert_id=people[0].id, offer_id=offer_id
        )
        waits.slot_at = clock.now() + timedelta(minutes=5)
    await people[0].texts("STOP")
    assert (await _messages(people[0]))[-1].state is MessageState.CANCELLED
    (says,) = await _alarms(story, "message.lost")
    assert says == f"{people[0].name} does not know yet what our text (mission order) said."


async def test_an_alarm_to_dial_is_over_when_the_person_has_answered(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    story.carrier.faults = Faults(error_untaken=1)
    people = await story.asks(reference)
    await story.passes(timedelta(minutes=16))
    assert len(await _alarms(story, "offer.dial")) == len(people)
    story.carrier.faults = Faults()
    offer = await story.offer_to(reference, people[0])
    await story.post("recommender", f"/deployments/{reference}/offers/{offer['id']}/answer", {"answer": "no"})
    await story.settle()
    left = await _alarms(story, "offer.dial")
    assert not [says for says in left if people[0].name in says]
    assert [says for says in left if people[1].name in says]


async def test_the_job_that_follows_a_lost_decision_may_run_twice(story: Story) -> None:
    _, people = await _asked(story)
    await _seated(story, people[0])
    lost = next(m for m in await _messages(people[0]) if m.kind == "confirmed")
    for _ in range(2):
        await watching.undelivered(lost.id)
    assert [m.kind for m in await _messages(people[0])].count("spoken_notice") == 1
