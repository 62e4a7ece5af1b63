"""An expert is erased on their wish: refused while they are asked or away, and while a legal hold stands.

What happened stays: requests, offers, seats, times of answers and the log, which names experts only by their number,
those who acted as well; staff and agencies by the name they acted under. Rooms above empty their own tables on
"expert.erased".
"""

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import users
from app.core.events import Actor
from app.core.problems import Conflict, Invalid
from app.core.sealing import found_by
from app.deployments.models import Assignment, Deployment
from app.deployments.states import LIVE, AssignmentState
from app.dispatch import offers
from app.dispatch.models import Offer
from app.dispatch.states import OPEN
from app.experts import erasing
from app.experts.models import Contact, Expert
from app.messaging import forgetting
from app.privacy import holds
from app.privacy.models import HoldKind, LegalHold
from app.rosters import forgetting as rosters
from app.watch import alarms

LONGEST_REASON = 500


class IsNeeded(Conflict):
    """This expert is being asked, or has a seat that is not over: withdraw the offer or wait until they are home."""


async def erase(session: AsyncSession, expert: Expert, why: str, *, by: Actor) -> None:
    """Erase an expert for good. Done before: nothing happens.

    Args:
        session: the transaction.
        expert: locked.
        why: whose wish, when; no names.
        by: who does it.

    Raises:
        Invalid: no reason.
        Held: a legal hold stands on them, or on a request they were asked for.
        IsNeeded: they are being asked, or their seat is not over.
    """
    why = " ".join(why.replace("\0", "").split())
    if not why or len(why) > LONGEST_REASON:
        raise Invalid(errors={"why": f"Say whose wish it is, in {LONGEST_REASON} characters at most."})
    if expert.erased_at is not None:
        return
    await offers.lock_people(session, [expert.id])
    if await _is_held(session, expert.id):
        raise holds.Held
    if await _is_needed(session, expert.id):
        raise IsNeeded
    numbers = await _only_theirs(session, expert.id)
    await forgetting.forget(session, expert.id, numbers)
    await alarms.rename(session, expert.name, erasing.former(expert.id))
    await rosters.rename(session, expert.name, erasing.former(expert.id))
    await session.execute(update(Offer).where(Offer.expert_id == expert.id).values(answer=None))
    await users.close_of_expert(session, expert.id, erasing.former(expert.id), by=by)
    await erasing.empty(session, expert, why, by=by)


async def _is_held(session: AsyncSession, expert_id: int) -> bool:
    """Whether a hold stands on them or on a request that they have to do with."""
    asked = select(Deployment.request_id).join(Offer, Offer.deployment_id == Deployment.id)
    seated = select(Deployment.request_id).join(Assignment, Assignment.deployment_id == Deployment.id)
    on_request = (LegalHold.kind == HoldKind.REQUEST) & (
        LegalHold.subject_id.in_(asked.where(Offer.expert_id == expert_id))
        | LegalHold.subject_id.in_(seated.where(Assignment.expert_id == expert_id))
    )
    on_them = (LegalHold.kind == HoldKind.EXPERT) & (LegalHold.subject_id == expert_id)
    return bool(await session.scalar(select(exists().where(LegalHold.lifted_at.is_(None), on_request | on_them))))


async def _is_needed(session: AsyncSession, expert_id: int) -> bool:
    away = [state for state in LIVE if state is not AssignmentState.HOME]
    seated = exists().where(Assignment.expert_id == expert_id, Assignment.state.in_(away))
    asked = exists().where(Offer.expert_id == expert_id, Offer.state.in_(OPEN))
    return bool(await session.scalar(select(seated | asked)))


async def _only_theirs(session: AsyncSession, expert_id: int) -> set[str]:
    """Their numbers that nobody shares."""
    shared = select(found_by(Contact.number)).where(Contact.expert_id != expert_id)
    mine = select(Contact.number).where(Contact.expert_id == expert_id, Contact.number.not_in(shared))
    return set(await session.scalars(mine))
