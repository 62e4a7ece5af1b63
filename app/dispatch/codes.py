"""The three digits of an offer: to whoever holds the phone they mean one offer, as long as it may be answered."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.ids import CODE_DIGITS
from app.core.sealing import found_by
from app.deployments.models import Deployment
from app.dispatch.models import Offer
from app.dispatch.states import STANDING
from app.experts.models import Contact

CODE_REST = timedelta(days=30)
"""A code is not used again for the same phone within this time, nor while its offer stands and its team is needed."""


def has_code() -> ColumnElement[bool]:
    """Of an offer: whether its code is its own yet. A seat in a month is answered by it still: "OK 412", "NO 412"."""
    now = clock.now()
    is_needed = exists().where(Deployment.id == Offer.deployment_id, Deployment.ends_at > now)
    return (Offer.asked_at > now - CODE_REST) | (Offer.state.in_(STANDING) & is_needed)


async def free_code(session: AsyncSession, expert_id: int) -> str:
    """Three digits that no phone of this person's may still answer with; the same history gives the same code."""
    numbers = select(found_by(Contact.number)).where(Contact.expert_id == expert_id)
    sharers = select(Contact.expert_id).where(Contact.number.in_(numbers))
    used = set(await session.scalars(select(Offer.code).where(Offer.expert_id.in_(sharers), has_code())))
    return code_of(expert_id, used)


def code_of(expert_id: int, used: Collection[str]) -> str:
    """The code for somebody whose phones may still answer with these. Pure."""
    base = len(CODE_DIGITS)
    start = (expert_id * 181 + len(used) * 37) % base**3
    for number in range(start, start + base**3):
        code = "".join(CODE_DIGITS[number // base**place % base] for place in (2, 1, 0))
        if code not in used:
            return code
    raise ValueError("every code is in use on this phone")
