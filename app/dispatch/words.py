"""What an offer's texts say of it: code, role, state, dates, deadline in the reader's own zone."""

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.places import days, deadline
from app.deployments.models import Deployment, Position
from app.dispatch.models import Offer
from app.experts.models import Expert
from app.messaging.texts import OfferWords
from app.requests.models import Request

_TOLD = (
    select(
        Position.title, Request.place_state, Deployment.starts_at, Deployment.ends_at, Request.time_zone,
        Expert.time_zone.label("own_zone"), Expert.preferred_language,
    )
    .select_from(Deployment)
    .join(Request, Request.id == Deployment.request_id)
    .join(Position, Position.id == bindparam("position_id", type_=BigInteger))
    .join(Expert, Expert.id == bindparam("expert_id", type_=BigInteger))
    .where(Deployment.id == bindparam("deployment_id", type_=BigInteger))
)  # fmt: skip


async def words_of(session: AsyncSession, offer: Offer) -> OfferWords:
    """The words of one offer. The place is its state only: a text is read on a lock screen."""
    about = {"position_id": offer.position_id, "expert_id": offer.expert_id, "deployment_id": offer.deployment_id}
    told = (await session.execute(_TOLD, about)).one()
    return OfferWords(
        code=offer.code,
        role=told.title.lower(),
        state=told.place_state,
        dates=days(told.starts_at, told.ends_at, told.time_zone),
        reply_by=deadline(offer.reply_by, told.own_zone, asked_at=offer.asked_at),
        language=told.preferred_language,
    )
