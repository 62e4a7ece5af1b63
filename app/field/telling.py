"""Words to people on the road: to one of the team, to its leader; each once for its reason, whatever runs twice."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import SEATED
from app.dispatch import backfill, offers
from app.dispatch.models import Offer
from app.dispatch.words import words_of
from app.field.models import Said
from app.field.orders import topic
from app.messaging import texts
from app.messaging.texts import OfferWords, Text
from app.watch import alarms

SEEK = backfill.SEEK
Words = Callable[[OfferWords, str], Text]


_SAID = Said.metadata.tables[Said.__tablename__]
_PUT = (
    insert(_SAID)
    .values(key=bindparam("key"), at=bindparam("at", type_=_SAID.c.at.type))
    .on_conflict_do_nothing()
    .returning(_SAID.c.id)
)


async def once(session: AsyncSession, key: str) -> bool:
    """Whether `key` is new; it is kept with this transaction."""
    return await session.scalar(_PUT, {"key": key, "at": clock.now()}) is not None


_OFFER = (
    select(Offer)
    .where(Offer.position_id == bindparam("position_id", type_=BigInteger))
    .where(Offer.expert_id == bindparam("expert_id", type_=BigInteger))
    .order_by(Offer.id.desc())
    .limit(1)
)


async def offer_of(session: AsyncSession, assignment: Assignment) -> Offer | None:
    """The offer that somebody's seat came from: it has their code and their numbers."""
    return await session.scalar(_OFFER, {"position_id": assignment.position_id, "expert_id": assignment.expert_id})


async def tell_once(session: AsyncSession, assignment: Assignment, say: Words, key: str) -> bool:
    """Text one of the team, once for `key`.

    Returns:
        Whether it is new. A number that takes no texts gets none; alarms are the desk's.
    """
    if not await once(session, key):
        return False
    offer = await offer_of(session, assignment)
    if offer is not None:
        deployment = await session.get_one(Deployment, assignment.deployment_id)
        words = say(await words_of(session, offer), get_settings().desk_phone)
        await offers.tell(session, deployment, offer, words)
    return True


async def leader_of(session: AsyncSession, deployment_id: int) -> Assignment | None:
    """Who leads the team now."""
    query = select(Assignment).join(Position, Position.id == Assignment.position_id)
    return await session.scalar(
        query.where(Assignment.deployment_id == deployment_id, Assignment.state.in_(SEATED), Position.is_leader)
        .order_by(Assignment.id.desc())
        .limit(1)
    )


async def tell_leader(session: AsyncSession, about: Assignment, say: Words, key: str) -> None:
    """Text the leader of somebody's team, unless it is about the leader."""
    leader = await leader_of(session, about.deployment_id)
    if leader is not None and leader.id != about.id:
        await tell_once(session, leader, say, key)


async def ask_for_report(session: AsyncSession, deployment: Deployment, day: date) -> None:
    """The day's report is missing: its leader is asked for it, and the desk sees it."""
    leader = await leader_of(session, deployment.id)
    if leader is not None:
        await tell_once(session, leader, texts.report_due, f"report_due:{deployment.id}:{day}")
    await alarms.sound(
        session, "report.missing", f"report:{deployment.id}:{day}", topic=topic(deployment),
        subject_id=deployment.id, says=f"The team leader's report of {day:%b} {day.day} is missing.",
        action="Call the team leader: how is everybody, and what do they need?",
    )  # fmt: skip
