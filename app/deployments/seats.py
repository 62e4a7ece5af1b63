"""Seats: hold one while offers of it are out, fill it, vacate it, give it up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, select
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.opening import DoubleBooked, SeatTaken
from app.deployments.states import ASSIGNMENT, DEPLOYMENT, POSITION, SEATED, AssignmentState, PositionState


def _topic(deployment: Deployment) -> str:
    return f"request:{deployment.request_id}"


_ASSIGNMENTS = Assignment.metadata.tables[Assignment.__tablename__]
_BOOKING = insert(_ASSIGNMENTS).on_conflict_do_nothing().returning(_ASSIGNMENTS.c.id)
"""Nothing is written where a constraint refuses it, so that the transaction can go on."""
_COUNTING = select(func.count(), func.count().filter(Position.state == PositionState.FILLED)).where(
    Position.deployment_id == bindparam("deployment_id", type_=BigInteger), Position.state != PositionState.CANCELLED
)
"""Seats of a team that are wanted, and of these the filled ones."""


def hold(position: Position) -> None:
    """An offer of this seat goes out. A second offer of the same seat changes nothing."""
    if position.state != PositionState.HELD:
        position.state = POSITION.after(position.state, "hold")


def let_go(position: Position) -> None:
    """The last open offer of this seat has ended without a yes."""
    if position.state == PositionState.HELD:
        position.state = POSITION.after(position.state, "release")


async def book(
    session: AsyncSession, deployment: Deployment, position: Position, expert_id: int, travel: dict[str, Any]
) -> None:
    """Give an expert a seat, if nobody has it and nothing else of theirs overlaps; `fill` follows.

    Args:
        session: the transaction; deployment and position are locked by the caller, in this order.
        deployment: whose seat it is.
        position: the seat.
        expert_id: who takes it.
        travel: {mode, depart, arrive, home, rested}, ISO times; the span taken is depart to rested.

    Raises:
        DoubleBooked: travel or rest of another assignment overlaps; nothing has changed then.
        SeatTaken: somebody else has it; nothing has changed then.
    """
    booked = await session.scalar(
        _BOOKING,
        {
            "deployment_id": deployment.id, "position_id": position.id, "expert_id": expert_id,
            "state": AssignmentState.CONFIRMED,
            "span": Range(datetime.fromisoformat(travel["depart"]), datetime.fromisoformat(travel["rested"])),
            "arrives_at": datetime.fromisoformat(travel["arrive"]), "travel_mode": travel["mode"],
            "confirmed_at": clock.now(),
        },
    )  # fmt: skip
    if booked is not None:
        return
    seated = select(Assignment.id).where(Assignment.position_id == position.id, Assignment.state.in_(SEATED))
    raise DoubleBooked if await session.scalar(seated) is None else SeatTaken


async def fill(session: AsyncSession, deployment: Deployment, position: Position, *, by: Actor) -> None:
    """Note that a booked seat is filled, and the team complete when it was the last.

    Args:
        session: the transaction; deployment and position are locked by the caller, in this order.
        deployment: whose seat it is.
        position: the seat.
        by: who said so.

    Raises:
        WrongState: the seat is filled or cancelled.
    """
    position.state = POSITION.after(position.state, "fill")
    position.unfillable_reason = None
    await record(session, "position.filled", position.id, topic=_topic(deployment), by=by, title=position.title)
    await _staffed_if_full(session, deployment)


async def _staffed_if_full(session: AsyncSession, deployment: Deployment) -> None:
    size, filled = (await session.execute(_COUNTING, {"deployment_id": deployment.id})).one()
    if size == filled and DEPLOYMENT.can(deployment.state, "staff"):
        deployment.state = DEPLOYMENT.after(deployment.state, "staff")
        deployment.staffed_at = clock.now()
        await record(session, "deployment.staffed", deployment.id, topic=_topic(deployment), size=size)


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
    """The expert in this seat is not coming after all: it is open again, or over when its relief is looked for anyway.

    `verb`: "cancel" or "miss".
    """
    query = select(Assignment).where(
        Assignment.position_id == position.id, Assignment.expert_id == expert_id, Assignment.state.in_(SEATED)
    )
    assignment = await session.scalar(query.with_for_update())
    if assignment is None:
        return
    assignment.state = ASSIGNMENT.after(assignment.state, verb)
    position.state = POSITION.after(position.state, "cancel" if await _is_relieved(session, position) else "vacate")
    if DEPLOYMENT.can(deployment.state, "reopen"):
        deployment.state = DEPLOYMENT.after(deployment.state, "reopen")
        deployment.staffed_at = None
    await session.flush()
    await record(session, "position.vacated", position.id, topic=_topic(deployment), by=by, title=position.title)


async def _is_relieved(session: AsyncSession, position: Position) -> bool:
    """Whether a seat that relieves this one takes its place: two people instead of one would be one too many.

    A seat that is only for the rest of the stay is needed at once then; whoever has said yes to that one still comes
    for the rest only, and somebody is needed until then.
    """
    relief = await session.scalar(
        select(Position)
        .where(Position.relieves_id == position.id, Position.state != PositionState.CANCELLED)
        .order_by(Position.id.desc())
        .limit(1)
        .with_for_update()
    )
    if relief is None or (relief.needed_from is not None and relief.state is PositionState.FILLED):
        return False
    relief.needed_from = None
    return True


def why_empty(told: Iterable[str]) -> str:
    """Why nobody fits a seat, as one text: what was told part by part, each with one full stop at its end."""
    return " ".join(f"{part.rstrip('.')}." for part in told) or "No expert fits this seat."


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
