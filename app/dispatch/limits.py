"""How often one person may be asked: so many questions in 24 hours, over all deployments (domain.md 5.5)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, DateTime, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.dispatch.models import Offer

A_DAY = timedelta(days=1)


_LATELY = (
    select(Offer.expert_id, Offer.asked_at)
    .where(Offer.asked_at > bindparam("since", type_=DateTime(timezone=True)))
    .order_by(Offer.asked_at.desc())
)
_LATELY_OF = _LATELY.where(Offer.expert_id == any_(bindparam("people", type_=ARRAY(BigInteger))))


async def asked_enough(session: AsyncSession, people: Collection[int] | None = None) -> dict[int, datetime]:
    """Who is not to be asked now because of how often they were asked, and from when they may be again.

    Args:
        session: the transaction.
        people: whom to look at; None: everybody.
    """
    now, most = clock.now(), get_settings().questions_per_day
    asked: dict[str, object] = {"since": now - A_DAY}
    if people is not None:
        asked["people"] = list(people)
    times: dict[int, list[datetime]] = defaultdict(list)
    for expert_id, asked_at in await session.execute(_LATELY if people is None else _LATELY_OF, asked):
        times[expert_id].append(asked_at)
    return free_from(times, most)


def free_from(times: Mapping[int, Sequence[datetime]], most: int) -> dict[int, datetime]:
    """Who was asked so often, and from when they may be asked again: expert to when, the latest first. Pure."""
    return {who: asked[most - 1] + A_DAY for who, asked in times.items() if len(asked) >= most}
