"""The after-action report: its words are people's, its two acceptances are the partners', and then all is closed."""

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import User
from app.afterwards.models import AfterAction
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Changed, Conflict, Invalid
from app.deployments.models import Deployment
from app.deployments.states import DEPLOYMENT, DeploymentState
from app.web.languages import N_

D = DeploymentState
WRITABLE = (D.DEMOBILISING, D.AFTER_ACTION)
WORDS = ("summary", "went_well", "to_improve", "lessons")


class SameSide(Conflict):
    """The two partners accept by two different people."""


REFUSALS = {"ck_after_actions_two_partners": SameSide}
"""What the database says, in words."""


def topic(deployment: Deployment) -> str:
    """The story it belongs to."""
    return f"request:{deployment.request_id}"


async def find(session: AsyncSession, deployment: Deployment, *, lock: bool = False) -> AfterAction:
    """The report of a deployment, an empty one made when there is none."""
    await session.execute(
        insert(AfterAction)
        .values(deployment_id=deployment.id, version=1, changed_at=clock.now(), **dict.fromkeys(WORDS, ""))
        .on_conflict_do_nothing()
    )
    return await _kept(session, deployment.id, lock=lock)


async def _kept(session: AsyncSession, deployment_id: int, *, lock: bool) -> AfterAction:
    query = select(AfterAction).where(AfterAction.deployment_id == deployment_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def known(session: AsyncSession, deployment_id: int) -> AfterAction | None:
    """The report of a deployment, if anybody has begun it."""
    return await session.scalar(select(AfterAction).where(AfterAction.deployment_id == deployment_id))


async def write(
    session: AsyncSession, deployment: Deployment, words: dict[str, str], version: int, *, by: Actor
) -> AfterAction:
    """Change the report's words ("after.written").

    Raises:
        Conflict: the team is still at work, or the report is completed.
        Changed: somebody else wrote since `version` was read.
    """
    if deployment.state not in WRITABLE:
        raise Conflict(N_("The report is written when the team is leaving or gone."))
    report = await find(session, deployment, lock=True)
    if report.completed_at is not None:
        raise Conflict(N_("The report is completed. Have a partner give it back first."))
    if report.version != version:
        raise Changed(N_("Somebody else wrote meanwhile. Read their words, then add yours."))
    for name in WORDS:
        setattr(report, name, words.get(name, "").strip())
    report.changed_at = clock.now()
    await session.flush()
    await record(session, "after.written", report.id, topic=topic(deployment), by=by)
    return report


async def accepted_by(session: AsyncSession, report: AfterAction | None) -> dict[str, str]:
    """Side to the name of whoever accepted for it."""
    if report is None:
        return {}
    sides = {"iacp": report.iacp_accepted_by_id, "doj": report.doj_accepted_by_id}
    ids = [one for one in sides.values() if one is not None]
    names = {user.id: user.name for user in await session.scalars(select(User).where(User.id.in_(ids)))}
    return {side: names[one] for side, one in sides.items() if one is not None}


async def complete(session: AsyncSession, deployment: Deployment, *, by: Actor) -> None:
    """The report is as it should be; both partners may accept it ("after.completed").

    Raises:
        Conflict: people are still on the way, or it is completed already.
        Invalid: without a summary.
    """
    report = await find(session, deployment, lock=True)
    if deployment.state is not D.AFTER_ACTION or report.completed_at is not None:
        raise Conflict(N_("The report is completed once, when the whole team is released."))
    if not report.summary:
        raise Invalid(errors={"summary": N_("Say in a few sentences what the team did.")})
    report.completed_at, report.completed_by = clock.now(), by.name
    await session.flush()
    await record(session, "after.completed", report.id, topic=topic(deployment), by=by)


async def accept(session: AsyncSession, deployment: Deployment, side: str, *, by: Actor) -> None:
    """A partner accepts: "iacp" or "doj". With the second the deployment is closed ("deployment.closed").

    Raises:
        Conflict: it is not completed, or this side has accepted.
        SameSide: one person for both; the database refuses it too.
    """
    report = await find(session, deployment, lock=True)
    if report.completed_at is None or getattr(report, f"{side}_accepted_by_id") is not None:
        raise Conflict("There is nothing for this side to accept now.")
    setattr(report, f"{side}_accepted_by_id", by.id)
    setattr(report, f"{side}_accepted_at", clock.now())
    if report.iacp_accepted_by_id == report.doj_accepted_by_id:
        raise SameSide
    await session.flush()
    await record(session, "after.accepted", report.id, topic=topic(deployment), by=by, side=side)
    if report.iacp_accepted_by_id and report.doj_accepted_by_id and DEPLOYMENT.can(deployment.state, "close"):
        deployment.state = DEPLOYMENT.after(deployment.state, "close")
        await session.flush()
        await record(session, "deployment.closed", deployment.id, topic=topic(deployment), by=by)


async def give_back(session: AsyncSession, deployment: Deployment, *, by: Actor) -> None:
    """A partner wants it changed: open again, acceptances gone ("after.given_back"). Raises Conflict when closed."""
    report = await find(session, deployment, lock=True)
    if report.completed_at is None or deployment.state is D.CLOSED:
        raise Conflict("Only a completed report that is not closed can be given back.")
    report.completed_at = report.completed_by = None
    report.iacp_accepted_by_id = report.iacp_accepted_at = None
    report.doj_accepted_by_id = report.doj_accepted_at = None
    await session.flush()
    await record(session, "after.given_back", report.id, topic=topic(deployment), by=by)


async def lessons(session: AsyncSession, words: str, limit: int = 50) -> list[tuple[Deployment, AfterAction]]:
    """Reports in which all of `words` stand, newest first; every report with lessons when none are given."""
    query = (
        select(Deployment, AfterAction)
        .join(AfterAction, AfterAction.deployment_id == Deployment.id)
        .where(or_(AfterAction.lessons != "", AfterAction.to_improve != ""))
    )
    said = func.lower(
        AfterAction.lessons + " " + AfterAction.to_improve + " " + AfterAction.went_well + " " + AfterAction.summary
    )
    for word in words.lower().split()[:8]:
        query = query.where(said.contains(word, autoescape=True))
    rows = await session.execute(query.order_by(Deployment.id.desc()).limit(limit))
    return [(row[0], row[1]) for row in rows]
