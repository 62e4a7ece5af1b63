"""Answers lock in the house's order: deployment, position, offer. Who waits for the first holds none of the others."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import Row, select

from app.core.database import begin
from app.core.events import Actor
from app.deployments.models import Position
from app.dispatch import answers
from app.dispatch.answers import Answer
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from tests.postgres import blocked
from tests.story import Person, Story


async def _asked(story: Story) -> tuple[list[Person], Sequence[Row[int, int]]]:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    async with begin() as session:
        rows = await session.execute(select(Offer.id, Offer.position_id).order_by(Offer.id))
        return people, rows.all()


async def test_an_answer_that_waits_for_the_deployment_holds_neither_its_seat_nor_its_offer(
    story: Story, database_url: str
) -> None:
    _, (one, other, *_) = await _asked(story)

    async def answers_the_other() -> None:
        async with begin() as session:
            await answers.locked_offer(session, other.id)

    async with begin() as session:
        await answers.locked_offer(session, one.id)
        waiting = asyncio.create_task(answers_the_other())
        await blocked(database_url)
        for table, row in ((Position, other.position_id), (Offer, other.id)):
            free = select(table.id).where(table.id == row).with_for_update(nowait=True)
            assert (
                await session.scalar(free) == row
            )  # held by who waits, this is refused, and without nowait a deadlock
    await waiting


async def test_two_transactions_that_take_two_answers_in_opposite_order_both_end(
    story: Story, database_url: str
) -> None:
    people, (one, other, *_) = await _asked(story)
    begun = asyncio.Event()

    async def takes(first: int, then: int, *, is_first: bool) -> None:
        if not is_first:
            await begun.wait()
        async with begin() as session:
            await answers.take(session, first, Answer.YES, "YES", by=Actor("expert", people[0].id))
            if is_first:
                begun.set()
                await blocked(database_url)
            await answers.take(session, then, Answer.YES, "YES", by=Actor("expert", people[1].id))

    await asyncio.gather(takes(one.id, other.id, is_first=True), takes(other.id, one.id, is_first=False))
    async with begin() as session:
        states = await session.scalars(select(Offer.state).where(Offer.id.in_([one.id, other.id])))
        assert set(states) == {OfferState.ACCEPTED}
