"""From a request to a confirmed team, and what may go wrong on the way."""

from datetime import timedelta

import httpx

from tests.story import Person, Story


async def _asked(story: Story, team_type: str = "T1") -> tuple[str, list[Person]]:
    reference = await story.files()
    await story.approves(reference, team_type)
    return reference, await story.asks(reference)


async def test_a_request_becomes_a_confirmed_team(story: Story) -> None:
    reference, people = await _asked(story, "T2")
    assert len(people) == 5
    for person in people:
        code = (await story.offer_to(reference, person))["code"]
        assert f"YES {code} or NO {code}" in person.hears()[0]
        await person.texts(f"YES {code}")
    deployment = await story.deployment(reference)
    assert deployment["state"] == "staffed"
    assert [seat["state"] for seat in deployment["seats"]] == ["filled"] * 5
    assert all("You have the seat" in person.hears()[-1] for person in people)
    to_agency = [m["body"] for m in story.carrier.messages if m["to"] == "+17195550142"]
    assert "We have your request" in to_agency[0]
    assert "is confirmed" in to_agency[-1]


async def test_every_choice_of_the_roster_has_reasons(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference, "T2")
    roster = await story.get(f"/deployments/{reference}/rosters/1")
    assert roster["status"] == "optimal"
    assert all(seat["choice"]["reasons"] and seat["alternates"] for seat in roster["seats"])


async def test_a_no_is_backfilled_at_once_and_the_others_stay(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("yes")
    await people[1].texts("no, cant this time")
    assert "Got your NO" in people[1].hears()[-1]
    offers = await story.offers(reference)
    assert len(offers) == 4
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"
    assert people[1].id not in [offer["expert_id"] for offer in offers if offer["state"] == "contacting"]


async def test_silence_is_reminded_called_and_then_backfilled(story: Story) -> None:
    reference, people = await _asked(story)
    await story.passes(timedelta(minutes=62))
    first = await story.offer_to(reference, people[0])
    assert first["state"] == "expired"
    assert any("still need your answer" in text for text in people[0].hears())
    assert any(call["to"] == people[0].number for call in story.carrier.calls)
    assert len(await story.offers(reference)) > len(people)


async def test_a_late_yes_gets_a_truthful_answer_and_standby(story: Story) -> None:
    reference, people = await _asked(story)
    await story.passes(timedelta(minutes=62))
    await people[0].texts("YES")
    assert (await story.offer_to(reference, people[0]))["state"] == "standby"
    assert "has passed" in people[0].hears()[-1]


async def test_a_garbled_text_is_never_a_yes_is_answered_once_and_shown_to_the_desk(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("pocket dial asdf")
    await people[0].texts("who is this")
    assert (await story.offer_to(reference, people[0]))["state"] == "contacting"
    assert sum("did not understand" in text for text in people[0].hears()) == 1
    inbox = await story.get("/inbox", who="recommender")
    assert [row["body"] for row in inbox] == ["pocket dial asdf", "who is this"]


async def test_a_condition_is_kept_whole_and_not_read_as_yes(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("yes in 2 hours")
    offer = await story.offer_to(reference, people[0])
    assert (offer["state"], offer["answer"]) == ("deferred", "yes in 2 hours")
    assert "A person at the desk" in people[0].hears()[-1]


async def test_a_changed_mind_frees_the_seat_and_somebody_else_is_asked(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("YES")
    await people[0].texts("sorry, no")
    assert (await story.offer_to(reference, people[0]))["state"] == "declined"
    assert "is now a NO" in people[0].hears()[-1]
    assert len(await story.offers(reference)) == len(people) + 1


async def test_a_text_from_a_number_nobody_knows_is_kept_and_not_answered(story: Story) -> None:
    story.carrier.phone_texts("+13125550188", "YES 234")
    await story.settle()
    assert [m for m in story.carrier.messages if m["to"] == "+13125550188"] == []


async def test_stop_is_respected_shown_to_the_desk_and_the_call_still_comes(story: Story) -> None:
    _, people = await _asked(story)
    await people[0].texts("STOP")
    await story.passes(timedelta(minutes=21))
    assert len(people[0].hears()) == 1
    assert any(call["to"] == people[0].number for call in story.carrier.calls)
    assert "STOP" in [row["body"] for row in await story.get("/inbox", who="recommender")]


async def test_the_same_webhook_twice_has_one_effect(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("YES")
    before = len(people[0].hears())
    inbound = next(m for m in story.carrier.messages if m["from"] == people[0].number)
    await story.carrier.hand_in(inbound)
    await story.settle()
    assert len(people[0].hears()) == before
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"


async def test_a_forged_webhook_is_refused_and_nothing_is_kept(story: Story) -> None:
    _, people = await _asked(story)
    form = {"MessageSid": "SM" + "0" * 32, "From": people[0].number, "To": "+12025550100", "Body": "YES"}
    async with httpx.AsyncClient(base_url=story.carrier.public_url) as forger:
        unsigned = await forger.post("/twilio/sms", data=form)
        signed = await forger.post("/twilio/sms", data=form, headers={"X-Twilio-Signature": "bm9wZQ=="})
    assert (unsigned.status_code, signed.status_code) == (403, 403)
    assert await story.get("/inbox", who="recommender") == []


async def test_the_second_yes_to_a_seat_is_told_that_it_is_taken(story: Story) -> None:
    reference, people = await _asked(story)
    await story.passes(timedelta(minutes=47))
    beside = [o for o in await story.offers(reference) if o["seat"] == 1]
    assert len(beside) == 2
    await people[0].texts("YES")
    second = await story.person(beside[1]["expert_id"])
    assert "Somebody else now has the seat" in second.hears()[-1]
    await second.texts("YES")
    seats = (await story.deployment(reference))["seats"]
    assert seats[0]["expert_id"] == people[0].id


async def test_standing_down_tells_everybody_who_was_asked_or_seated(story: Story) -> None:
    reference, people = await _asked(story)
    await people[0].texts("YES")
    version = (await story.deployment(reference))["version"]
    answer = await story.api(
        "recommender", "POST", f"/deployments/{reference}/stand-down", {"note": "no longer wanted"},
        **{"If-Match": f'"{version}"'},
    )  # fmt: skip
    assert answer.json()["state"] == "stood_down"
    await story.settle()
    await story.passes(timedelta(minutes=1))
    assert all("called off" in person.hears()[-1] for person in people)
