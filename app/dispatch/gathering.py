"""What is read of a call-out: its lists, who may be asked, and what to expect of them. Whose it is: `callout.py`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ARRAY, BigInteger, DateTime, Float, Row, any_, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from app.core.clock import clock
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE
from app.dispatch import callout
from app.dispatch.callout import HABITS, LOOKS_BACK, SAID, SPOKE, Lists
from app.dispatch.limits import A_DAY, asked_enough
from app.dispatch.models import Offer
from app.dispatch.nights import may_be_woken
from app.dispatch.states import OPEN
from app.experts.models import Expert
from app.rosters import rules
from app.rosters.models import Pick, Proposal, ProposalState
from solver import chances, waves

About = Row[int, str | None, str, bool]
"""Of a person: id, employer, zone, and consent to be woken."""
# Made once: making such a statement costs as much as asking it. Arrays, because each has one text however long it is.
_DEPLOYMENT_ID = bindparam("deployment_id", type_=BigInteger)
_PEOPLE = any_(bindparam("people", type_=ARRAY(BigInteger)))
_SINCE, _NOW, _FIRST, _LAST = (
    bindparam(name, type_=DateTime(timezone=True)) for name in ("since", "now", "first", "last")
)
_LISTED = (
    select(Pick)
    .join(Proposal, Proposal.id == Pick.proposal_id)
    .where(Proposal.deployment_id == _DEPLOYMENT_ID, Proposal.state == ProposalState.ACCEPTED)
    .where(Pick.expert_id.is_not(None))
    .order_by(Pick.position_id, Pick.rank)
    .options(load_only(Pick.position_id, Pick.rank, Pick.expert_id, Pick.travel))  # reasons are long, and for people
)
_ELSEWHERE = (Deployment.id != _DEPLOYMENT_ID, Deployment.starts_at < _LAST, Deployment.ends_at > _FIRST)
_PROMISED = (
    select(Assignment.expert_id)
    .join(Deployment, Deployment.id == Assignment.deployment_id)
    .where(Assignment.expert_id == _PEOPLE, Assignment.state.in_(LIVE), *_ELSEWHERE)
    .union_all(
        select(Offer.expert_id)
        .join(Deployment, Deployment.id == Offer.deployment_id)
        .where(Offer.expert_id == _PEOPLE, Offer.state.in_(OPEN), *_ELSEWHERE)
    )
)
_ABOUT = select(Expert.id, Expert.employer, Expert.time_zone, Expert.wakes_for_immediate).where(Expert.id == _PEOPLE)
_ENDED = (
    select(Offer.expert_id, Offer.state, Offer.asked_at)
    .where(Offer.state.in_(SAID), Offer.asked_at > _SINCE, Offer.expert_id == _PEOPLE)
    .order_by(Offer.id.desc())
)
_DAYS_AGO = func.greatest(0, func.date_part("epoch", _NOW - Offer.asked_at) / A_DAY.total_seconds())
_SUMS = (
    select(Position.disciplines, Offer.state, func.sum(func.power(0.5, cast(_DAYS_AGO / HABITS.half_life_days, Float))))
    .join(Position, Position.id == Offer.position_id)
    .where(Offer.state.in_(SPOKE), Offer.asked_at > _SINCE)
    .group_by(Position.disciplines, Offer.state)
    .order_by(Offer.state)
)


async def lists_of(session: AsyncSession, deployment: Deployment) -> dict[int, list[Pick]]:
    """The picks of the roster that the desk works with, seat by seat, best first; without their reasons."""
    found: dict[int, list[Pick]] = defaultdict(list)
    for pick in await session.scalars(_LISTED, {"deployment_id": deployment.id}):
        found[pick.position_id].append(pick)
    return found


async def promised_elsewhere(session: AsyncSession, deployment: Deployment, people: Collection[int]) -> set[int]:
    """Who of these is seated or asked in another deployment for the same days; rest and travel at most a week."""
    if not people:
        return set()
    margin = timedelta(days=7)
    days = {"first": deployment.starts_at - margin, "last": deployment.ends_at + margin}
    asked = {"people": list(people), "deployment_id": deployment.id, **days}
    return set((await session.execute(_PROMISED, asked)).scalars())


@dataclass(frozen=True, slots=True)
class Seen:
    """A call-out without what to expect of its people.

    Args:
        deployment: whose.
        wanted: its seats that somebody is looked for.
        lists: who is listed for its seats.
        out: all of its offers.
        free: who of the lists may be asked, in its night or not.
        resting: minutes from now before which some of these are not asked.
        span: time to answer.
        about: everybody who is listed or asked.
    """

    deployment: Deployment
    wanted: Mapping[int, Position]
    lists: Lists
    out: Sequence[Offer]
    free: frozenset[int]
    resting: Mapping[int, float]
    span: timedelta
    about: Mapping[int, About] = field(repr=False)

    @property
    def is_still(self) -> bool:
        """Whether somebody is being asked and nobody else may be now: then the plan has nobody."""
        is_out = any(one.state in OPEN and one.position_id in self.wanted for one in self.out)
        return is_out and self.free <= self.resting.keys()


async def look(  # noqa: PLR0917 - all that a plan depends on
    session: AsyncSession,
    deployment: Deployment,
    positions: Iterable[Position],
    out: Sequence[Offer],
    skipped: Collection[int],
    fine: Collection[tuple[int, int]] | None = None,
) -> Seen:
    """The open seats of a deployment, and who may be asked for them.

    Args:
        session: the transaction.
        deployment: whose team.
        positions: all of its seats.
        out: all of its offers.
        skipped: people the desk does not want asked.
        fine: seats and people that may be asked; None: everybody on the lists.
    """
    held = await rules.current(session)
    span, wanted = rules.time_to_answer(held, deployment.priority), callout.wanted_of(positions)
    if not wanted:
        return Seen(deployment, wanted, {}, out, frozenset(), {}, span, {})
    lists: Lists = await lists_of(session, deployment)
    if fine is not None:
        lists = {id_: [p for p in picks if (id_, p.expert_id) in fine] for id_, picks in lists.items()}
    named = callout.named_in(wanted, lists)
    gone = set(skipped) | await promised_elsewhere(session, deployment, named)
    # The solver holds alternates against the people chosen; against one another they are held here.
    places = callout.places_in_order(wanted.keys(), lists, out)
    rows = await session.execute(_ABOUT, {"people": [who for who, _ in places]})
    about = {row.id: row for row in rows}
    doubles = callout.doubles(places, {who: row.employer for who, row in about.items()})
    free = frozenset(named - gone - callout.asked_here(out) - doubles)
    resting = await not_before(session, deployment, free, about)
    return Seen(deployment, wanted, lists, out, free, resting, span, about)


async def not_before(
    session: AsyncSession, deployment: Deployment, people: Collection[int], about: Mapping[int, About]
) -> dict[int, float]:
    """Minutes from now before which each is not asked: night without consent, or asked often enough lately."""
    if not people:
        return {}
    night = rules.night(await rules.current(session))
    on_standby = await may_be_woken(session, deployment, people)
    known = [about[who] for who in sorted(people)]
    nights = [(row.id, row.time_zone, row.wakes_for_immediate, row.id in on_standby) for row in known]
    return callout.waits(nights, await asked_enough(session, people), deployment.priority, night, clock.now())


async def call_out(session: AsyncSession, seen: Seen) -> waves.CallOut:
    """What is seen as the planner takes it, with what to expect of everybody now."""
    place = callout.places_of(seen.wanted, seen.lists, seen.out, seen.free)
    expecting: dict[int, chances.Chance] = {}
    if place:
        habits = chances.learned_from(await _sums(session), HABITS)
        zones = {who: seen.about[who].time_zone for who in place}
        history = await _history(session, place.keys())
        said = {who: chances.summed(asked, habits) for who, asked in history.items()}
        expecting = callout.expected(zones, place, said, habits, seen.deployment.starts_at, clock.now())
    return callout.assembled(
        seen.wanted, seen.lists, seen.out, seen.free, seen.span, clock.now(), expecting=expecting, resting=seen.resting
    )


async def _history(session: AsyncSession, people: Collection[int]) -> Mapping[int, list[chances.Asked]]:
    """Offers that have ended, by person."""
    now = clock.now()
    history: dict[int, list[chances.Asked]] = defaultdict(list)
    for expert_id, state, asked_at in await session.execute(
        _ENDED, {"people": list(people), "since": now - LOOKS_BACK}
    ):
        history[expert_id].append(chances.Asked(max(0.0, (now - asked_at) / A_DAY), SAID[state]))
    return history


async def _sums(session: AsyncSession) -> dict[str, tuple[float, float]]:
    """Discipline to the weights of all yeses and of all noes, added up by the database."""
    now = clock.now()
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for disciplines, state, summed in await session.execute(_SUMS, {"now": now, "since": now - LOOKS_BACK}):
        if len(disciplines) == 1:  # asked for that, the database expects few seats, and looks them up one by one
            found[disciplines[0]][not SAID[state]] += float(summed)
    # Rounded, so that the order in which the database adds changes nothing.
    return {name: (round(yes, 6), round(no, 6)) for name, (yes, no) in found.items()}
