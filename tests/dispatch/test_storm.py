"""The storm of `bench/chaos`: its plan is the seed's alone, and its verdict sees who was forgotten."""

import asyncio
from datetime import timedelta

import psycopg
from sqlalchemy import delete

from app.core.database import begin
from app.core.settings import get_settings
from app.messaging.models import Message
from app.simulator.faults import Faults
from app.simulator.people import Kind
from app.watch.models import Alarm
from bench.chaos import telling
from bench.chaos.plan import MOMENTS, SHARES, Victim, draw
from bench.chaos.verdict import carrier_records
from tests.story import Story


def test_a_seed_draws_the_same_storm_and_everybody_has_their_share_of_it() -> None:
    plan = draw(7, seconds=600, kills=680, deployments=20)
    assert plan == draw(7, seconds=600, kills=680, deployments=20)
    assert plan != draw(8, seconds=600, kills=680, deployments=20)
    died = [kill.victim for kill in plan.kills]
    assert {victim: died.count(victim) for victim in Victim} == {victim: 40 * share for victim, share in SHARES.items()}
    drawn = {(kill.victim, kill.moment) for kill in plan.kills}
    assert drawn == {(victim, moment) for victim, moments in MOMENTS.items() for moment, _ in moments}


async def _forgotten() -> tuple[list[str], list[str]]:
    texts = await asyncio.to_thread(carrier_records, get_settings().twilio_api_url, "Messages")
    with psycopg.connect(get_settings().libpq_url) as connection:
        return telling.lost_and_nobody_heard(connection), telling.decided_and_not_told(connection, texts)


async def test_its_verdict_sees_a_seat_that_nobody_was_told_of(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    story.carrier.people.set_behaviour(people[0].number, Kind.NEVER)
    story.carrier.faults = Faults(undelivered=1)
    await people[0].texts("yes")
    await story.passes(timedelta(seconds=3), timedelta(seconds=1))
    story.carrier.faults = Faults()
    await story.passes(timedelta(minutes=2), timedelta(seconds=20))
    assert await _forgotten() == ([], [])  # the desk has an alarm
    async with begin() as session:
        await session.execute(delete(Alarm))
    lost, not_told = await _forgotten()
    assert [line.split("(")[1].split(",")[0] for line in lost] == ["spoken_notice"]
    async with begin() as session:
        await session.execute(delete(Message).where(Message.kind == "spoken_notice"))
    lost, not_told = await _forgotten()
    assert [line.split("(")[1].split(",")[0] for line in lost] == ["confirmed"]
    assert [line.split(": ")[1].split(" (")[0] for line in not_told] == ["has the seat"]
