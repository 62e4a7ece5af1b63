"""The past as a replay's database has it, to be held against what the next stretch began with."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.experts.models import Contact, Expert, Exposure
from app.messaging.models import Message
from app.replies.saying import NOT_UNDERSTOOD
from app.requests.models import Request
from app.simulator.people import Memory
from app.trials.past import TOLD_FOR, Past, PastOffer, PastSeat, PastTeam


async def past(session: AsyncSession, moment: datetime, people: Memory) -> Past:
    """The past as a replay's database has it.

    Args:
        session: a transaction that reads.
        moment: what the replay's clock shows.
        people: what the simulated people remember, which no database knows.
    """
    rows = await session.execute(
        select(Deployment).join(Request, Request.id == Deployment.request_id).order_by(Request.id)
    )
    teams = list(rows.scalars())
    positions = _by_team(await session.scalars(select(Position).order_by(Position.number)))
    offers = list(await session.scalars(select(Offer).order_by(Offer.id)))
    places = {offer.id: place for place, offer in enumerate(offers)}
    asked = _by_team(offers)
    live = select(Assignment, Exposure.points).outerjoin(Exposure, Exposure.assignment_id == Assignment.id)
    seated: dict[int, list[tuple[Assignment, float | None]]] = defaultdict(list)
    for one, points in await session.execute(live.where(Assignment.state.in_(LIVE))):
        seated[one.deployment_id].append((one, points))
    held = select(Expert.id, Expert.eligible_from).where(Expert.eligible_from.is_not(None))
    told = select(Message.number, Message.queued_at).where(
        Message.kind.in_(NOT_UNDERSTOOD), Message.queued_at >= moment - TOLD_FOR
    )
    return Past(
        moment=moment,
        people=people,
        teams=tuple(_team(one, positions[one.id], asked[one.id], places, seated[one.id]) for one in teams),
        eligible_from={row.id: row.eligible_from for row in await session.execute(held)},
        stopped=frozenset(await session.scalars(select(Contact.number).where(Contact.texts_stopped_at.is_not(None)))),
        told=frozenset((row.number, row.queued_at) for row in await session.execute(told)),
    )


def _by_team(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.deployment_id].append(row)
    return found


def _team(
    team: Deployment, positions: Sequence[Position], offers: Sequence[Offer], places: Mapping[int, int],
    seated: Iterable[tuple[Assignment, float | None]],
) -> PastTeam:  # fmt: skip
    number_of = {one.id: one.number for one in positions}
    seats = [_seat(one, number_of[one.position_id], points) for one, points in seated]
    return PastTeam(
        state=team.state.value, staffed_at=team.staffed_at, positions=tuple(one.state.value for one in positions),
        seats=tuple(sorted(seats, key=lambda seat: seat.number)),
        offers=tuple(_offer(one, number_of[one.position_id], places[one.id]) for one in offers),
    )  # fmt: skip


def _offer(one: Offer, seat: int, order: int) -> PastOffer:
    travel = one.travel if one.state is OfferState.ACCEPTED else {}
    return PastOffer(order, seat, one.expert_id, one.code, one.state.value, one.asked_at, one.reply_by, travel)


def _seat(one: Assignment, number: int, points: float | None) -> PastSeat:
    leaves, rested = one.span.lower, one.span.upper
    assert leaves is not None and rested is not None  # noqa: S101 - every seat has both ends
    return PastSeat(
        number, one.expert_id, one.state.value, leaves, one.arrives_at, rested, one.confirmed_at, one.travel_mode,
        one.leaves_at, points,
    )  # fmt: skip


async def rests(session: AsyncSession) -> dict[tuple[int, int], datetime]:
    """(Place of the incident in the order of filing, number of the seat) to the end of the rest of who has it."""
    order = func.row_number().over(order_by=Deployment.request_id)
    teams = select(Deployment.id, (order - 1).label("place")).subquery()
    rows = await session.execute(
        select(teams.c.place, Position.number, func.upper(Assignment.span))
        .join(Position, Position.id == Assignment.position_id)
        .join(teams, teams.c.id == Assignment.deployment_id)
        .where(Assignment.state.in_(LIVE))
    )
    return {(place, number): rested for place, number, rested in rows}
