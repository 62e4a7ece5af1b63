"""From the database to the solver's problem: one deployment and its open seats, as the rules see them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.core.clock import clock
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import ON_THE_ROAD, SEATED, PositionState
from app.experts import standby
from app.experts.models import Expert
from app.experts.quiet import Night, may_be_asked_from
from app.requests.models import Request
from app.requests.states import Priority
from app.rosters import rules
from app.rosters.pool import minute
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


_ASKED_BY = (
    select(Request, Agency)
    .join(Agency, Agency.id == Request.agency_id)
    .where(Request.id == bindparam("request_id", type_=BigInteger))
)
_SEATED = select(Assignment.position_id, Assignment.expert_id).where(
    Assignment.deployment_id == bindparam("deployment_id", type_=BigInteger), Assignment.state.in_(SEATED)
)


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
    ask, agency = (await session.execute(_ASKED_BY, {"request_id": deployment.request_id})).one()
    seated = await session.execute(_SEATED, {"deployment_id": deployment.id})
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
