"""The auditor: every minute it finds what should be under way and is not, and repairs it or tells the desk.

Reading is one transaction that changes nothing; each repair is one of its own, so that a poison row blocks no other.
What is found again after a repair is raised to the desk.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import jobs, parked_jobs
from app.core.clock import clock
from app.core.database import begin
from app.core.events import Event, record
from app.core.jobs import defer
from app.core.problems import Problem
from app.deployments.models import Deployment
from app.deployments.states import ASKING
from app.dispatch import backfill, offers
from app.dispatch.models import Offer
from app.dispatch.promises import FOLLOWED_UP, Broken, broken
from app.dispatch.states import OPEN
from app.messaging import sending
from app.messaging.outbox import SEND
from app.rosters.models import Proposal, ProposalState
from app.watch import alarms, heartbeats
from app.watch.models import Alarm

logger = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=1)
"""What is settled and older was audited before."""
REPAIRED = "auditor.repaired"
STUCK, FAILED_JOB = "audit.stuck", "job.failed"
"""Kinds of alarm."""
REPAIR_HOLDS = timedelta(minutes=30)
"""What is found again within this time after its repair was not repaired."""
Repair = Callable[[AsyncSession, Broken], Awaitable[None]]


def _run(name: str, argument: str = "subject_id") -> Repair:
    """A repair that has a job run which should have run."""

    async def repair(session: AsyncSession, found: Broken) -> None:
        await defer(session, name, at=None, priority=0, **{argument: found.subject_id})

    return repair


async def _set_timer(session: AsyncSession, found: Broken) -> None:
    """An open offer gets its timer again, for the rung it stands before."""
    offer = await session.get_one(Offer, found.subject_id, with_for_update=True)
    if offer.state in OPEN:
        deployment = await session.get_one(Deployment, offer.deployment_id)
        _, at = await offers.next_rung(session, deployment, offer)
        offer.timer_job_id = await offers.set_timer(session, offer, max(at, clock.now()))


async def _look_up(session: AsyncSession, found: Broken) -> None:
    """A message of unknown fate is asked for at the carrier."""
    await defer(session, sending.RECONCILE, message_id=found.subject_id, turn=1)


async def _tell_called_off(session: AsyncSession, found: Broken) -> None:
    """Everybody of a team that was called off is told."""
    offer = await session.get_one(Offer, found.subject_id)
    await defer(session, "dispatch.tell_stood_down", subject_id=offer.deployment_id)


async def _look_for_somebody(session: AsyncSession, found: Broken) -> None:
    """Ask the people of the accepted roster, or compose again when they were asked."""
    deployment = await session.get_one(Deployment, found.subject_id)
    if deployment.state in ASKING:
        await defer(session, backfill.SEEK, deployment_id=deployment.id)
        return
    accepted = select(Proposal.id).where(
        Proposal.deployment_id == deployment.id, Proposal.state == ProposalState.ACCEPTED
    )
    await defer(session, "dispatch.ask", subject_id=(await session.scalars(accepted)).one())


REPAIRS: dict[str, Repair] = {
    "an-open-offer-has-contact-under-way": _set_timer,
    "an-offer-ends-in-time": _run("dispatch.climb", "offer_id"),
    "a-called-off-team-is-told": _tell_called_off,
    "a-waiting-message-has-its-sender": _run(SEND, "message_id"),
    "a-doubtful-message-is-asked-for": _look_up,
    "an-incoming-text-is-read": _run("replies.read"),
    "an-approved-request-has-its-deployment": _run("deployments.open"),
    "a-deployment-has-its-roster": _run("rosters.propose"),
    "an-open-seat-is-being-looked-for": _look_for_somebody,
    "a-confirmed-team-is-announced": _run("dispatch.tell_agency"),
    "what-did-not-arrive-is-followed-up": _run("dispatch.hurry_failed"),
    "who-could-not-be-asked-is-named": _run("dispatch.never_asked"),
}
"""Promise to what mends it; what has no repair goes to the desk."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What one run found and did."""

    found: tuple[Broken, ...]
    repaired: int
    raised: int


async def audit() -> Audit:
    """One run."""
    async with begin() as session:
        found = await read(session)
    repaired = [await _mended(each) for each in found]
    async with begin() as session:
        await _show_failed_jobs(session)
        await heartbeats.beat(session, heartbeats.AUDITOR)
    return Audit(tuple(found), sum(repaired), len(repaired) - sum(repaired))


async def read(session: AsyncSession) -> list[Broken]:
    """The part that only reads."""
    return await broken(session, FOLLOWED_UP, since=clock.now() - LOOK_BACK)


async def _mended(found: Broken) -> bool:
    """Repair one thing; what cannot be repaired, or was before, is raised to the desk."""
    repair = REPAIRS.get(found.promise)
    try:
        async with begin() as session:
            if repair is not None and not await _was_repaired(session, found):
                await repair(session, found)
                await record(session, REPAIRED, found.subject_id, topic=found.topic, promise=found.promise)
                return True
    except (Problem, SQLAlchemyError) as error:
        logger.warning("cannot repair %s: %s", found, type(error).__name__)
    async with begin() as session:
        await _raise(session, found)
    return False


async def _was_repaired(session: AsyncSession, found: Broken) -> bool:
    count = await session.scalar(
        select(func.count()).where(
            Event.kind == REPAIRED, Event.subject_id == found.subject_id, Event.at > clock.now() - REPAIR_HOLDS,
            Event.data["promise"].astext == found.promise,
        )
    )  # fmt: skip
    return bool(count)


async def _raise(session: AsyncSession, found: Broken) -> None:
    await alarms.sound(
        session, STUCK, f"{found.promise}:{found.subject_id}", topic=found.topic, subject_id=found.subject_id,
        says=f"{found.says} This is not so: {found.detail}.", action="Look at the request and do it by hand.",
    )  # fmt: skip


async def _show_failed_jobs(session: AsyncSession) -> None:
    """A job that gave up is shown, and can be run again; of a periodic one only the fact is kept."""
    shown = select(Alarm.subject_id).where(Alarm.kind == FAILED_JOB, Alarm.subject_id.is_not(None))
    for failed in await parked_jobs.failed(
        session, but=[id_ for id_ in await session.scalars(shown) if id_ is not None]
    ):
        is_periodic = jobs.is_periodic(failed.name)
        key = f"{FAILED_JOB}:{failed.name if is_periodic else failed.id}"
        says = f"The service could not do something ({failed.name}) and has given up."
        action = "Tell whoever runs the service." if is_periodic else "Try again, or tell whoever runs the service."
        subject = None if is_periodic else failed.id
        await alarms.sound(session, FAILED_JOB, key, says=says, action=action, subject_id=subject)
        if is_periodic:
            await parked_jobs.drop_failed(session, failed.name)
