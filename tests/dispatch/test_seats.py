"""The database refuses two people in one seat and one person in two seats; the transaction can go on after it."""

import pytest
from sqlalchemy import func, select

from app.core.database import begin
from app.deployments import seats
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.opening import DoubleBooked, SeatTaken
from app.dispatch.models import Offer
from tests.story import Story


async def test_a_seat_that_somebody_has_and_a_person_who_has_a_seat_are_refused(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    first, second, *_ = await story.asks(reference)
    await first.texts("YES")
    async with begin() as session:
        deployment = (await session.scalars(select(Deployment))).one()
        offers = {offer.expert_id: offer for offer in await session.scalars(select(Offer))}
        taken, free = [await session.get_one(Position, offers[who.id].position_id) for who in (first, second)]
        travel = offers[second.id].travel
        with pytest.raises(SeatTaken):
            await seats.book(session, deployment, taken, second.id, travel)
        with pytest.raises(DoubleBooked):
            await seats.book(session, deployment, free, first.id, travel)
        assert await session.scalar(select(func.count()).select_from(Assignment)) == 1
        await seats.book(session, deployment, free, second.id, travel)
        assert await session.scalar(select(func.count()).select_from(Assignment)) == 2
