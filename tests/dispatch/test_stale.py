"""What was decided a while ago is held against what is true when it is done: rosters, buttons and texts that waited."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.core.clock import clock
from app.core.database import begin
from app.dispatch.promises import broken
from app.messaging.models import SenderPace
from tests.story import Story

LONG = timedelta(minutes=3)


async def _unbroken() -> None:
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_who_took_a_seat_elsewhere_since_the_roster_was_made_is_not_asked_and_somebody_else_is(
    story: Story,
) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    seated = (await story.asks(first))[0]
    await seated.texts("YES")
    chosen = await story.get(f"/deployments/{second}/rosters/1")
    assert seated.id in [seat["choice"]["expert_id"] for seat in chosen["seats"]], "the same people are the best"
    await story.asks(second)
    offers = await story.offers(second)
    assert seated.id not in [offer["expert_id"] for offer in offers]
    assert {offer["seat"] for offer in offers} == {1, 2, 3}
    assert (await story.offer_to(first, seated))["state"] == "accepted"
    await _unbroken()


async def test_a_pinned_person_who_took_a_seat_elsewhere_gives_way(story: Story) -> None:
    first, second = await story.files(), await story.files(city="Otter Bend")
    await story.approves(first)
    await story.approves(second)
    seated = (await story.asks(first))[0]
    pin = {"version": 1, "seat": 1, "expert_id": seated.id}
    assert (await story.api("recommender", "POST", f"/deployments/{second}/wishes/pin", pin)).is_success
    await story.settle()
    newest = (await story.get(f"/deployments/{second}/rosters"))[0]["version"]
    await seated.texts("YES")
    await story.post("recommender", f"/deployments/{second}/rosters/{newest}/accept")
    await story.settle()
    offers = await story.offers(second)
    assert seated.id not in [offer["expert_id"] for offer in offers]
    assert {offer["seat"] for offer in offers} == {1, 2, 3}


async def test_nobody_is_pushed_while_an_acceptance_can_still_be_taken_back(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept", {"hold_seconds": 120})
    pushed = await story.api("recommender", "POST", f"/deployments/{reference}/call-out/push", {"seat": 1})
    assert (pushed.status_code, await story.offers(reference)) == (409, [])
    assert "accept a roster first" in pushed.json()["detail"]


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_who_has_answered_by_phone_is_not_asked_by_a_text_that_waited(story: Story, answer: str) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
    async with begin() as session:  # the sender is busy: the questions have their slots and wait
        await session.execute(update(SenderPace).values(free_at=clock.now() + timedelta(minutes=2)))
    await story.settle()
    offer = (await story.offers(reference))[0]
    person = await story.person(offer["expert_id"])
    assert person.hears() == []
    await story.post("recommender", f"/deployments/{reference}/offers/{offer['id']}/answer", {"answer": answer})
    await story.passes(LONG, timedelta(seconds=30))
    assert [("You have the seat" if answer == "yes" else "Got your NO") in text for text in person.hears()] == [True]
    await _unbroken()
