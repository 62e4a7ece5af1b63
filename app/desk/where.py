"""Where the pool is: who is free today, and readiness by discipline and region. Counted by the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.places import REGIONS, STATES
from app.desk import usmap
from app.desk.pool import is_free
from app.experts.models import Expert
from app.experts.readiness import Readiness
from app.experts.standing import has, is_not_ready
from app.experts.taxonomy import DISCIPLINES


@dataclass(frozen=True, slots=True)
class Dot:
    """People who live near one another: where on the map, how many, and how large they are drawn."""

    x: float
    y: float
    count: int

    @property
    def radius(self) -> float:
        """Pixels; the area grows with the number."""
        return round(2.6 + 1.5 * sqrt(self.count), 1)


@dataclass(frozen=True, slots=True)
class Free:
    """Who is free today.

    Args:
        dots: on the map; people of territories are in the table only.
        by_state: state to discipline to how many; somebody of two disciplines is counted in both.
        people: state to how many people.
    """

    dots: tuple[Dot, ...]
    by_state: Mapping[str, Mapping[str, int]]
    people: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many people."""
        return sum(self.people.values())


async def free_today(session: AsyncSession, today: date, discipline: str) -> Free:
    """Everybody who is ready and has nothing today; of one discipline, or of all with ""."""
    lat, lon = func.round(Expert.latitude), func.round(Expert.longitude)
    middle = func.avg(Expert.latitude), func.avg(Expert.longitude)
    query = (
        select(Expert.state, Expert.disciplines, func.count(), *middle, lat, lon)
        .where(~is_not_ready(today), is_free(today))
        .group_by(Expert.state, Expert.disciplines, lat, lon)
    )  # fmt: skip
    if discipline:
        query = query.where(Expert.disciplines.contains([discipline]))
    by_state: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    people: dict[str, int] = defaultdict(int)
    near: dict[tuple[str, float, float], list[tuple[int, float, float]]] = defaultdict(list)
    for state, disciplines, count, mean_lat, mean_lon, around, beside in await session.execute(query):
        people[state] += count
        near[state, around, beside].append((count, mean_lat, mean_lon))
        for code in disciplines:
            by_state[state][code] += count
    dots = [dot for (state, _, _), group in near.items() if (dot := _dot(state, group)) is not None]
    ordered = {state: by_state[state] for state in STATES if state in people}
    return Free(tuple(sorted(dots, key=lambda dot: -dot.count)), ordered, people)


def _dot(state: str, group: Sequence[tuple[int, float, float]]) -> Dot | None:
    count = sum(each[0] for each in group)
    latitude = sum(each[0] * each[1] for each in group) / count
    longitude = sum(each[0] * each[2] for each in group) / count
    point = usmap.point(latitude, longitude, state)
    return Dot(*point, count) if point else None


@dataclass(frozen=True, slots=True)
class Cell:
    """One discipline in one region: how many there are, and how many of them may be asked, soon no more."""

    total: int
    ready: int
    expiring: int

    @property
    def able(self) -> int:
        """Who may be asked today."""
        return self.ready + self.expiring


Heat = Mapping[str, Mapping[str, Cell]]
"""Region's number to discipline to its cell."""


async def readiness_by_region(session: AsyncSession, today: date) -> Heat:
    """Readiness of the pool, discipline by discipline and region by region."""
    code = func.unnest(Expert.disciplines).label("code")
    one = select(
        code, Expert.state,
        has(Readiness.READY, today).label("is_ready"), has(Readiness.EXPIRING, today).label("is_expiring"),
    ).subquery()  # fmt: skip
    ready, expiring = func.count().filter(one.c.is_ready), func.count().filter(one.c.is_expiring)
    query = select(one.c.state, one.c.code, func.count(), ready, expiring).group_by(one.c.state, one.c.code)
    found = {(row[0], row[1]): Cell(*row[2:]) for row in await session.execute(query)}
    return {
        number: {code: _together([found.get((state, code)) for state in states]) for code in DISCIPLINES}
        for number, (_, states) in REGIONS.items()
    }


def _together(cells: Sequence[Cell | None]) -> Cell:
    here = [cell for cell in cells if cell is not None]
    return Cell(sum(c.total for c in here), sum(c.ready for c in here), sum(c.expiring for c in here))
