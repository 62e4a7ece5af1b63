"""The pool as the rules see it: every expert's row, and what binds her now; read again only where it has changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Select, Text, bindparam, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import Table
from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment
from app.deployments.states import LIVE
from app.experts import exposure
from app.experts.models import Absence, Credential, Expert
from app.experts.taxonomy import CLINICAL, MANDATORY
from app.rosters import overrides, rules
from app.rosters.models import Cap
from solver import problem as asked

MOST_LOAD = 999.0
"""Of exposure; far above every cap."""
SEEN = (
    Expert.id, Expert.name, Expert.latitude, Expert.longitude, Expert.state, Expert.county, Expert.disciplines,
    Expert.expertise, Expert.languages, Expert.eligible_from, Expert.is_leader, Expert.past_deployments,
    Expert.is_trainee, Expert.is_mentor, Expert.employer, Expert.conflict_agencies, Expert.papers_until,
)  # fmt: skip
"""What the rules see of an expert: whole rows of a pool would take several times as long to read."""
NOTHING: Mapping[int, list[asked.Span]] = {}
NO_DEPLOYMENT = 0
"""An id that no deployment has."""
REMEMBERED = timedelta(days=400)
"""Assignments older than this bind nobody: caps count 365 days."""
NEVER = 1 << 40
"""A minute that does not come: papers without an expiry."""


def minute(moment: datetime) -> int:
    """Whole minutes since the epoch, rounded up so that nothing starts too early."""
    return -int(-moment.timestamp() // 60)


def moment(minutes: int) -> datetime:
    """The moment of a minute since the epoch."""
    return datetime.fromtimestamp(minutes * 60, UTC)


ALWAYS = date(9999, 12, 31)
"""What `experts.papers_until` says of papers of which none ends."""


@lru_cache(4096)
def _end_of(day: date | None) -> int:
    return NEVER if day is None else minute(datetime.combine(day + timedelta(days=1), time(), UTC))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tables beside `experts` say, by expert."""

    papers: Mapping[int, int] | None
    """The last minute of all mandatory papers; None: the experts' own rows say it."""
    licences: Mapping[int, dict[str, int]]
    busy: Mapping[int, list[asked.Span]]
    exposure: Mapping[int, float]
    served: Mapping[int, list[int]]


def papers_of(
    rows: Iterable[tuple[int, str, str | None, date | None]],
) -> tuple[dict[int, int], dict[int, dict[str, int]]]:
    """From credentials (expert, kind, state, last valid day) to the last minute of all mandatory papers, and licences.

    Returns:
        Expert to minute, 0 where one is missing; expert to state to minute.
    """
    held: dict[int, dict[str, int]] = defaultdict(dict)
    licences: dict[int, dict[str, int]] = defaultdict(dict)
    for expert_id, kind, state, expires_on in rows:
        if kind in CLINICAL and state:
            licences[expert_id][state] = max(_end_of(expires_on), licences[expert_id].get(state, 0))
        elif kind in MANDATORY:
            held[expert_id][kind] = _end_of(expires_on)
    papers = {who: min(kinds.values()) if kinds.keys() >= MANDATORY else 0 for who, kinds in held.items()}
    return papers, licences


async def _licences(session: AsyncSession, parts: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = await session.execute(
        select(Credential.expert_id, Credential.kind, Credential.state, Credential.expires_on).where(
            Credential.kind.in_(CLINICAL), _part(Credential.expert_id).in_(parts)
        )
    )
    return papers_of((row.expert_id, row.kind, row.state, row.expires_on) for row in rows)[1]


def _minute(moment: Any) -> Any:
    """As `minute` counts, in the database, and in floats as it does: exact decimals take several times as long."""
    return cast(func.ceil(func.date_part("epoch", moment) / 60), BigInteger)


def _taken() -> Select[int, Sequence[int], Sequence[int], Sequence[int]]:
    """Of everybody who has or had a seat: the spans that are not over, and when each of their deployments began."""
    begins, ends = func.lower(Assignment.span), func.upper(Assignment.span)
    is_ahead = ends > bindparam("now", type_=DateTime(timezone=True))
    return (
        select(
            Assignment.expert_id,
            func.array_agg(aggregate_order_by(_minute(begins), begins)).filter(is_ahead),
            func.array_agg(aggregate_order_by(_minute(ends), begins)).filter(is_ahead),
            func.array_agg(aggregate_order_by(_minute(Deployment.starts_at), Deployment.starts_at)),
        )
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Assignment.state.in_(LIVE), Assignment.deployment_id != bindparam("besides", type_=BigInteger))
        .where(Assignment.confirmed_at > bindparam("since", type_=DateTime(timezone=True)))
        .group_by(Assignment.expert_id)
    )


