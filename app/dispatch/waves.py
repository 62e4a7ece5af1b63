"""Waves: who is asked beside those who are out, by plan; and the desk's hand on it: pause, go on, push, skip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.core.jobs import cancel, defer
from app.core.problems import Conflict, NotFound
from app.core.settings import get_settings
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.deployments.states import ASKING
from app.dispatch import callout, consent, hand, offers
from app.dispatch.gathering import Seen, call_out, look
from app.dispatch.models import CallOut, Offer
from app.dispatch.states import Consent
from app.experts.models import Expert
from app.rosters import rules
from solver import waves

LOOK = "dispatch.look"


class Paused(Conflict):
    """The call-out is paused. Go on with it first."""


class NotAsking(Conflict):
    """This team is not being asked: accept a roster first, or it is over."""


class NobodyNext(Conflict):
    """Nobody else on this seat's list may be asked. Look again for the seat, or skip nobody."""


@dataclass(frozen=True, slots=True)
class Next:
    """One person who is asked next if nobody answers."""

    expert_id: int
    name: str
    position_id: int
    seat: int
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will happen next, and when.

    Args:
        is_paused: nobody is asked until the desk goes on.
        chance: that every open seat is filled in time, with those who are out and those planned.
        is_exact: whether that chance is exact; else it is at least so much.
        next: who is asked if nobody answers; all at one moment.
    """

    is_paused: bool
    chance: float
    is_exact: bool
    next: tuple[Next, ...]


_OFFERS = select(Offer).where(Offer.deployment_id == bindparam("deployment_id", type_=BigInteger)).order_by(Offer.id)


@dataclass(frozen=True, slots=True)
class Team:
    """A deployment's seats in their order, and all of its offers."""

    positions: Sequence[Position]
    out: Sequence[Offer]


async def team_of(session: AsyncSession, deployment: Deployment, *, lock: bool) -> Team:
    """Read a team. `lock`: its seats; the deployment is locked by the caller then."""
    positions = await positions_of(session, deployment, lock=lock)
    return Team(positions, (await session.scalars(_OFFERS, {"deployment_id": deployment.id})).all())


async def widen(session: AsyncSession, deployment: Deployment, team: Team | None = None) -> None:
    """Ask whom the plan names beside those who are out, and set the time of the next look.

    The deployment is locked by the caller. Run twice, the second asks nobody: who was asked is out.

    Args:
        session: the transaction.
        deployment: who asks.
        team: if it was read already, with its seats locked.
    """
    state = await hand.opened(session, deployment)
    if not get_settings().waves or state.paused_at or deployment.state not in ASKING:
        return
    team = team or await team_of(session, deployment, lock=True)
    level = consent.level_in(state)
    if level is Consent.ASK:
        await _look_again(session, state, None)
        return
    allowed = await fine(session, deployment, level)
    seen = await look(session, deployment, team.positions, team.out, state.skipped, allowed)
    now, minutes = await _next_step(session, seen)
    await _ask(session, seen, {ask.person: seen.wanted[ask.seat] for ask in now}, by=SYSTEM)
    await _look_again(session, state, minutes)


async def _next_step(session: AsyncSession, seen: Seen) -> tuple[Sequence[waves.Ask], float | None]:
    """Who is asked now, and the minutes until the next look, as the planner says."""
    policy = rules.wave_policy(await rules.current(session), seen.deployment.priority)
    if seen.is_still:
        left = callout.minutes_left(seen.span, seen.out, clock.now())
        return (), waves.next_look(left, seen.resting.values(), policy)
    return waves.step(await call_out(session, seen), policy)


async def fine(session: AsyncSession, deployment: Deployment, level: Consent) -> frozenset[tuple[int, int]] | None:
    """Seats and people that may be asked without the desk; None: everybody on the lists."""
    return None if level is Consent.AUTOMATIC else await consent.approved(session, deployment.id)


async def _ask(session: AsyncSession, seen: Seen, asks: dict[int, Position], *, by: Actor) -> None:
    await offers.get_ready(session, seen.deployment, asks.keys())
    for expert_id, position in asks.items():
        pick = next(pick for pick in seen.lists[position.id] if pick.expert_id == expert_id)
        await offers.ask(session, seen.deployment, position, pick, by=by)


