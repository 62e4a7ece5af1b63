"""What a call-out is made of: its seats, its lists, its offers and what is known of people, as the planner takes them.

Read only. The lists are those of the accepted roster: the choice of a seat and its alternates, in their order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, PositionState
from app.dispatch.limits import A_DAY, asked_enough
from app.dispatch.models import Offer
from app.dispatch.offers import may_be_woken
from app.dispatch.states import OPEN, OfferState
from app.experts.models import Expert
from app.experts.quiet import may_be_asked_from
from app.requests.states import Priority
from app.rosters import rules
from app.rosters.models import Pick, Proposal, ProposalState
from solver import chances, waves

HABITS = chances.Habits()
SAID = {OfferState.ACCEPTED: True, OfferState.STANDBY: True, OfferState.DECLINED: False, OfferState.EXPIRED: None}
"""What an offer that has ended says of its person; one taken back says nothing."""
LOOKS_BACK = timedelta(days=3 * 365)
MOST_HISTORY = 5000
"""Offers from which the disciplines' habits are learned, the latest."""
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
    live = (*OPEN, OfferState.ACCEPTED, OfferState.STANDBY)
    places = [(offer.expert_id, offer.position_id) for offer in out if offer.state in live]
    picks = sorted((pick for id_ in positions for pick in lists.get(id_, ())), key=lambda pick: pick.rank)
    places += [(pick.expert_id, pick.position_id) for pick in picks if pick.expert_id is not None]
    rows = await session.execute(select(Expert.id, Expert.employer).where(Expert.id.in_([who for who, _ in places])))
    works_at = {who: employer.strip().casefold() for who, employer in rows if employer and employer.strip()}
    seat_of: dict[str, int] = {}
    second: set[int] = set()
    for who, position_id in places:
        if who in works_at and seat_of.setdefault(works_at[who], position_id) != position_id:
            second.add(who)
    return second


async def not_before(session: AsyncSession, deployment: Deployment, people: Collection[int]) -> dict[int, float]:
    """Minutes from now before which each is not asked: night without consent, or asked often enough today."""
    now, found = clock.now(), {}
    night = rules.night(await rules.current(session))
    on_standby = await may_be_woken(session, deployment, people)
    for expert in await session.scalars(select(Expert).where(Expert.id.in_(people))):
        is_immediate = deployment.priority is Priority.IMMEDIATE
        start = may_be_asked_from(
            now, zone=expert.time_zone, is_immediate=is_immediate, wakes=expert.wakes_for_immediate,
            is_on_standby=expert.id in on_standby, night=night,
        )  # fmt: skip
        if start > now:
            found[expert.id] = _minutes(start - now)
    for expert_id, free in (await asked_enough(session, people)).items():
        found[expert_id] = max(found.get(expert_id, 0.0), _minutes(free - now))
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
    history, everybody = await _history(session)
    habits = chances.learned(everybody, HABITS)
    rows = await session.execute(select(Expert.id, Expert.time_zone).where(Expert.id.in_(people)))
    now = clock.now()
    notice = (deployment.starts_at - now).total_seconds() / 3600
    return {
        who: chances.chance_of(
            chances.Circumstances(_discipline(seats[who]), notice, in_zone(now, zone).hour), history[who], habits
        )
        for who, zone in rows
    }


def _discipline(position: Position) -> str:
    return position.disciplines[0] if len(position.disciplines) == 1 else ""


async def _history(session: AsyncSession) -> tuple[Mapping[int, list[chances.Asked]], list[chances.Asked]]:
    """Offers that have ended: by person, and all of them."""
    now = clock.now()
    rows = await session.execute(
        select(Offer.expert_id, Offer.state, Offer.asked_at, Position)
        .join(Position, Position.id == Offer.position_id)
        .where(Offer.state.in_(SAID), Offer.asked_at > now - LOOKS_BACK)
        .order_by(Offer.id.desc())
        .limit(MOST_HISTORY)
    )
    history: dict[int, list[chances.Asked]] = defaultdict(list)
    for expert_id, state, asked_at, position in rows:
        days = max(0.0, (now - asked_at) / A_DAY)
        history[expert_id].append(chances.Asked(days, SAID[state], _discipline(position)))
    return history, [asked for theirs in history.values() for asked in theirs]


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
    idle = (PositionState.OPEN, PositionState.HELD)
    wanted = {position.id: position for position in positions if position.state in idle}
    lists = await lists_of(session, deployment)
    if fine is not None:
        lists = {id_: [p for p in picks if (id_, p.expert_id) in fine] for id_, picks in lists.items()}
    named = {pick.expert_id for position_id in wanted for pick in lists.get(position_id, ()) if pick.expert_id}
    gone = {offer.expert_id for offer in out} | set(skipped) | await promised_elsewhere(session, deployment, named)
    free = named - gone - await second_of_an_employer(session, wanted.keys(), lists, out)
    pending = [offer for offer in out if offer.state in OPEN and offer.position_id in wanted]
    seats = tuple(
        waves.Seat(id_, tuple(p.expert_id for p in lists.get(id_, ()) if p.expert_id in free)) for id_ in wanted
    )
    place = {offer.expert_id: wanted[offer.position_id] for offer in pending}
    place |= {person: wanted[seat.id] for seat in reversed(seats) for person in seat.ranked}
    now, span = clock.now(), rules.time_to_answer(await rules.current(session), deployment.priority)
    return waves.CallOut(
        seats,
        await chances_of(session, deployment, place, place.keys()),
        tuple(waves.Pending(o.expert_id, o.position_id, _minutes(now - o.asked_at)) for o in pending),
        deadline_minutes=_minutes(_deadline(span, out) - now),
        not_before=await not_before(session, deployment, free),
    )


def _deadline(span: timedelta, out: Sequence[Offer]) -> datetime:
    """When the team shall be full: a ladder's length after the first question; once that is near, a quarter of it."""
    now = clock.now()
    first = min((offer.asked_at for offer in out), default=now)
    return max(first + span, now + span / 4)
