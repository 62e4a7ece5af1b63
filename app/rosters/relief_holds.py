"""Relief from the first day: whom the solver would send where a stay may outlast somebody's limits.

A hold is a thought of the solver's, kept: nobody is asked, and it binds nobody. It is looked at again all the time; a
real deployment that takes the person, or a limit that is not in the way any more, ends it. When relief is asked for,
whoever is held is preferred.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import record
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.opening import positions_of
from app.deployments.states import SEATED, PositionState
from app.experts.models import Expert
from app.rosters import pool, problem, rules, solving
from app.rosters.models import ReliefHold
from app.rosters.pool import minute
from solver.problem import Span

SOUGHT = (PositionState.OPEN, PositionState.HELD)


@dataclass(frozen=True, slots=True)
class Need:
    """From when somebody in a seat would pass a limit, and which, in a sentence."""

    starts_at: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Held:
    """A hold, and who is held."""

    hold: ReliefHold
    expert: Expert


async def standing(session: AsyncSession, deployment_id: int) -> dict[int, Held]:
    """Position to who is held as relief for it."""
    rows = await session.execute(
        select(ReliefHold, Expert)
        .join(Expert, Expert.id == ReliefHold.expert_id)
        .where(ReliefHold.deployment_id == deployment_id, ReliefHold.released_at.is_(None))
    )
    return {hold.position_id: Held(hold, expert) for hold, expert in rows}


async def of_expert(session: AsyncSession, expert_id: int) -> Sequence[tuple[ReliefHold, Deployment]]:
    """What somebody is held for now: part of their load, though nobody has asked them."""
    rows = await session.execute(
        select(ReliefHold, Deployment)
        .join(Deployment, Deployment.id == ReliefHold.deployment_id)
        .where(ReliefHold.expert_id == expert_id, ReliefHold.released_at.is_(None))
        .order_by(ReliefHold.starts_at)
    )
    return [(row[0], row[1]) for row in rows]


_RATHER = (
    select(ReliefHold.position_id, ReliefHold.expert_id)
    .join(Position, Position.id == ReliefHold.position_id)
    .where(ReliefHold.deployment_id == bindparam("deployment_id", type_=BigInteger))
    .where(ReliefHold.released_at.is_(None), Position.state.in_(SOUGHT))
)


async def rather(session: AsyncSession, deployment_id: int) -> dict[int, int]:
    """Seats that are sought, to whom the solver rather sends there."""
    rows = await session.execute(_RATHER, {"deployment_id": deployment_id})
    return {row[0]: row[1] for row in rows}


async def move(session: AsyncSession, position_id: int, to_position_id: int) -> None:
    """Relief is asked for: the hold belongs to the seat that is sought for it."""
    await session.execute(
        update(ReliefHold)
        .where(ReliefHold.position_id == position_id, ReliefHold.released_at.is_(None))
        .values(position_id=to_position_id)
    )


async def release_all(session: AsyncSession, deployment_id: int) -> None:
    """The team leaves: nobody is held for it any more. Twice is once."""
    await session.execute(
        update(ReliefHold)
        .where(ReliefHold.deployment_id == deployment_id, ReliefHold.released_at.is_(None))
        .values(released_at=clock.now())
    )


async def look(deployment_id: int, needs: Mapping[int, Need], until: datetime, besides: Collection[int]) -> None:
    """Solve for the seats that may need relief, and keep, change or end the holds. Run twice, the second changes none.

    Args:
        deployment_id: whose team.
        needs: position to its need; seats that are not here need nobody.
        until: the last moment on site of the stay.
        besides: experts who are asked for this team now.
    """
    chosen = await _solved(deployment_id, needs, until, besides) if needs else {}
    async with begin() as session:
        deployment = await locked(session, Deployment, deployment_id)
        now = clock.now()
        held = await standing(session, deployment_id)
        sought = await rather(session, deployment_id)
        for position_id, one in held.items():
            if position_id in sought:
                continue
            if chosen.get(position_id) == one.expert.id:
                need = needs[position_id]
                one.hold.looked_at, one.hold.starts_at, one.hold.because = now, need.starts_at, need.because
                one.hold.until = max(until, need.starts_at)
            else:
                one.hold.released_at = now
        await session.flush()
        for position_id, expert_id in chosen.items():
            if position_id not in held or held[position_id].expert.id != expert_id:
                need = needs[position_id]
                hold = ReliefHold(
                    deployment_id=deployment_id, position_id=position_id, expert_id=expert_id,
                    starts_at=need.starts_at, until=until, because=need.because, made_at=now, looked_at=now,
                )  # fmt: skip
                session.add(hold)
                await session.flush()
                await record(session, "relief.held", hold.id, topic=f"request:{deployment.request_id}")


async def _solved(
    deployment_id: int, needs: Mapping[int, Need], until: datetime, besides: Collection[int]
) -> dict[int, int]:
    """Position to the best person who could come for it, by all the rules, as if the seats were open."""
    start = min(need.starts_at for need in needs.values())
    if until <= start:
        return {}
    async with begin() as session:
        deployment = await session.get_one(Deployment, deployment_id)
        seats = [one for one in await positions_of(session, deployment) if one.id in needs]
        held = {position_id: one.expert.id for position_id, one in (await standing(session, deployment_id)).items()}
        team = await session.scalars(
            select(Assignment.expert_id).where(
                Assignment.deployment_id == deployment_id, Assignment.state.in_(SEATED)
            )
        )  # fmt: skip
        out = frozenset(team) | frozenset(besides)
        experts = await pool.for_deployment(session, deployment, {})
        asked = await problem.request(session, deployment, seats, kept={}, held={}, excluded=())
        holding = rules.policy(await rules.current(session))
    positions = tuple(replace(one, pinned=None, held=held.get(one.id), was=None) for one in asked.positions)
    asked = replace(
        asked, positions=positions, stay=Span(minute(start), minute(until)), arrive_by=minute(start),
        needs_all_disciplines=False, languages=(), excluded=out,
    )  # fmt: skip
    solved = await solving.solve(experts, asked, holding)
    return {seat.position_id: seat.expert_id for seat in solved.roster.seats if seat.expert_id is not None}
