"""A seat is taken: whoever else was asked for it may fit another one of the same team.

Nobody who is confirmed is ever moved. Who fits where is what the solver said: the lists of the accepted roster, and of
one employer nobody in two seats (domain.md 1.4). The scarcest seat comes first: the one with the fewest others on its
list.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, record
from app.deployments import seats
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.deployments.states import PositionState
from app.dispatch import offers
from app.dispatch.callout import Lists
from app.dispatch.gathering import lists_of
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.messaging import texts
from app.rosters.models import Pick

FREE = (PositionState.OPEN, PositionState.HELD, PositionState.UNFILLABLE)
"""A yes may be seated here: at most, others are still being asked."""
UNASKED = (PositionState.OPEN,)
"""A question may be moved here: nobody is being asked."""


def fitting(expert_id: int, free: Iterable[int], lists: Lists) -> Pick | None:
    """The pick of one expert for the scarcest of some free seats; None when she is on no list of theirs."""
    found = [
        (len(lists[seat]), pick.rank, seat, pick)
        for seat in free
        for pick in lists.get(seat, ())
        if pick.expert_id == expert_id and pick.travel
    ]
    return min(found, key=lambda one: one[:3])[3] if found else None


async def seat_for(
    session: AsyncSession, deployment: Deployment, offer: Offer, states: Collection[PositionState]
) -> tuple[Position, Pick] | None:
    """Another seat for the person of an offer, with her pick for it; None when there is none.

    Args:
        session: the transaction.
        deployment: whose team, locked by the caller.
        offer: what she was asked.
        states: of seats that may be taken.
    """
    positions = {
        one.id: one
        for one in await positions_of(session, deployment, lock=True)
        if one.state in states and one.id != offer.position_id
    }
    pick = fitting(offer.expert_id, positions, await lists_of(session, deployment))
    if pick is None or await _has_colleague(session, deployment, offer):
        return None
    return positions[pick.position_id], pick


async def _has_colleague(session: AsyncSession, deployment: Deployment, offer: Offer) -> bool:
    """Whether somebody of her employer is seated or being asked."""
    standing = (*OPEN, OfferState.ACCEPTED)
    team = select(Offer.expert_id).where(Offer.deployment_id == deployment.id, Offer.state.in_(standing))
    rows = await session.execute(select(Expert.id, Expert.employer).where(Expert.id.in_(team)))
    own = (await session.get_one(Expert, offer.expert_id)).employer
    return has_colleague(own, (employer for who, employer in rows if who != offer.expert_id))


def has_colleague(own: str | None, others: Iterable[str | None]) -> bool:
    """Whether one of the others' employers is one's own. Pure."""
    mine = (own or "").strip().casefold()
    return bool(mine) and any((theirs or "").strip().casefold() == mine for theirs in others)


def put(offer: Offer, position: Position, pick: Pick) -> None:
    """Have an offer be one of another seat."""
    offer.position_id, offer.pick_id, offer.travel = position.id, pick.id, pick.travel or {}


_BESIDE = (
    select(Offer)
    .where(Offer.position_id == bindparam("position_id", type_=BigInteger))
    .where(Offer.id != bindparam("offer_id", type_=BigInteger), Offer.state.in_(OPEN))
    .order_by(Offer.id)
    .with_for_update()
)


async def tell_the_others(session: AsyncSession, deployment: Deployment, accepted: Offer) -> None:
    """First confirmed has the seat. Who was asked beside is asked for another that nobody is asked for, or told."""
    others = await session.scalars(_BESIDE, {"position_id": accepted.position_id, "offer_id": accepted.id})
    for other in others.all():
        found = None
        if other.state is not OfferState.DEFERRED:
            found = await seat_for(session, deployment, other, UNASKED)
        if found is not None:
            await _ask_for(session, deployment, other, *found)
        else:
            other.seat_lost_at = clock.now()
            await offers.withdraw(session, deployment, other, texts.seat_taken(await words_of(session, other)))


async def _ask_for(session: AsyncSession, deployment: Deployment, offer: Offer, position: Position, pick: Pick) -> None:
    """The same question for another seat; who has not heard of the first one hears only of this."""
    put(offer, position, pick)
    seats.hold(position)
    await session.flush()
    topic = offers.topic(deployment)
    await record(session, "offer.moved", offer.id, topic=topic, by=SYSTEM, title=position.title)
    if offer.state is OfferState.CONTACTING:
        await offers.ask_again(session, deployment, offer, texts.other_seat(await words_of(session, offer)))
