"""The night is everybody's own: nobody is disturbed in it, and a deadline on another day names the day."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.core.clock import clock, in_zone
from app.core.database import begin
from app.deployments.models import Deployment
from app.dispatch.offers import topic
from app.dispatch.promises import broken
from app.experts.models import Contact, Expert, StandbyWeek
from app.experts.standby import this_week
from app.messaging.models import Message
from app.simulator.faults import Faults
from tests.story import Person, Story
from tests.web.browser import RECOMMENDER, browser

QUESTIONS = ("offer", "reminder", "spoken_offer", "other_seat")


async def _asked(story: Story, **fields: str) -> tuple[str, list[Person]]:
    needed_by = (clock.now() + timedelta(days=20)).isoformat()
    reference = await story.files(needed_by=needed_by, **fields)
    await story.approves(reference)
    return reference, await story.asks(reference)


async def _disturbed_at(reference: str) -> list[tuple[str, float]]:
    """What was sent of each offer: kind, and hour of the day there."""
    async with begin() as session:
        deployment = (await session.scalars(select(Deployment).where(Deployment.reference == reference))).one()
        rows = await session.execute(
            select(Message.kind, Message.claimed_at, Expert.time_zone)
            .join(Expert, Expert.id == Message.expert_id)
            .where(Message.topic == topic(deployment), Message.kind.in_(QUESTIONS), Message.claimed_at.is_not(None))
            .order_by(Message.id)
        )
        there = [(kind, in_zone(at, zone)) for kind, at, zone in rows if at is not None]
        return [(kind, at.hour + at.minute / 60) for kind, at in there]


async def test_nobody_is_reminded_or_called_in_their_night(story: Story) -> None:
    reference, _ = await _asked(story, priority="planned")
    await story.passes(timedelta(hours=30), timedelta(minutes=30))
    disturbed = await _disturbed_at(reference)
    assert {"offer", "reminder", "spoken_offer"} <= {kind for kind, _ in disturbed}
    assert [(kind, hour) for kind, hour in disturbed if not 8 <= hour < 21] == []


async def test_who_waits_for_the_morning_is_not_asked_while_the_call_out_is_paused(story: Story) -> None:
    async with begin() as session:
        await session.execute(update(Expert).values(time_zone="America/New_York"))
    await story.passes(timedelta(hours=10), timedelta(hours=10))
    reference, people = await _asked(story, priority="urgent")
    await story.post("recommender", f"/deployments/{reference}/call-out/pause")
    await story.passes(timedelta(hours=10, minutes=30), timedelta(minutes=30))  # the night is over
    assert [person.hears() for person in people] == [[] for _ in people]
    await story.post("recommender", f"/deployments/{reference}/call-out/resume")
    await story.passes(timedelta(minutes=6), timedelta(minutes=2))
    for person in people:
        assert "Can you go" in person.hears()[-1]
        offer = await story.offer_to(reference, person)
        left = datetime.fromisoformat(offer["reply_by"]) - clock.now()
        assert timedelta(hours=3, minutes=50) < left <= timedelta(hours=4)
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_nobodys_other_number_rings_or_is_texted_in_their_night(story: Story) -> None:
    async with begin() as session:
        await session.execute(update(Expert).values(time_zone="America/New_York"))
    await story.passes(timedelta(hours=8, minutes=59), timedelta(hours=8, minutes=59))  # a minute before the night
    story.carrier.faults = Faults(undelivered=1, undelivered_code=30005, dropped_callbacks=1)
    reference, people = await _asked(story, priority="planned")
    await story.passes(timedelta(minutes=2))  # the carrier is asked, and says that the numbers are dead
    story.carrier.faults = Faults()
    async with begin() as session:
        rows = await session.execute(select(Contact.expert_id, Contact.number).where(Contact.kind == "alternate"))
        others = {row.expert_id: row.number for row in rows}
    person = next(person for person in people if person.id in others)
    assert [call for call in story.carrier.messages if call["to"] == others[person.id]] == []
    await story.passes(timedelta(hours=11, minutes=5), timedelta(minutes=15))
    assert [(kind, hour) for kind, hour in await _disturbed_at(reference) if not 8 <= hour < 21] == []
    assert [text["to"] for text in story.carrier.messages if text["to"] == others[person.id]] != []


async def test_what_the_night_leaves_no_time_for_is_left_out_and_the_offer_ends_in_time(story: Story) -> None:
    await story.passes(timedelta(hours=7, minutes=30), timedelta(minutes=30))  # half past seven in New York
    reference, people = await _asked(story, priority="urgent")
    for person in people:  # an evening in New York for everybody
        async with begin() as session:
            await session.execute(update(Expert).where(Expert.id == person.id).values(time_zone="America/New_York"))
    await story.passes(timedelta(hours=4, minutes=10), timedelta(minutes=5))
    first = {offer["expert_id"]: offer for offer in await story.offers(reference)}
    assert {first[person.id]["state"] for person in people} == {"expired"}
    assert [(kind, hour) for kind, hour in await _disturbed_at(reference) if not 8 <= hour < 21] == []


async def test_who_has_two_days_to_answer_is_told_the_day(story: Story) -> None:
    _, people = await _asked(story, priority="planned")
    for person in people:
        assert any(f" by {day} " in person.hears()[0] for day in ("Wed", "Thu")), person.hears()
    _, people = await _asked(story, priority="urgent")
    assert " by " in people[0].hears()[-1]
    assert not any(f" by {day} " in people[0].hears()[-1] for day in ("Mon", "Tue"))


async def test_the_desk_sees_that_who_is_on_standby_is_woken_at_once(story: Story) -> None:
    await story.passes(timedelta(hours=12), timedelta(hours=6))  # midnight in New York
    async with begin() as session:
        experts = (await session.scalars(select(Expert))).all()
        session.add_all(StandbyWeek(expert_id=one.id, monday=this_week(one)) for one in experts)
    reference = await story.files(priority="urgent")
    await story.approves(reference)
    async with browser(story, RECOMMENDER) as page:
        shown = await page.opens(f"/desk/requests/{reference}?do=accept")
    assert "Goes at once" in shown.text
    assert "it is night there" not in shown.text
    for person in await story.asks(reference):
        assert person.hears()