async def _look_again(session: AsyncSession, state: CallOut, minutes: float | None) -> None:
    if minutes is None:
        await cancel(session, state.look_job_id)
        state.look_job_id = state.look_at = None
        return
    at, before = clock.now() + timedelta(minutes=max(1.0, minutes)), state.look_job_id
    state.look_job_id = await defer(session, LOOK, at=at, instead_of=before, deployment_id=state.deployment_id)
    state.look_at = at


async def outlook(session: AsyncSession, deployment: Deployment) -> Outlook | None:
    """What will happen next if nobody answers; None when this deployment asks nobody now."""
    if deployment.state not in ASKING:
        return None
    team = await team_of(session, deployment, lock=False)
    state = await hand.state_of(session, deployment.id)
    level, skipped = consent.level_in(state), state.skipped if state else ()
    allowed = await fine(session, deployment, level)
    call = await call_out(session, await look(session, deployment, team.positions, team.out, skipped, allowed))
    policy = rules.wave_policy(await rules.current(session), deployment.priority)
    paused = state is not None and state.paused_at is not None
    plan = waves.plan(call, policy)
    is_still = paused or level is Consent.ASK or not get_settings().waves
    asks = () if is_still else plan.now or waves.if_nobody_answers(call, policy)
    names = await _names(session, [ask.person for ask in asks])
    by_id = {position.id: position for position in team.positions}
    return Outlook(
        paused, plan.chance, plan.is_exact,
        tuple(
            Next(
                ask.person, names[ask.person], ask.seat, by_id[ask.seat].number, by_id[ask.seat].title,
                clock.now() + timedelta(minutes=ask.minute),
            )
            for ask in asks
        ),
    )  # fmt: skip


async def _names(session: AsyncSession, people: list[int]) -> dict[int, str]:
    rows = await session.execute(select(Expert.id, Expert.name).where(Expert.id.in_(people)))
    return {row.id: row.name for row in rows}


async def pause(session: AsyncSession, deployment: Deployment, *, by: Actor) -> None:
    """Ask nobody more until the desk goes on, nor in the morning. Who has heard may answer. Twice changes nothing."""
    state = await hand.opened(session, deployment)
    if state.paused_at is None:
        state.paused_at = clock.now()
        await _look_again(session, state, None)
        await record(session, "callout.paused", deployment.id, topic=offers.topic(deployment), by=by)


async def go_on(session: AsyncSession, deployment: Deployment, *, by: Actor) -> None:
    """Ask again: what has happened meanwhile is made up for at once. Twice changes nothing."""
    state = await hand.opened(session, deployment)
    if state.paused_at is not None:
        state.paused_at = None
        await record(session, "callout.resumed", deployment.id, topic=offers.topic(deployment), by=by)


async def seat(session: AsyncSession, deployment: Deployment, number: int, *, lock: bool = True) -> Position:
    """The seat of a number.

    Raises:
        NotFound: no such seat.
    """
    for position in await positions_of(session, deployment, lock=lock):
        if position.number == number:
            return position
    raise NotFound


async def push(session: AsyncSession, deployment: Deployment, position: Position, *, by: Actor) -> int:
    """Ask the next person of a seat's list now, whatever the plan says; who it is.

    Raises:
        NotAsking: before the team is asked, or when it is over.
        Paused: the call-out is paused.
        NobodyNext: nobody is left on the list, or it is night for all of them.
    """
    if deployment.state not in ASKING:
        raise NotAsking
    if await hand.is_paused(session, deployment.id):
        raise Paused
    team = await team_of(session, deployment, lock=True)
    seen = await look(session, deployment, team.positions, team.out, await hand.skipped(session, deployment.id))
    listed = seen.lists.get(position.id, ()) if position.id in seen.wanted else ()
    ranked = (pick.expert_id for pick in listed if pick.expert_id in seen.free)
    person = next((who for who in ranked if who is not None and seen.resting.get(who, 0) <= 0), None)
    if person is None:
        raise NobodyNext
    await _ask(session, seen, {person: position}, by=by)
    return person


async def skip(session: AsyncSession, deployment: Deployment, expert_id: int, *, by: Actor) -> None:
    """Do not ask somebody in this call-out. An offer that is out stays; take it back by its own button.

    Raises:
        NotFound: no such expert.
    """
    if await session.get(Expert, expert_id) is None:
        raise NotFound
    state = await hand.opened(session, deployment)
    if expert_id not in state.skipped:
        state.skipped = [*state.skipped, expert_id]
        topic = offers.topic(deployment)
        await record(session, "callout.skipped", deployment.id, topic=topic, by=by, expert_id=expert_id)