_TAKEN = _taken()
_ABSENT = select(Absence.expert_id, Absence.starts_at, Absence.ends_at).where(
    Absence.ends_at > bindparam("now", type_=DateTime(timezone=True))
)


async def _facts(session: AsyncSession, besides: int) -> Facts:
    """Everything that binds people, but for licences and for what they hold in the deployment `besides` itself."""
    now = clock.now()
    busy: dict[int, list[asked.Span]] = defaultdict(list)
    served: dict[int, list[int]] = {}
    for expert_id, starts_at, ends_at in await session.execute(_ABSENT, {"now": now}):
        busy[expert_id].append(asked.Span(minute(starts_at), minute(ends_at)))
    given = {"now": now, "since": now - REMEMBERED, "besides": besides}
    for expert_id, begins, ends, starts in await session.execute(_TAKEN, given):
        busy[expert_id] += map(asked.Span, begins or (), ends or ())
        served[expert_id] = list(starts)
    return Facts(None, {}, busy, await _loads(session, besides), served)


async def _loads(session: AsyncSession, deployment_id: int) -> dict[int, float]:
    """What people carry. Who goes in spite of the cap, as two people decided, counts as just below it here."""
    loads = await exposure.loads(session, clock.now())
    below = (await rules.current(session)).exposure_cap - 0.1
    let_go = await overrides.set_aside(session, deployment_id, Cap.EXPOSURE)
    return loads | {who: min(loads[who], below) for who in let_go & loads.keys()}


def _papers_of(row: Any) -> int:
    if row.papers_until is None:
        return 0
    return NEVER if row.papers_until == ALWAYS else _end_of(row.papers_until)


def as_expert(row: Any, facts: Facts, also_busy: Iterable[asked.Span]) -> asked.Expert:
    """One expert as the rules see her. Pure.

    Args:
        row: of `experts`, or anything with the names of `SEEN`.
        facts: what the other tables say.
        also_busy: spans of offers that are open elsewhere.
    """
    return asked.Expert(
        id=row.id,
        name=row.name,
        place=asked.Place(row.latitude, row.longitude, row.state, row.county),
        disciplines=frozenset(row.disciplines),
        expertise=row.expertise,
        languages=row.languages,
        busy=(*facts.busy.get(row.id, ()), *also_busy),
        eligible_from=minute(row.eligible_from) if row.eligible_from else 0,
        papers_until=_papers_of(row) if facts.papers is None else facts.papers.get(row.id, 0),
        licences=facts.licences.get(row.id, {}),
        is_leader=row.is_leader,
        is_experienced=row.past_deployments > 0 or bool(facts.served.get(row.id)),
        is_trainee=row.is_trainee,
        is_mentor=row.is_mentor,
        employer=row.employer,
        conflicts=frozenset(row.conflict_agencies),
        served=tuple(facts.served.get(row.id, ())),
        exposure=min(facts.exposure.get(row.id, 0.0), MOST_LOAD),
    )


async def for_deployment(
    session: AsyncSession, deployment: Deployment, asked_elsewhere: Mapping[int, list[asked.Span]]
) -> list[asked.Expert]:
    """Every active expert as the rules see her.

    Args:
        session: the transaction.
        deployment: the one being composed; what people hold in it does not bind them.
        asked_elsewhere: spans of offers open in other deployments, by expert.
    """
    return await _everybody(session, deployment.id, asked_elsewhere)


async def everybody(
    session: AsyncSession, asked_elsewhere: Mapping[int, list[asked.Span]] = NOTHING
) -> list[asked.Expert]:
    """Every active expert as the rules see her, bound by everything that she is part of, and by open offers if told."""
    return await _everybody(session, NO_DEPLOYMENT, asked_elsewhere)


