"""What the agency sent along with its request, and said afterwards, as the desk reads it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments import rating
from app.deployments.models import Deployment, Rating
from app.requests import letters, signing
from app.requests.models import Request
from app.requests.sent_models import Letter, Signature


@dataclass(frozen=True, slots=True)
class SentAlong:
    """The signature, the letters of support, and the rating; what is not there yet is None or empty."""

    signature: Signature | None
    letters: Sequence[Letter]
    rating: Rating | None


async def of(session: AsyncSession, request: Request, deployment: Deployment | None) -> SentAlong:
    """Everything of one request."""
    said = await rating.of(session, deployment.id) if deployment else None
    return SentAlong(await signing.of_request(session, request.id), await letters.of_request(session, request.id), said)
