"""Every answer at every moment: what it does, and what goes back (issue: the offer as an expiring hold)."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.core.clock import clock
from app.core.database import begin
from app.deployments.models import Assignment
from app.dispatch import answers, codes
from app.dispatch.models import Offer
from app.experts.models import Contact, ContactKind
from app.messaging import gateway, inbox, sending
from app.messaging.models import InboundMessage, Message
from app.messaging.states import MessageState
from app.replies import reading
from tests.story import Person, Story
from tests.web.browser import RECOMMENDER, browser

EXPIRED = timedelta(minutes=61)
"""After the whole ladder of an immediate request."""


async def asked(story: Story) -> tuple[str, list[Person]]:
    """A T1 team is asked: a leader, a peer executive and an advocate."""
    reference = await story.files()
    await story.approves(reference)
    return reference, await story.asks(reference)


async def waiting(story: Story) -> list[tuple[str, str]]:
    """What waits at the desk: meaning and text."""
    return [(row["meaning"], row["body"]) for row in await story.get("/inbox", who="recommender")]


async def state(story: Story, reference: str, person: Person) -> str:
    return str((await story.offer_to(reference, person))["state"])


async def stands_down(story: Story, reference: str) -> None:
    version = (await story.deployment(reference))["version"]
    await story.api(
        "recommender", "POST", f"/deployments/{reference}/stand-down", {"note": "no longer wanted"},
        **{"If-Match": f'"{version}"'},
    )  # fmt: skip
    await story.passes(timedelta(minutes=1))


async def on_the_road() -> None:
    """The journey of everybody seated has begun."""
    async with begin() as session:
        begun = func.tstzrange(clock.now() - timedelta(hours=1), func.upper(Assignment.span))
        await session.execute(update(Assignment).values(span=begun))


async def test_yes_in_time_has_the_seat(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("yes")
    assert await state(story, reference, people[0]) == "accepted"
    assert "You have the seat" in people[0].hears()[-1]
    assert await waiting(story) == []


@pytest.mark.parametrize("was_taken", [True, False])
async def test_who_dies_while_answering_has_seated_once_and_its_text_is_looked_up(
    story: Story, *, was_taken: bool
) -> None:
    reference, people = await asked(story)
    story.carrier.phone_texts(people[0].number, "yes")
    await story.carrier.run_due()
    async with begin() as session:
        inbound_id = (await session.scalars(select(InboundMessage.id))).one()
        await reading.read_text(session, inbound_id)
        [order] = await sending.claim_answers(session)
    if was_taken:
        await gateway.hand_over(order)
    await story.settle()  # another worker takes the job over: the text is read, and what went back is in doubt
    async with begin() as session:
        assert (await session.get_one(Message, order.message_id)).state is MessageState.SENDING
    await story.passes(timedelta(minutes=4))
    assert await state(story, reference, people[0]) == "accepted"
    assert sum("You have the seat" in text for text in people[0].hears()) == was_taken
    async with begin() as session:
        found = (await session.get_one(Message, order.message_id)).state
    assert found is (MessageState.DELIVERED if was_taken else MessageState.FAILED)


async def test_yes_beside_somebody_who_was_first_is_told_so_and_waits(story: Story) -> None:
    reference, people = await asked(story)
    await story.passes(timedelta(minutes=47))
    beside = [offer for offer in await story.offers(reference) if offer["seat"] == 1]
    second = await story.person(beside[1]["expert_id"])
    await people[0].texts("yes")
    assert "Somebody else now has the seat" in second.hears()[-1]
    await second.texts("yes")
    assert "you are on standby" in second.hears()[-1]
    assert (await story.deployment(reference))["seats"][0]["expert_id"] == people[0].id


async def test_yes_after_expiry_asks_the_desk_which_may_seat_or_not(story: Story) -> None:
    reference, people = await asked(story)
    await story.passes(EXPIRED)
    await people[0].texts("YES")
    assert await state(story, reference, people[0]) == "standby"
    assert "The desk decides" in people[0].hears()[-1]
    assert ("too_late", "YES") in await waiting(story)
    await story.passes(timedelta(minutes=2))
    await people[0].texts("yes!!")
    assert await state(story, reference, people[0]) == "standby"  # a second yes is no way around the desk
    offer = await story.offer_to(reference, people[0])
    told = await story.post(
        "recommender", f"/deployments/{reference}/offers/{offer['id']}/answer", {"answer": "yes", "note": "still free"}
    )
    assert told["state"] == "accepted"
    await story.settle()
    assert "You have the seat" in people[0].hears()[-1]


async def test_no_frees_the_seat_and_keeps_the_reason(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("No, I have court all week")
    offer = await story.offer_to(reference, people[0])
    assert (offer["state"], offer["answer"]) == ("declined", "No, I have court all week")
    assert "Got your NO" in people[0].hears()[-1]


async def test_a_condition_is_kept_shown_and_decided_by_the_desk(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("only till Friday")
    assert await state(story, reference, people[0]) == "deferred"
    assert await waiting(story) == [("deferred", "only till Friday")]
    assert "A person at the desk" in people[0].hears()[-1]
    await people[0].texts("ok then yes, all of it")
    assert await state(story, reference, people[0]) != "accepted"  # "all of it" takes it back to a person
    await people[0].texts("YES")
    assert await state(story, reference, people[0]) == "accepted"


async def test_who_answered_with_a_condition_is_neither_reminded_nor_called(story: Story) -> None:
    reference, people = await asked(story)
    person = people[0]
    await person.texts("yes in 2 hours")
    heard = person.hears()
    await story.passes(timedelta(minutes=57), timedelta(minutes=3))
    assert person.hears() == heard
    assert not [call for call in story.carrier.calls if call["to"] == person.number]
    assert await state(story, reference, person) == "deferred"
    await story.passes(timedelta(minutes=6), timedelta(minutes=3))
    assert await state(story, reference, person) == "expired"


async def test_a_condition_that_a_clear_answer_has_overtaken_waits_for_nobody(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("only till Friday")
    (old,) = await story.get("/inbox", who="recommender")
    await people[0].texts("NO")
    assert await waiting(story) == []
    stale = await story.api("recommender", "POST", f"/inbox/{old['id']}/settle")
    assert stale.status_code == 409  # nobody counts it as a yes any more
    assert await state(story, reference, people[0]) == "declined"


async def test_a_late_yes_taken_back_waits_for_nobody(story: Story) -> None:
    reference, people = await asked(story)
    await story.passes(EXPIRED)
    await people[0].texts("YES")
    assert ("too_late", "YES") in await waiting(story)
    await people[0].texts("NO")
    assert await waiting(story) == []
    assert await state(story, reference, people[0]) == "declined"


async def test_a_question_goes_to_a_person_and_the_offer_stays_open(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("What about hotel?")
    assert await state(story, reference, people[0]) == "contacting"
    assert await waiting(story) == [("question", "What about hotel?")]
    assert "A person at the desk will read it" in people[0].hears()[-1]


async def test_what_nobody_can_read_is_asked_once_and_settled_by_a_clear_answer(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("pocket dial asdf")
    assert "did not understand" in people[0].hears()[-1]
    await story.passes(timedelta(minutes=2))
    await people[0].texts("asdf again")
    assert "A person at the desk will read it" in people[0].hears()[-1]
    assert [meaning for meaning, _ in await waiting(story)] == ["unclear", "unclear"]
    await people[0].texts("no")
    assert await waiting(story) == []
    assert await state(story, reference, people[0]) == "declined"


async def test_yes_to_one_of_two_overlapping_offers_withdraws_the_other_with_a_word(story: Story) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    people = await story.asks(first)
    others = await story.asks(second)
    both = [person for person in people if person.id in {other.id for other in others}]
    assert both, "the same people are the best for both"
    person = both[0]
    await person.texts("yes")
    codes = [(await story.offer_to(reference, person))["code"] for reference in (first, second)]
    assert all(code in person.hears()[-1] for code in codes)
    assert "2 open requests" in person.hears()[-1]
    await story.passes(timedelta(minutes=2))
    await person.texts(f"YES {codes[1]}")
    assert await state(story, second, person) == "accepted"
    assert await state(story, first, person) == "withdrawn"
    heard = person.hears()[-2:]
    assert any("You have the seat" in text and codes[1] in text for text in heard)
    assert any("YES to another team" in text and codes[0] in text for text in heard)


async def test_who_takes_a_yes_back_at_once_stays_asked_by_the_other_team(story: Story) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    people, others = await story.asks(first), {other.id for other in await story.asks(second)}
    person = next(person for person in people if person.id in others)
    codes = [(await story.offer_to(reference, person))["code"] for reference in (first, second)]
    for body in (f"YES {codes[0]}", f"NO {codes[0]}"):  # both are here before a worker reads the first
        story.carrier.phone_texts(person.number, body)
    while await story.carrier.run_due():
        pass
    await story.settle()
    assert [await state(story, reference, person) for reference in (first, second)] == ["declined", "contacting"]
    assert not any("YES to another team" in text for text in person.hears())


async def _asked_twice(story: Story) -> Person:
    """Somebody whom two teams ask."""
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    people, others = await story.asks(first), await story.asks(second)
    return next(person for person in people if person.id in {other.id for other in others})


async def test_a_condition_that_may_belong_to_either_of_two_offers_is_seen_by_a_person(story: Story) -> None:
    person = await _asked_twice(story)
    await person.texts("yes but only until Friday")
    assert "2 open requests" in person.hears()[-1]
    assert ("deferred", "yes but only until Friday") in await waiting(story)


async def test_an_answer_to_each_of_two_offers_in_one_text(story: Story) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    people = await story.asks(first)
    others = {other.id for other in await story.asks(second)}
    person = next(person for person in people if person.id in others)
    codes = [(await story.offer_to(reference, person))["code"] for reference in (first, second)]
    await person.texts(f"NO {codes[0]} and YES {codes[1]}")
    assert [await state(story, reference, person) for reference in (first, second)] == ["declined", "accepted"]


async def test_a_changed_mind_counts_both_ways_and_is_answered_each_time(story: Story) -> None:
    reference, people = await asked(story)
    for text, becomes, told in (
        ("yes", "accepted", "You have the seat"), ("no", "declined", "is now a NO"),
        ("yes", "accepted", "You have the seat"), ("sorry no", "declined", "is now a NO"),
    ):  # fmt: skip
        await people[0].texts(text)
        assert await state(story, reference, people[0]) == becomes
        assert told in people[0].hears()[-1]


async def test_an_older_text_that_arrives_later_changes_nothing(story: Story) -> None:
    reference, people = await asked(story)
    sent = clock.now()
    await story.passes(timedelta(minutes=1))
    await people[0].texts("yes")
    async with begin() as session:
        form = {"MessageSid": "SM" + "9" * 32, "From": people[0].number, "Body": "no"}
        await inbox.receive(session, form, made_at=sent)
    await story.settle()
    assert await state(story, reference, people[0]) == "accepted"
    assert await waiting(story) == [("overtaken", "no")]


async def test_a_yes_in_time_that_reaches_us_late_was_in_time(story: Story) -> None:
    reference, people = await asked(story)
    offer = await story.offer_to(reference, people[0])
    await story.post("recommender", f"/deployments/{reference}/call-out/pause")
    await story.passes(timedelta(minutes=59), timedelta(minutes=59))
    sent = clock.now()
    await story.passes(timedelta(minutes=3))
    assert await state(story, reference, people[0]) == "expired"
    async with begin() as session:  # its webhook was lost; the carrier's list has it
        form = {"MessageSid": "SM" + "9" * 32, "From": people[0].number, "Body": f"YES {offer['code']}"}
        await inbox.receive(session, form, made_at=sent)
    await story.settle()
    assert await state(story, reference, people[0]) == "accepted"
    assert "You have the seat" in people[0].hears()[-1]


async def test_a_late_yes_beside_another_answer_is_seen_by_the_desk(story: Story) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend", priority="urgent")
    await story.approves(first)
    await story.approves(second)
    people, others = await story.asks(first), await story.asks(second)
    person = next(person for person in people if person.id in {other.id for other in others})
    codes = [(await story.offer_to(reference, person))["code"] for reference in (first, second)]
    await story.passes(EXPIRED, EXPIRED)
    assert await state(story, first, person) == "expired"
    said = f"NO {codes[1]} and YES {codes[0]}"
    await person.texts(said)
    assert await state(story, second, person) == "declined"
    assert any("The desk decides if we still need you" in text for text in person.hears()[-2:])
    assert ("too_late", said) in await waiting(story)


async def test_yes_twice_is_one_seat_and_the_second_is_told_the_truth(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("yes")
    await story.passes(timedelta(minutes=2))
    await people[0].texts("yes I said")
    await people[0].texts("yes")
    assert await state(story, reference, people[0]) == "accepted"
    assert "you still have the seat" in people[0].hears()[-1]


async def test_an_answer_from_the_alternate_number_counts_and_is_answered_there(story: Story) -> None:
    reference, people = await asked(story)
    other = "+13035550177"
    async with begin() as session:
        session.add(Contact(expert_id=people[0].id, kind=ContactKind.ALTERNATE, number=other))
    code = (await story.offer_to(reference, people[0]))["code"]
    story.carrier.phone_texts(other, f"yes {code}")
    await story.settle()
    assert await state(story, reference, people[0]) == "accepted"
    assert "You have the seat" in Person(story, people[0].id, people[0].name, other).hears()[-1]


async def test_the_code_of_a_seat_is_good_as_long_as_the_team_is_needed(story: Story) -> None:
    reference = await story.files(priority="planned", needed_by=(clock.now() + timedelta(days=45)).isoformat())
    await story.approves(reference)
    person = (await story.asks(reference))[0]
    await person.texts("YES")
    long_ago = timedelta(days=40)
    async with begin() as session:
        mine = update(Offer).where(Offer.expert_id == person.id)
        await session.execute(mine.values(asked_at=Offer.asked_at - long_ago, reply_by=Offer.reply_by - long_ago))
    offer = await story.offer_to(reference, person)
    async with begin() as session:
        assert await codes.free_code(session, person.id) != offer["code"]
    await person.texts(f"NO {offer['code']}")
    assert await state(story, reference, person) == "declined"
    assert "is now a NO" in person.hears()[-1]


async def test_the_desk_and_a_clear_answer_at_the_same_moment_do_not_wait_for_each_other(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("only till Friday")
    (waits,) = await story.get("/inbox", who="recommender")
    async with browser(story, RECOMMENDER) as page:
        async with begin() as session:  # a clear answer is being read
            await answers.locked_offer(session, waits["offer_id"])
            counted = asyncio.create_task(page.sends(f"/desk/replies/{waits['id']}", verb="yes"))
            await asyncio.sleep(0.5)
            await inbox.settle_answered(session, waits["offer_id"], clock.now())
        assert (await counted).status_code == 409  # it is settled; nobody counts it any more
        assert "cannot settle now" in (await counted).text
    assert await state(story, reference, people[0]) == "deferred"


async def test_a_code_of_somebody_else_seats_nobody(story: Story) -> None:
    reference, people = await asked(story)
    code = (await story.offer_to(reference, people[1]))["code"]
    await people[0].texts(f"YES {code}")
    assert await state(story, reference, people[0]) == "contacting"
    assert await state(story, reference, people[1]) == "contacting"
    assert "not one of your open requests" in people[0].hears()[-1]
    assert await waiting(story) == [("wrong_code", f"YES {code}")]


async def test_yes_after_a_stand_down_hears_that_it_is_called_off(story: Story) -> None:
    reference, people = await asked(story)
    await stands_down(story, reference)
    await people[0].texts("yes")
    assert await state(story, reference, people[0]) == "withdrawn"
    assert "called off. Do not travel" in people[0].hears()[-1]


async def test_a_no_from_somebody_on_site_keeps_the_seat_and_goes_to_a_person(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("yes")
    await on_the_road()
    await people[0].texts("ARRIVED")
    await people[0].texts("no")
    assert await state(story, reference, people[0]) == "accepted"
    assert "you are under way or on site" in people[0].hears()[-1]
    assert await waiting(story) == [("still_yours", "no")]
    await people[0].texts("YES")
    assert "you still have the seat" in people[0].hears()[-1]


async def test_an_answer_in_spanish_is_read_and_answered_in_spanish_by_preference(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    roster = await story.get(f"/deployments/{reference}/rosters/1")
    expert_id = roster["seats"][0]["choice"]["expert_id"]
    etag = (await story.api("admin", "GET", f"/experts/{expert_id}")).headers["etag"]
    changed = await story.api(
        "admin", "PATCH", f"/experts/{expert_id}", {"preferred_language": "es"}, **{"If-Match": etag}
    )
    assert changed.json()["preferred_language"] == "es"
    people = await story.asks(reference)
    person = next(person for person in people if person.id == expert_id)
    code = (await story.offer_to(reference, person))["code"]
    assert f"Responda SI {code} o NO {code}" in person.hears()[0]
    await person.texts(f"Sí {code}, con gusto")
    assert await state(story, reference, person) == "accepted"
    assert "El puesto es suyo" in person.hears()[-1]
