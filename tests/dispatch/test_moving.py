"""The seat somebody was asked for is taken: another one that they fit, by a new question or by their own yes."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from app.core.clock import clock
from app.core.database import begin
from app.core.jobs_here import run_due
from app.core.settings import get_settings
from app.dispatch import watching
from app.dispatch.promises import broken
from app.experts.models import Contact, Expert
from app.messaging.models import Message, SenderPace
from app.rosters.models import Pick
from app.simulator.faults import Faults
from tests.story import Person, Story


@pytest.fixture(autouse=True)
def waves_on(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several are asked for one seat."""
    monkeypatch.setenv("RRT_WAVES", "true")
    get_settings.cache_clear()


async def _unbroken() -> None:
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def _double(story: Story) -> tuple[str, int, list[Person]]:
    """A call-out, a seat that several people were asked for, and these people."""
    reference = await story.files()
    await story.approves(reference)
    await story.asks(reference)
    offers = await story.offers(reference)
    seats = [offer["seat"] for offer in offers]
    seat = next(seat for seat in seats if seats.count(seat) > 1)
    return reference, seat, [await story.person(one["expert_id"]) for one in offers if one["seat"] == seat]


async def _fits_too(story: Story, reference: str, person: Person, seat: int, rank: int = 1) -> None:
    """Put somebody on another seat's list as well, at that rank, as the solver does with who fits both."""
    position_id = await _position(story, reference, seat)
    async with begin() as session:
        row = await session.execute(
            update(Pick)
            .where(Pick.rank == rank, Pick.position_id == position_id)
            .values(expert_id=person.id)
            .returning(Pick.id)
        )
        assert len(row.all()) == 1
        await session.execute(update(Expert).where(Expert.id == person.id).values(employer=None))


async def _position(story: Story, reference: str, seat: int) -> int:
    async with begin() as session:
        query = text("select p.id from positions p join deployments d on d.id = p.deployment_id"
                     " where d.reference = :reference and p.number = :seat")  # fmt: skip
        return int((await session.execute(query, {"reference": reference, "seat": seat})).scalar_one())


async def test_who_loses_the_race_for_a_seat_gets_another_that_they_fit_and_is_told_its_role(story: Story) -> None:
    reference, seat, (first, second, *_) = await _double(story)
    other = next(n for n in (1, 2, 3) if n != seat)
    # Either may lose: two workers take the two answers in an order that nobody draws.
    await _fits_too(story, reference, first, other, rank=1)
    await _fits_too(story, reference, second, other, rank=2)
    for person in (first, second):
        story.carrier.phone_texts(person.number, "YES")
    while await story.carrier.run_due():
        pass
    await asyncio.gather(run_due(begin), run_due(begin))
    await story.settle()
    offers = [await story.offer_to(reference, person) for person in (first, second)]
    assert [offer["state"] for offer in offers] == ["accepted", "accepted"]
    assert {offer["seat"] for offer in offers} == {seat, other}
    for person, offer in zip((first, second), offers, strict=True):
        assert f"You have the seat: {offer['title'].lower()}" in person.hears()[-1]
    await _unbroken()


async def test_who_loses_the_race_and_fits_no_other_seat_is_on_standby_and_told_so(story: Story) -> None:
    reference, _, (first, second, *_) = await _double(story)
    await first.texts("YES")
    assert "Somebody else now has the seat" in second.hears()[-1]
    await second.texts("YES")
    assert (await story.offer_to(reference, second))["state"] == "standby"
    assert "you are on standby" in second.hears()[-1]
    await _unbroken()


async def test_who_was_on_time_and_waits_on_standby_is_never_told_to_be_late(story: Story) -> None:
    reference, _, (first, second, *_) = await _double(story)
    code = (await story.offer_to(reference, second))["code"]
    await first.texts("YES")
    await second.texts("YES")
    await story.post("recommender", f"/deployments/{reference}/call-out/pause")
    await story.passes(timedelta(minutes=61), timedelta(minutes=61))
    for _ in range(2):
        await story.passes(timedelta(minutes=2))
        await second.texts(f"YES {code}")
        assert "you are on standby" in second.hears()[-1]
    assert "too_late" not in [row["meaning"] for row in await story.get("/inbox", who="recommender")]


async def test_who_could_not_be_seated_elsewhere_is_not_said_to_sit_there(story: Story) -> None:
    reference, seat, (first, second, *_) = await _double(story)
    other = next(n for n in (1, 2, 3) if n != seat)
    await _fits_too(story, reference, second, other)
    code = (await story.offer_to(reference, second))["code"]
    await second.texts(f"NO {code}")
    await first.texts("YES")
    await _seated_in_another_team(story, second)
    await second.texts(f"YES {code}")
    offer = await story.offer_to(reference, second)
    assert (offer["state"], offer["seat"]) == ("standby", seat)
    assert "You said YES to another team" in second.hears()[-1]
    told = [event["kind"] for event in await story.get(f"/requests/{reference}/story")]
    assert "offer.seated_elsewhere" not in told


