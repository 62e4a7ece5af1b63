"""How often one person may be asked: so many questions in 24 hours and in 30 days, in all deployments (domain.md 5.5).

Whoever was asked so often rests: no roster names them and no wave asks them until enough of these questions are old.
Only the desk may ask them before, with a written reason (`adding.py`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, DateTime, Integer, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.places import day_and_time
from app.core.settings import get_settings
from app.dispatch.models import Offer

A_DAY = timedelta(days=1)
A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many questions to one person in so long a time, and no more."""

    most: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Rest:
    """Somebody is not to be asked for a time.

    Args:
        until: when they may be asked again.
        times: how often they were asked in the time of the limit.
        limit: which one that reached; of two, the one that keeps them longer.
    """

    until: datetime
    times: int
    limit: Limit

    @property
    def is_of_a_day(self) -> bool:
        """Whether it is the limit of 24 hours, not the one of 30 days."""
        return self.limit.span == A_DAY

    def said(self, zone: str) -> str:
        """It as the desk reads it: "Was asked 10 times in 30 days, and is not asked again before Sat Dec 12, ..."."""
        times = "once" if self.times == 1 else f"{self.times} times"
        time = "24 hours" if self.is_of_a_day else "30 days"
        return f"Was asked {times} in {time}, and is not asked again before {day_and_time(self.until, zone)}."


def limits(per_day: int, per_month: int) -> tuple[Limit, ...]:
    """Both limits."""
    return Limit(per_day, A_DAY), Limit(per_month, A_MONTH)


def rest_of(asked: Sequence[datetime], held: Iterable[Limit], now: datetime) -> Rest | None:
    """The rest of somebody who was asked at these moments, the latest first; None: they may be asked. Pure.

    A limit of n is reached by the n latest questions, and lasts until the oldest of these is past its time.
    """
    until, limit = max(
        ((asked[one.most - 1] + one.span, one) for one in held if len(asked) >= one.most),
        key=lambda each: each[0], default=(now, None),
    )  # fmt: skip
    if limit is None or until <= now:
        return None
    return Rest(until, sum(at + limit.span > now for at in asked), limit)


def free_from(times: Mapping[int, Sequence[datetime]], held: Sequence[Limit], now: datetime) -> dict[int, datetime]:
    """Who rests, and from when they may be asked again. Pure.

    Args:
        times: expert to when they were asked, the latest first.
        held: the limits.
        now: the moment.
    """
    rests = ((who, rest_of(asked, held, now)) for who, asked in times.items())
    return {who: rest.until for who, rest in rests if rest is not None}


_A_DAY_AGO, _A_MONTH_AGO = (bindparam(name, type_=DateTime(timezone=True)) for name in ("day", "month"))
_PER_DAY, _PER_MONTH = (bindparam(name, type_=Integer) for name in ("per_day", "per_month"))
# Counted where the questions are: of some thousand people of a month only those who rest are read.
_OFTEN = (
    select(Offer.expert_id, func.array_agg(aggregate_order_by(Offer.asked_at, Offer.asked_at.desc())))
    .where(Offer.asked_at > _A_MONTH_AGO)
    .group_by(Offer.expert_id)
    .having(
        or_(func.count() >= _PER_MONTH, func.count().filter(Offer.asked_at > _A_DAY_AGO) >= _PER_DAY),
    )
)
_OFTEN_OF = _OFTEN.where(Offer.expert_id == any_(bindparam("people", type_=ARRAY(BigInteger))))


def _held() -> tuple[Limit, ...]:
    settings = get_settings()
    return limits(settings.questions_per_day, settings.questions_per_month)


async def _often(session: AsyncSession, people: Collection[int] | None) -> dict[int, Sequence[datetime]]:
    """Who was asked so often that a limit is reached, and when in the last 30 days, the latest first."""
    settings, now = get_settings(), clock.now()
    asked: dict[str, object] = {
        "day": now - A_DAY, "month": now - A_MONTH,
        "per_day": settings.questions_per_day, "per_month": settings.questions_per_month,
    }  # fmt: skip
    if people is not None:
        asked["people"] = list(people)
    rows = await session.execute(_OFTEN if people is None else _OFTEN_OF, asked)
    return {row[0]: row[1] for row in rows}


async def asked_enough(session: AsyncSession, people: Collection[int] | None = None) -> dict[int, datetime]:
    """Who is not to be asked now because of how often they were asked, and from when they may be again.

    Args:
        session: the transaction.
        people: whom to look at; None: everybody.
    """
    return free_from(await _often(session, people), _held(), clock.now())


async def resting(session: AsyncSession, expert_id: int) -> Rest | None:
    """The rest of one expert from questions; None: they may be asked."""
    return rest_of((await _often(session, [expert_id])).get(expert_id, ()), _held(), clock.now())
