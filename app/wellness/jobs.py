"""Talks are planned when somebody is sent and when they are home; what is a year old is deleted."""

from datetime import timedelta

from app.core.clock import clock
from app.core.database import begin
from app.core.events import on
from app.core.jobs import every
from app.deployments.models import Assignment
from app.field.models import OrderCopy
from app.wellness import following


@on("order.sent", name="wellness.before")
async def before(subject_id: int) -> None:
    """Somebody has got their mission order: a word before they leave."""
    async with begin() as session:
        copy = await session.get_one(OrderCopy, subject_id)
        await following.plan_before(session, await session.get_one(Assignment, copy.assignment_id))


@on("assignment.resting", name="wellness.after")
async def after(subject_id: int) -> None:
    """Somebody is home: the talks of the next ninety days."""
    async with begin() as session:
        assignment = await session.get_one(Assignment, subject_id)
        await following.plan_after(session, assignment, assignment.told_home_at or clock.now())


@every(timedelta(days=1), "wellness.purge")
async def purge() -> None:
    """Delete what is older than a year."""
    async with begin() as session:
        await following.purge(session)
