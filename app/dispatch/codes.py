"""The three digits of an offer: to whoever holds the phone they mean one offer, as long as it may be answered."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, DateTime, String, any_, bindparam, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

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
    """Of an offer: whether its code is its own yet. A seat in a month is answered by it still: "OK 412", "NO 412".

    Asked with `code_times`.
    """
    rested, now = (bindparam(name, type_=DateTime(timezone=True)) for name in ("code_rested", "code_now"))
    is_needed = exists().where(Deployment.id == Offer.deployment_id, Deployment.ends_at > now)
    return (Offer.asked_at > rested) | (Offer.state.in_(STANDING) & is_needed)


def code_times() -> dict[str, datetime]:
    """What `has_code` is asked with, now."""
    now = clock.now()
    return {"code_rested": now - CODE_REST, "code_now": now}


def sharing(people: ColumnElement[Sequence[int]]) -> ColumnElement[Sequence[int]]:
    """Who uses a phone that one of these uses, as an array.

    Arrays, because the database always reads them by index; of `in (select ...)` it makes what its statistics say.
    """
    theirs = aliased(Contact)
    numbers = select(found_by(theirs.number)).where(theirs.expert_id == any_(people)).scalar_subquery()
    same = found_by(Contact.number) == any_(func.array(numbers, type_=ARRAY(String)))
    return func.array(select(Contact.expert_id).where(same).scalar_subquery(), type_=ARRAY(BigInteger))


_USED = select(Offer.code).where(
    Offer.expert_id == any_(sharing(bindparam("people", type_=ARRAY(BigInteger)))), has_code()
)


async def free_code(session: AsyncSession, expert_id: int) -> str:
    """Three digits that no phone of this person's may still answer with; the same history gives the same code."""
    used = set(await session.scalars(_USED, {"people": [expert_id], **code_times()}))
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
