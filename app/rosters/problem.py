"""From the database to the solver's problem: the pool as the rules see it, and one deployment's open seats."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.core.clock import clock
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, ON_THE_ROAD, SEATED, PositionState
from app.experts import exposure, standby
from app.experts.models import Absence, Credential, Expert
from app.experts.quiet import Night, may_be_asked_from
from app.experts.taxonomy import CLINICAL, MANDATORY
from app.requests.models import Request
from app.requests.states import Priority
from app.rosters import overrides, rules
from app.rosters.models import Cap
from solver import problem as asked

PACKING = {
    Priority.IMMEDIATE: timedelta(hours=2),
    Priority.URGENT: timedelta(hours=8),
    Priority.PLANNED: timedelta(days=1),
}
"""How long after now somebody can leave home at the earliest."""
JOINS_WITHIN = {
    Priority.IMMEDIATE: timedelta(hours=24),
    Priority.URGENT: timedelta(hours=36),
    Priority.PLANNED: timedelta(hours=72),
}
"""How soon somebody who joins a team on the road must be there."""
URGENCY = {Priority.IMMEDIATE: 1, Priority.URGENT: 2, Priority.PLANNED: 3}
MOST_LOAD = 999.0
"""Of exposure; far above every cap."""
SEEN = (
    Expert.id, Expert.name, Expert.latitude, Expert.longitude, Expert.state, Expert.county, Expert.disciplines,
    Expert.expertise, Expert.languages, Expert.eligible_from, Expert.is_leader, Expert.past_deployments,
    Expert.is_trainee, Expert.is_mentor, Expert.employer, Expert.conflict_agencies, Expert.papers_until,
)  # fmt: skip
"""What the rules see of an expert: whole rows of a pool would take several times as long to read."""
NO_DEPLOYMENT = 0
"""An id that no deployment has."""
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


async def _licences(session: AsyncSession) -> dict[int, dict[str, int]]:
    rows = await session.execute(
        select(Credential.expert_id, Credential.kind, Credential.state, Credential.expires_on).where(
            Credential.kind.in_(CLINICAL)
        )
    )
    return papers_of((row.expert_id, row.kind, row.state, row.expires_on) for row in rows)[1]


async def _facts(session: AsyncSession, besides: int) -> Facts:
    """Everything that binds people, but for what they hold in the deployment `besides` itself."""
    now = clock.now()
    busy: dict[int, list[asked.Span]] = defaultdict(list)
    served: dict[int, list[int]] = defaultdict(list)
    absences = await session.execute(
        select(Absence.expert_id, Absence.starts_at, Absence.ends_at).where(Absence.ends_at > now)
    )
    for expert_id, starts_at, ends_at in absences:
        busy[expert_id].append(asked.Span(minute(starts_at), minute(ends_at)))
    taken = await session.execute(
        select(Assignment.expert_id, Assignment.span, Assignment.deployment_id, Deployment.starts_at)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Assignment.state.in_(LIVE), Assignment.confirmed_at > now - timedelta(days=400))
    )
    for expert_id, span, deployment_id, starts_at in taken:
        if deployment_id == besides:
            continue
        if span.lower is not None and span.upper is not None:
            busy[expert_id].append(asked.Span(minute(span.lower), minute(span.upper)))
            served[expert_id].append(minute(starts_at))
    return Facts(None, await _licences(session), busy, await _loads(session, besides), served)


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


async def pool(
    session: AsyncSession, deployment: Deployment, asked_elsewhere: Mapping[int, list[asked.Span]]
) -> list[asked.Expert]:
    """Every active expert as the rules see her.

    Args:
        session: the transaction.
        deployment: the one being composed; what people hold in it does not bind them.
        asked_elsewhere: spans of offers open in other deployments, by expert.
    """
    return await _everybody(session, deployment.id, asked_elsewhere)


async def everybody(session: AsyncSession) -> list[asked.Expert]:
    """Every active expert as the rules see her, bound by everything that she is part of."""
    return await _everybody(session, NO_DEPLOYMENT, {})


async def _everybody(
    session: AsyncSession, besides: int, asked_elsewhere: Mapping[int, list[asked.Span]]
) -> list[asked.Expert]:
    facts = await _facts(session, besides)
    rows = await session.execute(select(*SEEN).where(Expert.is_active).order_by(Expert.id))
    return [as_expert(row, facts, asked_elsewhere.get(row.id, ())) for row in rows]


async def standing_pool(session: AsyncSession, asked_elsewhere: Mapping[int, list[asked.Span]]) -> list[asked.Expert]:
    """Every active expert as the rules see her when no team is being composed: all that people hold binds them."""
    facts = await _facts(session, besides=0)
    rows = await session.execute(select(*SEEN).where(Expert.is_active).order_by(Expert.id))
    return [as_expert(row, facts, asked_elsewhere.get(row.id, ())) for row in rows]


def _seat(position: Position, *, pinned: int | None, held: int | None, was: int | None) -> asked.Position:
    return asked.Position(
        id=position.id,
        code=position.code,
        disciplines=frozenset(position.disciplines),
        required=position.required,
        desired=position.desired,
        is_leader=position.is_leader,
        is_remote=position.is_remote,
        is_licensed=position.is_licensed,
        priority=1 if position.is_leader else 2,
        pinned=pinned,
        held=held,
        was=was,
        title=position.title,
    )


async def _asleep(session: AsyncSession, deployment: Deployment) -> set[int]:
    """Who cannot be asked for an immediate request now: it is night there, and they did not agree to be woken."""
    if deployment.priority is not Priority.IMMEDIATE:
        return set()
    now = clock.now()
    rows = await session.execute(select(Expert.id, Expert.time_zone).where(Expert.wakes_for_immediate.is_(False)))
    asleep = sleepers(((row.id, row.time_zone) for row in rows), now, rules.night(await rules.current(session)))
    return asleep - await standby.on_standby(session, asleep, now)


def sleepers(unwoken: Iterable[tuple[int, str]], now: datetime, night: Night) -> set[int]:
    """Who of those that are not woken even for immediate requests (expert, zone) has night now. Pure."""
    in_zones: dict[str, set[int]] = defaultdict(set)
    for who, zone in unwoken:
        in_zones[zone].add(who)
    dark = [z for z in in_zones if may_be_asked_from(now, zone=z, is_immediate=True, wakes=False, night=night) > now]
    return set[int]().union(*(in_zones[zone] for zone in dark))


def first_moment(deployment: Deployment, positions: Iterable[Position] = ()) -> datetime:
    """From when whoever is sought now is to be on site: the start, or for a team on the road as soon as can be.

    Where every seat that is sought is for the rest of an extended stay, from when the first of them is needed.
    """
    if deployment.state not in ON_THE_ROAD:
        return deployment.starts_at
    needed = [one.needed_from for one in positions if one.state in (PositionState.OPEN, PositionState.HELD)]
    later = min((moment for moment in needed if moment), default=deployment.starts_at)
    start = later if needed and None not in needed else deployment.starts_at
    soonest = clock.now() + JOINS_WITHIN[deployment.priority]
    return min(max(start, soonest), deployment.ends_at - timedelta(hours=1))


async def request(
    session: AsyncSession,
    deployment: Deployment,
    positions: Iterable[Position],
    *,
    kept: Mapping[int, int],
    held: Mapping[int, int],
    excluded: Iterable[int],
    shown: Mapping[int, int] | None = None,
) -> asked.Request:
    """One deployment as the solver's request.

    Args:
        session: the transaction.
        deployment: whose team it is.
        positions: its seats; cancelled ones are left out.
        kept: position to expert: who stays where they are (confirmed, or being asked now).
        held: position to expert of the roster of now: who may move, but rather stays. What changes is told against it.
        excluded: who is not to be proposed (declined, or taken out by the desk).
        shown: position to expert of a version that nobody worked with: what changes is told against it, no more.
    """
    ask = await session.get_one(Request, deployment.request_id)
    agency = await session.get_one(Agency, ask.agency_id)
    seated = await session.execute(
        select(Assignment.position_id, Assignment.expert_id).where(
            Assignment.deployment_id == deployment.id, Assignment.state.in_(SEATED)
        )
    )
    pins = {**kept, **{row.position_id: row.expert_id for row in seated}}
    unwilling = set(excluded) | await _asleep(session, deployment)
    return as_request(
        ask, agency, deployment, list(positions), pins=pins, held=held, unwilling=unwilling, shown=shown or {},
        now=clock.now(),
    )  # fmt: skip


def as_request(
    ask: Request,
    agency: Agency,
    deployment: Deployment,
    positions: Collection[Position],
    *,
    pins: Mapping[int, int],
    held: Mapping[int, int],
    unwilling: Collection[int],
    shown: Mapping[int, int],
    now: datetime,
) -> asked.Request:
    """One deployment as the solver's request. Pure: rows, which need not be in any database.

    Args:
        ask: what was asked for.
        agency: by whom.
        deployment: whose team it is.
        positions: its seats; cancelled ones are left out.
        pins: position to expert: who stays where they are.
        held: position to expert: who may move, but rather stays.
        unwilling: who is not to be proposed, but for who is pinned.
        shown: position to expert of a version that nobody worked with.
        now: the moment of asking.
    """
    gone = set(unwilling) | set(pins.values())
    rather = {position: who for position, who in held.items() if position not in pins and who not in gone}
    start = minute(first_moment(deployment, positions))
    return asked.Request(
        id=deployment.id,
        place=asked.Place(ask.latitude, ask.longitude, ask.place_state, ask.county),
        stay=asked.Span(start, minute(deployment.ends_at)),
        earliest_departure=minute(now + PACKING[deployment.priority]),
        arrive_by=start,
        positions=tuple(
            _seat(p, pinned=pins.get(p.id), held=rather.get(p.id), was=held.get(p.id, shown.get(p.id)))
            for p in positions
            if p.state != PositionState.CANCELLED
        ),
        priority=URGENCY[deployment.priority],
        agency_id=agency.id,
        agency_name=agency.name,
        languages=tuple(tag for tag in ask.languages if tag != "en"),
        needs_all_disciplines=deployment.team_type in ("T2", "T3"),
        excluded=frozenset(unwilling) - frozenset(pins.values()),
        zone=ask.time_zone,
    )
