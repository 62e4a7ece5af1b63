"""Reading offers."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotFound
from app.deployments.models import Deployment, Position
from app.dispatch.models import Offer
from app.experts.models import Expert


@dataclass(frozen=True, slots=True)
class OfferView:
    """An offer with its seat and person."""

    offer: Offer
    position: Position
    expert: Expert


async def of_deployment(session: AsyncSession, deployment_id: int) -> list[OfferView]:
    """Every offer of a deployment, seat by seat, oldest first."""
    rows = await session.execute(
        select(Offer, Position, Expert)
        .join(Position, Position.id == Offer.position_id)
        .join(Expert, Expert.id == Offer.expert_id)
        .where(Offer.deployment_id == deployment_id)
        .order_by(Position.number, Offer.id)
    )
    return [OfferView(*row) for row in rows]


async def find(session: AsyncSession, deployment_id: int, offer_id: int) -> Offer:
    """One offer of a deployment.

    Raises:
        NotFound: none.
    """
    offer = await session.scalar(select(Offer).where(Offer.id == offer_id, Offer.deployment_id == deployment_id))
    if offer is None:
        raise NotFound
    return offer


@dataclass(frozen=True, slots=True)
class MyOffer:
    """An offer as its own expert sees it; no fact of the incident before a yes."""

    offer: Offer
    position: Position
    deployment: Deployment


async def of_expert(session: AsyncSession, expert_id: int, limit: int = 50) -> list[MyOffer]:
    """An expert's offers, newest first; those not yet made known are left out."""
    rows = await session.execute(
        select(Offer, Position, Deployment)
        .join(Position, Position.id == Offer.position_id)
        .join(Deployment, Deployment.id == Offer.deployment_id)
        .where(Offer.expert_id == expert_id, Offer.state != "planned")
        .order_by(Offer.id.desc())
        .limit(limit)
    )
    return [MyOffer(*row) for row in rows]


async def own(session: AsyncSession, expert_id: int, offer_id: int) -> Offer:
    """One of an expert's own offers.

    Raises:
        NotFound: none of hers.
    """
    offer = await session.scalar(select(Offer).where(Offer.id == offer_id, Offer.expert_id == expert_id))
    if offer is None:
        raise NotFound
    return offer