async def _everybody(
    session: AsyncSession, besides: int, asked_elsewhere: Mapping[int, list[asked.Span]]
) -> list[asked.Expert]:
    facts = await _facts(session, besides)
    return [_bound(one, facts, asked_elsewhere.get(one.id, ())) for one in await _unbound(session)]


def _bound(one: asked.Expert, facts: Facts, also_busy: Collection[asked.Span]) -> asked.Expert:
    """An expert with what binds her now; whom nothing binds is the very same. Pure."""
    busy, served, load = facts.busy.get(one.id, ()), facts.served.get(one.id, ()), facts.exposure.get(one.id, 0.0)
    if not (busy or served or load or also_busy):
        return one
    # Not `replace`, which takes twice as long: most of a pool is bound by something.
    return asked.Expert(
        id=one.id, name=one.name, place=one.place, disciplines=one.disciplines, expertise=one.expertise,
        languages=one.languages, busy=(*busy, *also_busy), eligible_from=one.eligible_from,
        papers_until=one.papers_until, licences=one.licences, is_leader=one.is_leader,
        is_experienced=one.is_experienced or bool(served), is_trainee=one.is_trainee, is_mentor=one.is_mentor,
        employer=one.employer, conflicts=one.conflicts, served=tuple(served), exposure=min(load, MOST_LOAD),
        chance=one.chance,
    )  # fmt: skip


PART = 32
"""Ids of experts that are read together: after somebody came home, hers alone are."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the pool as they were read last, when nothing bound anybody.

    Args:
        mark: of the database, and of all rows that they were read from: another when any of them has changed.
        experts: in the order of their ids.
    """

    mark: tuple[str, str, str]
    experts: tuple[asked.Expert, ...]


_KNOWN: dict[int, Part] = {}
"""Of this process: number of a part to what it holds. A pool is read for every roster."""


def _part(expert_id: Any) -> Any:
    """The part that an expert is of; a literal, or the database would take each for another expression."""
    return expert_id // literal_column(str(PART), BigInteger)


def _versions(table: type[Table], expert_id: Any) -> Select[str, int, str]:
    """One number a part of the versions of its rows: PostgreSQL gives every version its writer and its own place."""
    writer: Any = literal_column(f"{table.__tablename__}.xmin::text::bigint")
    place: Any = literal_column(f"{table.__tablename__}.ctid")
    mark = cast(func.bit_xor(func.hashtidextended(place, writer)), Text)
    part = _part(expert_id)
    return select(literal(table.__tablename__).label("of"), part, mark).group_by(part)


_MARKS = _versions(Expert, Expert.id).where(Expert.is_active).union_all(
    _versions(Credential, Credential.expert_id).where(Credential.kind.in_(CLINICAL))
)  # fmt: skip


async def _unbound(session: AsyncSession) -> list[asked.Expert]:
    """Every active expert when nothing binds anybody; those are read again of whose part a row has changed."""
    marks: dict[int, dict[str, str]] = defaultdict(dict)
    for of, part, mark in await session.execute(_MARKS):
        marks[part][of] = mark
    where = get_settings().sqlalchemy_url
    now = {part: (where, found[Expert.__tablename__], found.get(Credential.__tablename__, ""))
           for part, found in marks.items() if Expert.__tablename__ in found}  # fmt: skip
    known = {part: _KNOWN[part] for part, mark in now.items() if part in _KNOWN and _KNOWN[part].mark == mark}
    if stale := [part for part in now if part not in known]:
        known |= {part: Part(now[part], tuple(experts)) for part, experts in (await _read(session, stale)).items()}
        _KNOWN.update(known)
    return [one for part in sorted(known) for one in known[part].experts]


async def _read(session: AsyncSession, parts: Sequence[int]) -> dict[int, list[asked.Expert]]:
    facts = Facts(None, await _licences(session, parts), {}, {}, {})
    rows = await session.execute(select(*SEEN).where(Expert.is_active, _part(Expert.id).in_(parts)).order_by(Expert.id))
    found: dict[int, list[asked.Expert]] = defaultdict(list)
    for row in rows:
        found[row.id // PART].append(as_expert(row, facts, ()))
    return found
