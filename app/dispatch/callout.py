"""What a call-out is made of: its seats, its lists, its offers and what is known of people, as the planner takes them.

Read only. The lists are those of the accepted roster: the choice of a seat and its alternates, in their order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, PositionState
from app.dispatch.limits import A_DAY, asked_enough
from app.dispatch.models import Offer
from app.dispatch.nights import may_be_woken
from app.dispatch.states import OPEN, OfferState
from app.experts.models import Expert
from app.experts.quiet import Night, may_be_asked_from
from app.requests.states import Priority
from app.rosters import rules
from app.rosters.models import Pick, Proposal, ProposalState
from solver import chances, waves

HABITS = chances.Habits()
SAID = {OfferState.ACCEPTED: True, OfferState.STANDBY: True, OfferState.DECLINED: False, OfferState.EXPIRED: None}
"""What an offer that has ended says of its person; one taken back says nothing."""
SPOKE = (OfferState.ACCEPTED, OfferState.STANDBY, OfferState.DECLINED)
"""Of these the states in which somebody answered."""
NEVER_ASKED = chances.Said()
LOOKS_BACK = timedelta(days=3 * 365)
Lists = Mapping[int, Sequence[Pick]]
"""Position to its picks, best first."""


async def lists_of(session: AsyncSession, deployment: Deployment) -> dict[int, list[Pick]]:
    """The picks of the roster that the desk works with, seat by seat, best first."""
    rows = await session.scalars(
        select(Pick)
        .join(Proposal, Proposal.id == Pick.proposal_id)
        .where(Proposal.deployment_id == deployment.id, Proposal.state == ProposalState.ACCEPTED)
        .where(Pick.expert_id.is_not(None))
        .order_by(Pick.position_id, Pick.rank)
    )
    found: dict[int, list[Pick]] = defaultdict(list)
    for pick in rows:
        found[pick.position_id].append(pick)
    return found


async def promised_elsewhere(session: AsyncSession, deployment: Deployment, people: Collection[int]) -> set[int]:
    """Who of these is seated or asked in another deployment for the same days; rest and travel at most a week."""
    margin = timedelta(days=7)
    first, last = deployment.starts_at - margin, deployment.ends_at + margin
    seated = await session.scalars(
        select(Assignment.expert_id)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Assignment.expert_id.in_(people), Assignment.state.in_(LIVE), Deployment.id != deployment.id)
        .where(Deployment.starts_at < last, Deployment.ends_at > first)
    )
    asked = await session.scalars(
        select(Offer.expert_id)
        .join(Deployment, Deployment.id == Offer.deployment_id)
        .where(Offer.expert_id.in_(people), Offer.state.in_(OPEN), Deployment.id != deployment.id)
        .where(Deployment.starts_at < last, Deployment.ends_at > first)
    )
    return {*seated, *asked}


async def second_of_an_employer(
    session: AsyncSession, positions: Collection[int], lists: Lists, out: Iterable[Offer]
) -> set[int]:
    """Who of the lists works where somebody asked, seated or listed better for another seat works (domain.md 1.4).

    The solver holds alternates against the people chosen; against one another they are held here.
    """
    places = places_in_order(positions, lists, out)
    rows = await session.execute(select(Expert.id, Expert.employer).where(Expert.id.in_([who for who, _ in places])))
    return doubles(places, {row.id: row.employer for row in rows})


def places_in_order(positions: Collection[int], lists: Lists, out: Iterable[Offer]) -> list[tuple[int, int]]:
    """People and seats: who is asked or seated, then who is listed, the best first."""
    live = (*OPEN, OfferState.ACCEPTED, OfferState.STANDBY)
    places = [(offer.expert_id, offer.position_id) for offer in out if offer.state in live]
    picks = sorted((pick for id_ in positions for pick in lists.get(id_, ())), key=lambda pick: pick.rank)
    return places + [(pick.expert_id, pick.position_id) for pick in picks if pick.expert_id is not None]


def doubles(places: Iterable[tuple[int, int]], employers: Mapping[int, str | None]) -> set[int]:
    """Who of some people, each in a seat, has an employer whom somebody earlier has in another seat. Pure."""
    works_at = {who: name.strip().casefold() for who, name in employers.items() if name and name.strip()}
    seat_of: dict[str, int] = {}
    return {
        who
        for who, position_id in places
        if who in works_at and seat_of.setdefault(works_at[who], position_id) != position_id
    }


async def not_before(session: AsyncSession, deployment: Deployment, people: Collection[int]) -> dict[int, float]:
    """Minutes from now before which each is not asked: night without consent, or asked often enough today."""
    night = rules.night(await rules.current(session))
    on_standby = await may_be_woken(session, deployment, people)
    rows = await session.execute(
        select(Expert.id, Expert.time_zone, Expert.wakes_for_immediate).where(Expert.id.in_(people))
    )
    nights = [(row.id, row.time_zone, row.wakes_for_immediate, row.id in on_standby) for row in rows]
    return waits(nights, await asked_enough(session, people), deployment.priority, night, clock.now())


def waits(
    people: Iterable[tuple[int, str, bool, bool]],
    enough: Mapping[int, datetime],
    priority: Priority,
    night: Night,
    now: datetime,
) -> dict[int, float]:
    """Minutes from now before which somebody is not asked; who may be asked now is left out. Pure.

    Args:
        people: expert, zone, whether woken for immediate requests, whether on standby.
        enough: who was asked often enough, and until when.
        priority: of the request.
        night: when nobody is texted.
        now: the moment.
    """
    found, is_immediate = {}, priority is Priority.IMMEDIATE
    for who, zone, wakes, is_on_standby in people:
        start = may_be_asked_from(
            now, zone=zone, is_immediate=is_immediate, wakes=wakes, is_on_standby=is_on_standby, night=night
        )
        if start > now:
            found[who] = _minutes(start - now)
    for who, free in enough.items():
        found[who] = max(found.get(who, 0.0), _minutes(free - now))
    return found


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


async def chances_of(
    session: AsyncSession, deployment: Deployment, seats: Mapping[int, Position], people: Collection[int]
) -> dict[int, chances.Chance]:
    """What to expect of each person now.

    Args:
        session: the transaction.
        deployment: whose days they are.
        seats: person to the seat that she would be asked for.
        people: whom.
    """
    habits = chances.learned_from(await _sums(session), HABITS)
    history = await _history(session, people)
    said = {who: chances.summed(asked, habits) for who, asked in history.items()}
    rows = await session.execute(select(Expert.id, Expert.time_zone).where(Expert.id.in_(people)))
    zones = {row.id: row.time_zone for row in rows}
    return expected(zones, seats, said, habits, deployment.starts_at, clock.now())


def expected(  # noqa: PLR0917 - all that an expectation is made of
    zones: Mapping[int, str],
    seats: Mapping[int, Position],
    said: Mapping[int, chances.Said],
    habits: chances.Habits,
    starts_at: datetime,
    now: datetime,
) -> dict[int, chances.Chance]:
    """What to expect of each person (expert to zone) asked for a seat now, by her own earlier answers. Pure."""
    notice = (starts_at - now).total_seconds() / 3600
    return {
        who: chances.chance_by(
            chances.Circumstances(discipline_of(seats[who]), notice, in_zone(now, zone).hour),
            said.get(who, NEVER_ASKED), habits,
        )
        for who, zone in zones.items()
    }  # fmt: skip


def discipline_of(position: Position) -> str:
    """The one discipline that a seat is for; empty when several fit."""
    return position.disciplines[0] if len(position.disciplines) == 1 else ""


async def _history(session: AsyncSession, people: Collection[int]) -> Mapping[int, list[chances.Asked]]:
    """Offers that have ended, by person."""
    now = clock.now()
    rows = await session.execute(
        select(Offer.expert_id, Offer.state, Offer.asked_at)
        .where(Offer.state.in_(SAID), Offer.asked_at > now - LOOKS_BACK, Offer.expert_id.in_(people))
        .order_by(Offer.id.desc())
    )
    history: dict[int, list[chances.Asked]] = defaultdict(list)
    for expert_id, state, asked_at in rows:
        history[expert_id].append(chances.Asked(max(0.0, (now - asked_at) / A_DAY), SAID[state]))
    return history


async def _sums(session: AsyncSession) -> dict[str, tuple[float, float]]:
    """Discipline to the weights of all yeses and of all noes, added up by the database."""
    now = clock.now()
    days_ago = func.greatest(0, func.extract("epoch", now - Offer.asked_at) / A_DAY.total_seconds())
    weight = func.sum(func.power(0.5, cast(days_ago / HABITS.half_life_days, Float)))
    rows = await session.execute(
        select(Position.disciplines, Offer.state, weight)
        .join(Position, Position.id == Offer.position_id)
        .where(Offer.state.in_(SPOKE), Offer.asked_at > now - LOOKS_BACK)
        .where(func.cardinality(Position.disciplines) == 1)
        .group_by(Position.disciplines, Offer.state)
        .order_by(Offer.state)
    )
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for disciplines, state, summed in rows:
        found[disciplines[0]][not SAID[state]] += float(summed)
    # Rounded, so that the order in which the database adds changes nothing.
    return {name: (round(yes, 6), round(no, 6)) for name, (yes, no) in found.items()}


async def call_out(  # noqa: PLR0917 - all that a plan depends on
    session: AsyncSession,
    deployment: Deployment,
    positions: Iterable[Position],
    out: Sequence[Offer],
    skipped: Collection[int],
    fine: Collection[tuple[int, int]] | None = None,
) -> waves.CallOut:
    """The open seats of a deployment as the planner takes them.

    Args:
        session: the transaction.
        deployment: whose team.
        positions: all of its seats.
        out: all of its offers.
        skipped: people the desk does not want asked.
        fine: seats and people that may be asked; None: everybody on the lists.
    """
    wanted = wanted_of(positions)
    lists: Lists = await lists_of(session, deployment)
    if fine is not None:
        lists = {id_: [p for p in picks if (id_, p.expert_id) in fine] for id_, picks in lists.items()}
    named = named_in(wanted, lists)
    gone = set(skipped) | await promised_elsewhere(session, deployment, named)
    free = named - gone - asked_here(out) - await second_of_an_employer(session, wanted.keys(), lists, out)
    place = places_of(wanted, lists, out, free)
    span = rules.time_to_answer(await rules.current(session), deployment.priority)
    return assembled(
        wanted, lists, out, free, span, clock.now(),
        expecting=await chances_of(session, deployment, place, place.keys()),
        resting=await not_before(session, deployment, free),
    )  # fmt: skip


def wanted_of(positions: Iterable[Position]) -> dict[int, Position]:
    """The seats that somebody is looked for, by their ids."""
    idle = (PositionState.OPEN, PositionState.HELD)
    return {position.id: position for position in positions if position.state in idle}


def named_in(wanted: Iterable[int], lists: Lists) -> set[int]:
    """Everybody on the lists of these seats."""
    return {pick.expert_id for position_id in wanted for pick in lists.get(position_id, ()) if pick.expert_id}


def asked_here(out: Iterable[Offer]) -> set[int]:
    """Everybody who was asked in this deployment, whatever came of it."""
    return {offer.expert_id for offer in out}


def places_of(
    wanted: Mapping[int, Position], lists: Lists, out: Iterable[Offer], free: Collection[int]
) -> dict[int, Position]:
    """The seat for which each person is asked, or would be first."""
    pending = {o.expert_id: wanted[o.position_id] for o in out if o.state in OPEN and o.position_id in wanted}
    first = {
        pick.expert_id: wanted[id_]
        for id_ in reversed(list(wanted))
        for pick in lists.get(id_, ())
        if pick.expert_id in free
    }
    return pending | {who: seat for who, seat in first.items() if who is not None}


def assembled(  # noqa: PLR0917 - all that a plan depends on
    wanted: Mapping[int, Position],
    lists: Lists,
    out: Sequence[Offer],
    free: Collection[int],
    span: timedelta,
    now: datetime,
    *,
    expecting: Mapping[int, chances.Chance],
    resting: Mapping[int, float],
) -> waves.CallOut:
    """The planner's question from what is known. Pure.

    Args:
        wanted: seats that somebody is looked for.
        lists: who is listed for them.
        out: all offers of the deployment.
        free: who of the lists may be asked.
        span: time to answer.
        now: the moment.
        expecting: chances of everybody who is out or free.
        resting: minutes from now before which somebody is not asked.
    """
    pending = [offer for offer in out if offer.state in OPEN and offer.position_id in wanted]
    seats = tuple(
        waves.Seat(id_, tuple(p.expert_id for p in lists.get(id_, ()) if p.expert_id and p.expert_id in free))
        for id_ in wanted
    )
    return waves.CallOut(
        seats,
        expecting,
        tuple(waves.Pending(o.expert_id, o.position_id, _minutes(now - o.asked_at)) for o in pending),
        deadline_minutes=minutes_left(span, out, now),
        not_before=resting,
    )


def minutes_left(span: timedelta, out: Iterable[Offer], now: datetime) -> float:
    """Until the team shall be full: a ladder's length after the first question; once that is near, a quarter of it."""
    first = min((offer.asked_at for offer in out), default=now)
    return _minutes(max(first + span, now + span / 4) - now)
