"""Waves: who is asked beside those who are out, by plan; and the desk's hand on it: pause, go on, push, skip."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.core.jobs import cancel, defer
from app.core.problems import Conflict, NotFound
from app.core.settings import get_settings
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.deployments.states import ASKING
from app.dispatch import consent, hand, offers
from app.dispatch.callout import call_out, lists_of
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


async def _read(session: AsyncSession, deployment: Deployment, *, lock: bool) -> tuple[list[Position], list[Offer]]:
    positions = list(await positions_of(session, deployment, lock=lock))
    rows = await session.scalars(select(Offer).where(Offer.deployment_id == deployment.id).order_by(Offer.id))
    return positions, list(rows)


async def widen(session: AsyncSession, deployment: Deployment) -> None:
    """Ask whom the plan names beside those who are out, and set the time of the next look.

    The deployment is locked by the caller. Run twice, the second asks nobody: who was asked is out.
    """
    state = await hand.opened(session, deployment)
    if not get_settings().waves or state.paused_at or deployment.state not in ASKING:
        return
    positions, out = await _read(session, deployment, lock=True)
    level = consent.level_in(state)
    if level is Consent.ASK:
        await _look_again(session, state, None)
        return
    call = await call_out(session, deployment, positions, out, state.skipped, await _fine(session, deployment, level))
    plan = waves.plan(call, rules.wave_policy(await rules.current(session), deployment.priority))
    by_id = {position.id: position for position in positions}
    await _ask(session, deployment, {ask.person: by_id[ask.seat] for ask in plan.now}, by=SYSTEM)
    await _look_again(session, state, plan.look_minute)


async def _fine(session: AsyncSession, deployment: Deployment, level: Consent) -> frozenset[tuple[int, int]] | None:
    """Seats and people that may be asked without the desk; None: everybody on the lists."""
    return None if level is Consent.AUTOMATIC else await consent.approved(session, deployment.id)


async def _ask(session: AsyncSession, deployment: Deployment, asks: dict[int, Position], *, by: Actor) -> None:
    await offers.lock_people(session, list(asks))
    lists = await lists_of(session, deployment)
    for expert_id, position in asks.items():
        pick = next(pick for pick in lists[position.id] if pick.expert_id == expert_id)
        await offers.ask(session, deployment, position, pick, by=by)


async def _look_again(session: AsyncSession, state: CallOut, minutes: float | None) -> None:
    await cancel(session, state.look_job_id)
    state.look_job_id = state.look_at = None
    if minutes is not None:
        state.look_at = clock.now() + timedelta(minutes=max(1.0, minutes))
        state.look_job_id = await defer(session, LOOK, at=state.look_at, deployment_id=state.deployment_id)


async def outlook(session: AsyncSession, deployment: Deployment) -> Outlook | None:
    """What will happen next if nobody answers; None when this deployment asks nobody now."""
    if deployment.state not in ASKING:
        return None
    positions, out = await _read(session, deployment, lock=False)
    state = await hand.state_of(session, deployment.id)
    level, skipped = consent.level_in(state), state.skipped if state else ()
    fine = await _fine(session, deployment, level)
    call = await call_out(session, deployment, positions, out, skipped, fine)
    policy = rules.wave_policy(await rules.current(session), deployment.priority)
    paused = state is not None and state.paused_at is not None
    plan = waves.plan(call, policy)
    is_still = paused or level is Consent.ASK or not get_settings().waves
    asks = () if is_still else plan.now or waves.if_nobody_answers(call, policy)
    names = await _names(session, [ask.person for ask in asks])
    by_id = {position.id: position for position in positions}
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
    positions, out = await _read(session, deployment, lock=True)
    call = await call_out(session, deployment, positions, out, await hand.skipped(session, deployment.id))
    ranked = next((seat.ranked for seat in call.seats if seat.id == position.id), ())
    person = next((one for one in ranked if call.not_before.get(one, 0) <= 0), None)
    if person is None:
        raise NobodyNext
    await _ask(session, deployment, {person: position}, by=by)
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
