"""Tasks after a deployment: with an owner and a day; whoever forgets one is reminded on the board."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.afterwards.models import AfterAction, Task
from app.core.clock import clock, in_zone
from app.core.database import begin, locked
from app.core.events import Actor, on, record
from app.core.jobs import every
from app.core.problems import Invalid
from app.deployments.models import Deployment
from app.surveys.models import Audience, Survey, Touch
from app.watch import alarms
from app.web.render import DESK_ZONE

REPORT, ASK = "Complete the after-action report", "Ask the agency how it went"
ASK_LATER = "Ask the agency what has changed since"
FIRST = (
    ("Hot wash with the team", "The team leader", timedelta(days=2)),
    (ASK, "The desk", timedelta(days=7)),
    (REPORT, "The team leader", timedelta(days=30)),
    (ASK_LATER, "The desk", timedelta(days=90)),
)
"""What follows every deployment: what, whose, and how long after (domain.md 1.2, steps 11 and 12)."""


async def add(session: AsyncSession, deployment: Deployment, what: str, owner: str, due_on: date, *, by: Actor) -> None:
    """Add a task; the same words twice are one task.

    Raises:
        Invalid: without words or an owner.
    """
    errors = {name: "Fill this in." for name, said in (("what", what), ("owner", owner)) if not said.strip()}
    if errors:
        raise Invalid(errors=errors)
    put = insert(Task).values(deployment_id=deployment.id, what=what.strip(), owner=owner.strip(), due_on=due_on)
    made = await session.scalar(put.on_conflict_do_nothing().returning(Task.id))
    if made is not None:
        await record(session, "task.added", made, topic=f"request:{deployment.request_id}", by=by)


async def finish(session: AsyncSession, task_id: int, *, by: Actor) -> None:
    """A task is done ("task.done"). Done twice, the first stands."""
    task = await locked(session, Task, task_id)
    if task.done_at is None:
        task.done_at, task.done_by = clock.now(), by.name
        deployment = await session.get_one(Deployment, task.deployment_id)
        await alarms.settle_key(session, f"task:{task.id}", by=by)
        await record(session, "task.done", task.id, topic=f"request:{deployment.request_id}", by=by)


async def of_deployment(session: AsyncSession, deployment_id: int) -> Sequence[Task]:
    """The tasks of a deployment, the first due first."""
    query = select(Task).where(Task.deployment_id == deployment_id).order_by(Task.due_on, Task.id)
    return (await session.scalars(query)).all()


@on("deployment.released", name="afterwards.first_tasks")
async def first_tasks(subject_id: int) -> None:
    """The whole team is released: what follows every deployment is on the list. Run twice, it stands there once."""
    async with begin() as session:
        deployment = await session.get_one(Deployment, subject_id)
        for what, owner, after in FIRST:
            due_on = in_zone(clock.now() + after, DESK_ZONE).date()
            put = insert(Task).values(deployment_id=deployment.id, what=what, owner=owner, due_on=due_on)
            await session.execute(put.on_conflict_do_nothing())


@on("after.completed", name="afterwards.report_done")
@on("after.given_back", name="afterwards.report_again")
async def follow_report(subject_id: int) -> None:
    """The report is complete, or given back: its task is done, or to do again. Run twice, it stands as the report."""
    async with begin() as session:
        report = await session.get_one(AfterAction, subject_id)
        query = select(Task).where(Task.deployment_id == report.deployment_id, Task.what == REPORT)
        task = await session.scalar(query.with_for_update())
        if task is None:
            return
        if report.completed_at is None:
            task.done_at = task.done_by = None
        elif task.done_at is None:
            task.done_at, task.done_by = report.completed_at, report.completed_by
            await alarms.settle_key(session, f"task:{task.id}")


@on("survey.answered", name="afterwards.agency_answered")
async def agency_answered(subject_id: int) -> None:
    """The agency has answered its survey: nobody has to ask it any more."""
    async with begin() as session:
        survey = await session.get_one(Survey, subject_id)
        what = {Touch.DAYS_7: ASK, Touch.DAYS_90: ASK_LATER}.get(survey.touch)
        if survey.audience is not Audience.AGENCY or what is None:
            return
        query = select(Task.id).where(Task.deployment_id == survey.deployment_id, Task.what == what)
        task_id = await session.scalar(query)
        if task_id is not None:
            await finish(session, task_id, by=Actor("system", None, "The agency, by the survey"))


@every(timedelta(hours=1), "afterwards.overdue")
async def overdue() -> None:
    """Tasks whose day has passed stand on the board, once each."""
    async with begin() as session:
        late = select(Task, Deployment).join(Deployment, Deployment.id == Task.deployment_id)
        today = in_zone(clock.now(), DESK_ZONE).date()
        for task, deployment in await session.execute(
            late.where(Task.done_at.is_(None), Task.due_on < today).order_by(Task.id).limit(100)
        ):
            await alarms.sound(
                session, "task.overdue", f"task:{task.id}", topic=f"request:{deployment.request_id}",
                subject_id=task.id, says=f"Not done by its day: {task.what} ({deployment.reference}).",
                action=f"Ask {task.owner[:1].lower()}{task.owner[1:]}, or mark it done on the after-action page.",
            )  # fmt: skip
