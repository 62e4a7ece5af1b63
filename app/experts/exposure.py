"""The exposure ledger: what a deployment leaves behind in somebody, as a policy counts it.

It is a policy about how often somebody is sent into what, not a clinical score, and it says nothing about how anybody
is. Points come from facts of the deployment alone; they halve every `half_life_days`. The solver sends nobody at the
cap and rather sends who carries less (domain.md 4, rule 2). Deployments of before this system are not in it.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Double, Numeric, Select, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.experts.models import Exposure

MASS_VIOLENCE = (
    "mass_shooting", "house_of_worship_attack", "terrorism_or_bombing", "vehicle_ramming", "multi_victim_homicide",
    "mass_fatality_or_disaster", "school_or_campus_violence",
)  # fmt: skip
DEATHS_OF_OFFICERS = ("lodd_felonious", "lodd_accident_or_medical", "officer_suicide")
DEATHS = (
    "officer_involved_shooting_fatal", "in_custody_death", "vehicle_pursuit_fatality",
    "community_gun_violence_cluster", "workplace_violence", "hate_crime_or_bias_incident",
)  # fmt: skip


def _bases() -> dict[str, float]:
    return (
        dict.fromkeys(MASS_VIOLENCE, 45.0)
        | dict.fromkeys(DEATHS_OF_OFFICERS, 35.0)
        | dict.fromkeys(DEATHS, 25.0)
        | {"child_homicide_or_abduction": 45.0}
    )


@dataclass(frozen=True, slots=True)
class Policy:
    """How points are counted. All of it may be changed; none of it is a diagnosis."""

    version: int = 1
    base: Mapping[str, float] = field(default_factory=_bases)
    """Incident type to points."""
    other: float = 15.0
    """Of every other incident."""
    children: float = 15.0
    """More, when children were among the victims."""
    death_notification: float = 10.0
    """More, when the team helped to tell families."""
    extra_day: float = 3.0
    """More, for each day on site beyond the third."""
    long_day: float = 2.0
    """More, for each day of more than ten hours of duty."""
    direct: float = 1.0
    """Factor of whoever works with victims and families."""
    indirect: float = 0.6
    """Factor of whoever works with command, press or from home."""
    half_life_days: float = 60.0


POLICY = Policy()
COUNTED_FOR = timedelta(days=730)
"""Older entries are next to nothing."""
DIRECT = frozenset({"VA", "VAL", "CL", "CLC", "FL", "LEP", "CMF", "YL", "INT"})
"""Positions that work with victims, families or officers who were on scene (codes of domain.md 1.4)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted of one person's part in one deployment."""

    incident_type: str
    has_children: bool
    had_death_notification: bool
    position: str
    is_remote: bool
    days_on_site: int
    long_days: int


def points_of(facts: Facts, policy: Policy = POLICY) -> float:
    """Points of one part in one deployment, rounded to tenths."""
    points = policy.base.get(facts.incident_type, policy.other)
    points += policy.children * facts.has_children + policy.death_notification * facts.had_death_notification
    points += policy.extra_day * max(0, facts.days_on_site - 3) + policy.long_day * facts.long_days
    is_direct = facts.position in DIRECT and not facts.is_remote
    return round(points * (policy.direct if is_direct else policy.indirect), 1)


def load_at(entries: Iterable[tuple[datetime, float]], now: datetime, policy: Policy = POLICY) -> float:
    """What somebody carries at `now`: every entry's points, halved each half-life since it was made."""
    half_life = timedelta(days=policy.half_life_days)
    return sum(points * math.pow(0.5, max(timedelta(0), now - at) / half_life) for at, points in entries)


_EXPOSURES = Exposure.metadata.tables[Exposure.__tablename__]
_PUT = insert(_EXPOSURES).on_conflict_do_nothing().returning(_EXPOSURES.c.id)


async def enter(session: AsyncSession, expert_id: int, assignment_id: int, at: datetime, facts: Facts) -> bool:
    """Enter one part in one deployment, once.

    Returns:
        Whether it is new.
    """
    entry = {
        "expert_id": expert_id, "assignment_id": assignment_id, "at": at, "points": points_of(facts),
        "facts": asdict(facts), "policy_version": POLICY.version,
    }  # fmt: skip
    return await session.scalar(_PUT, entry) is not None


async def entries_of(session: AsyncSession, expert_id: int) -> Sequence[Exposure]:
    """Somebody's lines of the ledger, the latest first."""
    query = select(Exposure).where(Exposure.expert_id == expert_id).order_by(Exposure.at.desc())
    return (await session.scalars(query)).all()


def _loads(policy: Policy) -> Select[int, float]:
    """Each one's load at `now`, as `load_at` counts it; rounded, so that no order of summing shows."""
    # `date_part` gives floats; the exact decimals of `extract` take several times as long.
    age = func.greatest(func.date_part("epoch", bindparam("now", type_=DateTime(timezone=True)) - Exposure.at), 0)
    halvings = cast(age, Double) / timedelta(days=policy.half_life_days).total_seconds()
    load = func.round(cast(func.sum(Exposure.points * func.power(0.5, halvings)), Numeric), 6)
    return (
        select(Exposure.expert_id, cast(load, Double))
        .where(Exposure.at > bindparam("since", type_=DateTime(timezone=True)))
        .group_by(Exposure.expert_id)
    )


_LOADS = _loads(POLICY)


async def loads(session: AsyncSession, now: datetime, people: Collection[int] | None = None) -> dict[int, float]:
    """Expert to present load, of whoever carries any; `people`: of these only."""
    query = _LOADS if people is None else _LOADS.where(Exposure.expert_id.in_(people))
    rows = await session.execute(query, {"now": now, "since": now - COUNTED_FOR})
    return dict(rows.all())
