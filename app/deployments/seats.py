"""Seats: hold one while offers of it are out, fill it, vacate it, give it up."""

from datetime import datetime
from typing import Any

from psycopg.errors import ExclusionViolation, UniqueViolation
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.opening import DoubleBooked, SeatTaken, positions_of
from app.deployments.states import ASSIGNMENT, DEPLOYMENT, POSITION, SEATED, AssignmentState, PositionState


def _topic(deployment: Deployment) -> str:
    return f"request:{deployment.request_id}"


def hold(position: Position) -> None:
    """An offer of this seat goes out. A second offer of the same seat changes nothing."""
    if position.state != PositionState.HELD:
        position.state = POSITION.after(position.state, "hold")


def let_go(position: Position) -> None:
    """The last open offer of this seat has ended without a yes."""
    if position.state == PositionState.HELD:
        position.state = POSITION.after(position.state, "release")


async def fill(
    session: AsyncSession,
    deployment: Deployment,
    position: Position,
    expert_id: int,
    travel: dict[str, Any],
    *,
    by: Actor,
) -> Assignment:
    """Seat an expert.

    Args:
        session: the transaction; deployment and position are locked by the caller, in this order.
        deployment: whose seat it is.
        position: the seat.
        expert_id: who takes it.
        travel: {mode, depart, arrive, home, rested}, ISO times; the span taken is depart to rested.
        by: who said so.

    Raises:
        WrongState: the seat is filled or cancelled.
        DoubleBooked: travel or rest of another assignment overlaps; nothing has changed then.
        SeatTaken: somebody else has it; nothing has changed then.
    """
    new_state = POSITION.after(position.state, "fill")
    assignment = Assignment(
        deployment_id=deployment.id,
        position_id=position.id,
        expert_id=expert_id,
        state=AssignmentState.CONFIRMED,
        span=Range(datetime.fromisoformat(travel["depart"]), datetime.fromisoformat(travel["rested"])),
        arrives_at=datetime.fromisoformat(travel["arrive"]),
        travel_mode=travel["mode"],
        confirmed_at=clock.now(),
    )
    try:
        async with session.begin_nested():
            session.add(assignment)
    except IntegrityError as error:
        if isinstance(error.orig, ExclusionViolation):
            raise DoubleBooked from error
        if isinstance(error.orig, UniqueViolation):
            raise SeatTaken from error
        raise
    position.state = new_state
    position.unfillable_reason = None
    await record(session, "position.filled", position.id, topic=_topic(deployment), by=by, title=position.title)
    await _staffed_if_full(session, deployment)
    return assignment


async def _staffed_if_full(session: AsyncSession, deployment: Deployment) -> None:
    positions = await positions_of(session, deployment)
    wanted = [position for position in positions if position.state != PositionState.CANCELLED]
    if all(position.state == PositionState.FILLED for position in wanted) and DEPLOYMENT.can(deployment.state, "staff"):
        deployment.state = DEPLOYMENT.after(deployment.state, "staff")
        deployment.staffed_at = clock.now()
        await record(session, "deployment.staffed", deployment.id, topic=_topic(deployment), size=len(wanted))


async def may_leave(session: AsyncSession, position: Position, expert_id: int, *, by: Actor) -> bool:
    """Whether a no opens the seat again. Who has arrived needs a relief, which a person at the desk arranges."""
    seated = await session.scalar(
        select(Assignment).where(
            Assignment.position_id == position.id, Assignment.expert_id == expert_id, Assignment.state.in_(SEATED)
        )
    )
    if seated is None:
        return True
    return ASSIGNMENT.can(seated.state, "cancel") and (seated.told_arrived_at is None or by.kind == "user")


async def vacate(
    session: AsyncSession,
    deployment: Deployment,
    position: Position,
    expert_id: int,
    *,
    by: Actor,
    verb: str = "cancel",
) -> None:
    """The expert in this seat is not coming after all: the seat is open again. `verb`: "cancel" or "miss"."""
    query = select(Assignment).where(
        Assignment.position_id == position.id, Assignment.expert_id == expert_id, Assignment.state.in_(SEATED)
    )
    assignment = await session.scalar(query.with_for_update())
    if assignment is None:
        return
    assignment.state = ASSIGNMENT.after(assignment.state, verb)
    position.state = POSITION.after(position.state, "vacate")
    if DEPLOYMENT.can(deployment.state, "reopen"):
        deployment.state = DEPLOYMENT.after(deployment.state, "reopen")
        deployment.staffed_at = None
    await session.flush()
    await record(session, "position.vacated", position.id, topic=_topic(deployment), by=by, title=position.title)


async def give_up(session: AsyncSession, deployment: Deployment, position: Position, reason: str) -> None:
    """Nobody fits this seat: say so, with the reason, and let the desk decide."""
    if POSITION.can(position.state, "give_up"):
        position.state = POSITION.after(position.state, "give_up")
        position.unfillable_reason = reason
        await record(
            session, "position.unfillable", position.id, topic=_topic(deployment), by=SYSTEM, title=position.title
        )


async def close(session: AsyncSession, position_id: int) -> None:
    """Whoever had the seat has left before the end, and it is not needed any more."""
    position = await session.get_one(Position, position_id, with_for_update=True)
    position.state = POSITION.after(position.state, "cancel")


async def reopen(session: AsyncSession, deployment: Deployment, position: Position, *, by: Actor) -> None:
    """Look again for a seat that was given up."""
    if position.state == PositionState.UNFILLABLE:
        position.state = POSITION.after(position.state, "reopen")
        position.unfillable_reason = None
        await record(session, "position.reopened", position.id, topic=_topic(deployment), by=by, title=position.title)
