"""Surveys are planned with the release, and sent when their day has come, at a waking hour where they go."""

from datetime import timedelta

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import on
from app.core.jobs import every
from app.deployments.models import Deployment
from app.surveys import asking
from app.surveys.models import Survey


@on("deployment.released", name="surveys.plan")
async def plan(subject_id: int) -> None:
    """The whole team is released: who is asked how it was, and when."""
    async with begin() as session:
        await asking.plan(session, await session.get_one(Deployment, subject_id), clock.now())


@every(timedelta(hours=1), "surveys.send")
async def send_due() -> None:
    """Send what is due and remind of what is not answered, each once, in a transaction of its own."""
    async with begin() as session:
        found = await asking.due(session)
    for survey_id in found:
        async with begin() as session:
            await asking.send(session, await locked(session, Survey, survey_id))


@on("expert.erased", name="surveys.erased")
async def erased(subject_id: int) -> None:
    """Nothing they wrote is left, and nobody is asked for them."""
    async with begin() as session:
        await asking.forget(session, subject_id)
