"""What an offer's texts say of it: code, role, state, dates, deadline in the reader's own zone."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.places import clock_time, days
from app.deployments.models import Deployment, Position
from app.dispatch.models import Offer
from app.experts.models import Expert
from app.messaging.texts import OfferWords
from app.requests.models import Request


async def words_of(session: AsyncSession, offer: Offer) -> OfferWords:
    """The words of one offer. The place is its state only: a text is read on a lock screen."""
    deployment = await session.get_one(Deployment, offer.deployment_id)
    request = await session.get_one(Request, deployment.request_id)
    position = await session.get_one(Position, offer.position_id)
    expert = await session.get_one(Expert, offer.expert_id)
    return OfferWords(
        code=offer.code,
        role=position.title.lower(),
        state=request.place_state,
        dates=days(deployment.starts_at, deployment.ends_at, request.time_zone),
        reply_by=clock_time(offer.reply_by, expert.time_zone),
        language=expert.preferred_language,
    )
