"""The pool as plain records: who can go, as the tables say it, without any table."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.seed.people import Person


@dataclass(frozen=True, slots=True)
class Member:
    """One expert. Names are those of the table `experts`, so that the same code reads both.

    Args:
        id: unique in the pool; equals are ordered by it.
        time_zone: IANA.
        conflict_agencies: agencies with a tie, by id.
        wakes_for_immediate: may be woken for immediate requests.
        phones: numbers, the mobile first; nobody without one can be asked.
        credentials: (kind, state or None, last valid day or None).
        absences: (from, until).
    """

    id: int
    name: str
    disciplines: tuple[str, ...]
    latitude: float
    longitude: float
    city: str
    state: str
    time_zone: str
    expertise: dict[str, int]
    languages: dict[str, int]
    county: str | None = None
    employer: str | None = None
    is_leader: bool = False
    is_trainee: bool = False
    is_mentor: bool = False
    past_deployments: int = 0
    conflict_agencies: tuple[int, ...] = ()
    eligible_from: datetime | None = None
    wakes_for_immediate: bool = True
    phones: tuple[str, ...] = ()
    credentials: tuple[tuple[str, str | None, date | None], ...] = ()
    absences: tuple[tuple[datetime, datetime], ...] = ()


COPIED = (
    "name", "latitude", "longitude", "city", "state", "time_zone", "expertise", "languages", "county", "employer",
    "is_leader", "is_trainee", "is_mentor", "past_deployments", "eligible_from", "wakes_for_immediate",
)  # fmt: skip


def invented(people: list[Person]) -> list[Member]:
    """An invented pool (`app/seed/people.py`), numbered from 1."""
    return [
        Member(
            id=number,
            disciplines=tuple(person.row["disciplines"]),
            conflict_agencies=tuple(person.row["conflict_agencies"]),
            phones=tuple(phone for _, phone in person.phones),
            credentials=tuple((paper["kind"], paper["state"], paper["expires_on"]) for paper in person.credentials),
            absences=tuple(person.absences),
            **{name: person.row[name] for name in COPIED},
        )
        for number, person in enumerate(people, 1)
    ]


def renewed(members: Iterable[Member], *, today: date, first: date, last: date) -> list[Member]:
    """The pool of a year in which everybody keeps up what they have: else hardly anybody could go at its end.

    Args:
        members: the pool.
        today: the day by which papers are judged: what is valid then is renewed, what has lapsed stays so.
        first: of the days that are played.
        last: of them.
    """
    kept, lapsed = last + timedelta(days=366), first - timedelta(days=1)

    def until(ends: date | None) -> date | None:
        return None if ends is None else max(ends, kept) if ends >= today else min(ends, lapsed)

    return [
        replace(one, credentials=tuple((kind, state, until(ends)) for kind, state, ends in one.credentials))
        for one in members
    ]
