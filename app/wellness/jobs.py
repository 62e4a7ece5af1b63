"""Talks are planned when somebody is sent and when they are home; who is erased has none."""

from app.core.database import begin
from app.core.events import on
from app.field.models import OrderCopy
from app.wellness import following


@on("order.sent", name="wellness.before")
async def before(subject_id: int) -> None:
    """Somebody has got their mission order: a word before they leave."""
    async with begin() as session:
        copy = await session.get_one(OrderCopy, subject_id)
        await following.plan_before(session, copy.assignment_id)


@on("assignment.resting", name="wellness.after")
async def after(subject_id: int) -> None:
    """Somebody is home: the talks of the next ninety days."""
    async with begin() as session:
        await following.plan_after(session, subject_id)


@on("expert.erased", name="wellness.erased")
async def erased(subject_id: int) -> None:
    """Nothing is kept of talks with somebody who is erased."""
    async with begin() as session:
        await following.forget(session, subject_id)