async def _seated_in_another_team(story: Story, person: Person) -> None:
    elsewhere = await story.files(city="Otter Bend")
    await story.approves(elsewhere)
    async with begin() as session:
        await session.execute(
            text(
                "insert into assignments (deployment_id, position_id, expert_id, state, span, arrives_at, travel_mode,"
                " confirmed_at) select d.id, p.id, :who, 'confirmed', tstzrange(d.starts_at, d.ends_at), d.starts_at,"
                " 'drive', now() from deployments d join positions p on p.deployment_id = d.id and p.number = 1"
                " where d.reference = :reference"
            ),
            {"who": person.id, "reference": elsewhere},
        )


def _rang(story: Story, person: Person) -> list[str]:
    """What was said in each call to somebody."""
    return [" ".join(call["heard"]) for call in story.carrier.calls if call["to"] == person.number]


async def _another_seat(story: Story) -> tuple[str, int, Person, Person]:
    """Two are asked for one seat, and nobody for another that the second fits too: its number, and both of them."""
    reference, seat, (first, second, *_) = await _double(story)
    other = next(n for n in (1, 2, 3) if n != seat)
    await story.post("recommender", f"/deployments/{reference}/call-out/pause")
    for offer in await story.offers(reference):
        if offer["seat"] == other:
            await (await story.person(offer["expert_id"])).texts("NO")
    await _fits_too(story, reference, second, other)
    return reference, other, first, second


async def test_who_was_asked_beside_is_asked_for_a_seat_that_nobody_is_asked_for(story: Story) -> None:
    reference, other, first, second = await _another_seat(story)
    await first.texts("YES")
    moved = await story.offer_to(reference, second)
    assert (moved["state"], moved["seat"]) == ("contacting", other)
    assert "That seat is taken now. Can you go to" in second.hears()[-1]
    assert f"as {moved['title'].lower()}?" in second.hears()[-1]
    await second.texts("YES")
    assert (await story.offer_to(reference, second))["state"] == "accepted"
    await _unbroken()


async def test_who_wants_no_texts_is_asked_for_the_other_seat_by_phone(story: Story) -> None:
    reference, other, first, second = await _another_seat(story)
    async with begin() as session:
        theirs = update(Contact).where(Contact.expert_id == second.id)
        await session.execute(theirs.values(texts_stopped_at=clock.now()))
    await first.texts("YES")
    await story.passes(timedelta(seconds=20), timedelta(seconds=10))
    moved = await story.offer_to(reference, second)
    assert (moved["state"], moved["seat"]) == ("contacting", other)
    assert len(_rang(story, second)) == 1
    await _unbroken()


@pytest.mark.parametrize("why", ["lost", "stopped"])
async def test_who_was_called_for_one_seat_is_called_for_the_other_when_its_text_does_not_arrive(
    story: Story, why: str
) -> None:
    reference, other, first, second = await _another_seat(story)
    await story.passes(timedelta(minutes=21), timedelta(minutes=7))
    await story.passes(timedelta(seconds=40), timedelta(seconds=20))  # it rings, and nobody takes it
    assert len(_rang(story, second)) == 1
    if why == "lost":
        story.carrier.faults = Faults(undelivered=1)
    else:
        async with begin() as session:  # the sender is busy: the question has its slot and waits
            await session.execute(update(SenderPace).values(free_at=clock.now() + timedelta(minutes=2)))
    await first.texts("YES")
    if why == "stopped":
        await second.texts("please stop texting me")  # words that no carrier reads
    await story.passes(timedelta(minutes=3))
    moved = await story.offer_to(reference, second)
    assert (moved["state"], moved["seat"]) == ("contacting", other)
    assert len(_rang(story, second)) == 2
    async with begin() as session:
        about = select(Message).where(Message.offer_id == moved["id"]).order_by(Message.id)
        *_, question, call = await session.scalars(about)
    assert (question.kind, call.kind) == ("other_seat", "spoken_offer")
    assert moved["title"].lower() in call.body
    await watching.call_again(question.id)  # a job that runs twice calls once
    await story.settle()
    assert len(_rang(story, second)) == 2
    await _unbroken()


async def test_of_one_employer_nobody_is_moved_beside_a_colleague(story: Story) -> None:
    reference, seat, (first, second, *_) = await _double(story)
    await _fits_too(story, reference, second, next(n for n in (1, 2, 3) if n != seat))
    async with begin() as session:
        both = update(Expert).where(Expert.id.in_([first.id, second.id]))
        await session.execute(both.values(employer="One Agency"))
    await first.texts("YES")
    await second.texts("YES")
    assert (await story.offer_to(reference, second))["state"] == "standby"


async def test_a_yes_after_the_team_was_called_off_hears_that_and_seats_nobody(story: Story) -> None:
    reference, _, (first, second, *_) = await _double(story)
    await first.texts("NO")
    await second.texts("YES")
    version = (await story.deployment(reference))["version"]
    await story.api(
        "recommender", "POST", f"/deployments/{reference}/stand-down", {}, **{"If-Match": f'"{version}"'}
    )  # fmt: skip
    await story.settle()
    await first.texts("YES")
    assert (await story.offer_to(reference, first))["state"] == "declined"
    assert "is called off" in first.hears()[-1]
    await _unbroken()
