"""A past into the database of a replay: what the service asks of earlier call-outs, and no more.

Rosters, texts and the log of the past are in the database of the stretch that played it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import User
from app.agencies.models import Agency
from app.core.database import Table
from app.core.ids import reference
from app.core.places import ZONES
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.opening import seat_of
from app.deployments.states import AssignmentState, DeploymentState
from app.deployments.teams import TEAMS
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.experts.exposure import POLICY
from app.experts.models import Contact, Expert, Exposure
from app.field.models import CheckIn
from app.field.states import Step, Way
from app.messaging.models import Message
from app.messaging.states import Channel, MessageState
from app.replies.saying import NOT_UNDERSTOOD
from app.requests.intake import NEEDED_WITHIN
from app.requests.models import ReferenceCounter, Request
from app.requests.states import Mode, Priority, RequestState
from app.trials.incidents import Incident
from app.trials.past import Past, PastSeat

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entered:
    """What a driver needs to go on.

    Args:
        agencies: (name, state) to id.
        road: what happens on the way, as `driver.Progress` has it.
    """

    agencies: dict[tuple[str, str], int]
    road: list[tuple[datetime, str, int]]


async def enter(session: AsyncSession, past: Past, incidents: Sequence[Incident]) -> Entered:
    """Enter a past; everybody of the pool and the desk are there already.

    Args:
        session: the transaction.
        past: what was.
        incidents: of its teams, in the order of filing.
    """
    agencies = await _agencies(session, incidents)
    asks = await _requests(session, past, incidents, agencies)
    teams = await _deployments(session, past, incidents, asks)
    seats = await _positions(session, past, teams, asks)
    await _offers(session, past, teams, seats)
    seated = await _assignments(session, past, teams, seats)
    await _people(session, past)
    return Entered(agencies, _road(past, teams, seated))


async def _ids(session: AsyncSession, table: type[Table], rows: Sequence[Row]) -> list[int]:
    """Insert rows; their ids, in the same order."""
    if not rows:
        return []
    written = insert(table).returning(table.id, sort_by_parameter_order=True)
    return list(await session.scalars(written, list(rows)))


async def _agencies(session: AsyncSession, incidents: Sequence[Incident]) -> dict[tuple[str, str], int]:
    first = {(one.agency, one.state): one for one in reversed(incidents)}
    names = list(dict.fromkeys((one.agency, one.state) for one in incidents))
    rows = [first[name].agency_form() | {"time_zone": ZONES[name[1]]} for name in names]
    return dict(zip(names, await _ids(session, Agency, rows), strict=True))


async def _requests(
    session: AsyncSession, past: Past, incidents: Sequence[Incident], agencies: Mapping[tuple[str, str], int]
) -> list[Request]:
    """The requests, as objects of no session with the ids of their rows."""
    desk = list(await session.scalars(select(User.id).order_by(User.id).limit(3)))
    numbers: dict[int, int] = defaultdict(int)
    rows = []
    for incident in incidents:
        numbers[incident.filed_at.year] += 1
        rows.append(_request(incident, numbers[incident.filed_at.year], desk) | {
            "agency_id": agencies[incident.agency, incident.state]
        })  # fmt: skip
    await _ids(session, ReferenceCounter, [{"year": year, "last": last} for year, last in numbers.items()])
    ids = await _ids(session, Request, rows)
    return [Request(id=id_, **row) for id_, row in zip(ids, rows, strict=True)]


def _request(incident: Incident, number: int, desk: Sequence[int]) -> Row:
    filed_by, recommended_by, decided_by = desk
    form = incident.request_form()
    priority = Priority(incident.priority)
    given = {name: form[name] for name in (
        "incident_type", "city", "latitude", "longitude", "killed", "injured", "days", "languages", "contact_name",
        "contact_title", "contact_phone", "contact_email",
    )}  # fmt: skip
    return given | {
        "reference": reference(incident.filed_at, number), "state": RequestState.APPROVED, "filed_by_id": filed_by,
        "keyed_in_by_desk": True, "filed_at": incident.filed_at, "occurred_at": incident.occurred_at,
        "place_state": incident.state, "time_zone": ZONES[incident.state], "summary": "", "modifiers": [],
        "service_types": [], "expertise_wanted": [], "priority": priority, "mode": Mode.ON_SITE,
        "needed_by": incident.filed_at + NEEDED_WITHIN[priority], "report_to": form["contact_name"], "details": {},
        "team_type": incident.team_type, "recommended_by_id": recommended_by, "decided_by_id": decided_by,
        "decided_at": incident.filed_at,
    }  # fmt: skip


async def _deployments(
    session: AsyncSession, past: Past, incidents: Sequence[Incident], asks: Sequence[Request]
) -> list[Row]:
    """The deployments, as rows with their ids."""
    rows = [
        {
            "request_id": ask.id, "reference": ask.reference, "state": DeploymentState(team.state),
            "team_type": incident.team_type, "priority": ask.priority, "starts_at": ask.needed_by,
            "ends_at": ask.needed_by + timedelta(days=ask.days), "opened_at": incident.filed_at,
            "staffed_at": team.staffed_at,
        }
        for team, incident, ask in zip(past.teams, incidents, asks, strict=True)
    ]  # fmt: skip
    return [row | {"id": id_} for row, id_ in zip(rows, await _ids(session, Deployment, rows), strict=True)]


COLUMNS = [column.key for column in Position.metadata.tables[Position.__tablename__].columns if column.key != "id"]


async def _positions(
    session: AsyncSession, past: Past, teams: Sequence[Row], asks: Sequence[Request]
) -> list[dict[int, int]]:
    """Per team: number of the seat to its id."""
    rows = []
    for team, row, ask in zip(past.teams, teams, asks, strict=True):
        for number, (plan, state) in enumerate(zip(TEAMS[row["team_type"]], team.positions, strict=True), start=1):
            seat = seat_of(ask, number, plan)
            rows.append({name: getattr(seat, name) for name in COLUMNS} | {"deployment_id": row["id"], "state": state})
    ids = iter(await _ids(session, Position, rows))
    return [dict(zip(count(1), (next(ids) for _ in team.positions), strict=False)) for team in past.teams]


async def _offers(session: AsyncSession, past: Past, teams: Sequence[Row], seats: Sequence[Mapping[int, int]]) -> None:
    made = sorted(
        ((offer, place) for place, team in enumerate(past.teams) for offer in team.offers), key=lambda one: one[0].order
    )
    rows = [
        {
            "deployment_id": teams[place]["id"], "position_id": seats[place][offer.seat],
            "expert_id": offer.expert_id, "code": offer.code, "state": OfferState(offer.state),
            "asked_at": offer.asked_at, "reply_by": offer.reply_by, "travel": dict(offer.travel),
        }
        for offer, place in made
    ]  # fmt: skip
    await _ids(session, Offer, rows)


async def _assignments(
    session: AsyncSession, past: Past, teams: Sequence[Row], seats: Sequence[Mapping[int, int]]
) -> list[tuple[PastSeat, int]]:
    """Everybody seated, with the ids of the assignments; whoever was on site with what the field has of it."""
    who = [(seat, place) for place, team in enumerate(past.teams) for seat in team.seats]
    rows = [
        {
            "deployment_id": teams[place]["id"], "position_id": seats[place][seat.number], "expert_id": seat.expert_id,
            "state": AssignmentState(seat.state), "span": Range(seat.leaves_at, seat.rested_at),
            "arrives_at": seat.arrives_at, "travel_mode": seat.mode, "confirmed_at": seat.filled_at,
            "leaves_at": seat.left_at,
        }
        for seat, place in who
    ]  # fmt: skip
    ids = await _ids(session, Assignment, rows)
    seated = [(seat, id_) for (seat, _), id_ in zip(who, ids, strict=True)]
    await _ids(session, CheckIn, [row for seat, id_ in seated if seat.left_at for row in _check_ins(seat, id_)])
    ledger = [
        {
            "expert_id": seat.expert_id, "assignment_id": id_, "at": seat.home_at, "points": seat.points, "facts": {},
            "policy_version": POLICY.version,
        }
        for seat, id_ in seated
        if seat.points is not None
    ]  # fmt: skip
    await _ids(session, Exposure, ledger)
    return seated


def _check_ins(seat: PastSeat, assignment_id: int) -> list[Row]:
    told = [(Step.ARRIVED, seat.arrives_at), (Step.RELEASED, seat.left_at)]
    return [
        {
            "assignment_id": assignment_id, "step": step, "way": Way.DESK, "told_at": seat.left_at, "happened_at": at,
            "by_kind": "system", "by_id": None, "by_name": "", "note": "", "has_counted": True,
        }
        for step, at in told
    ]  # fmt: skip


async def _people(session: AsyncSession, past: Past) -> None:
    table = Expert.metadata.tables[Expert.__tablename__]
    for who, since in past.eligible_from.items():
        await session.execute(update(table).where(table.c.id == who).values(eligible_from=since))
    stopped = update(Contact).where(Contact.number.in_(past.stopped)).values(texts_stopped_at=past.moment)
    await session.execute(stopped.execution_options(synchronize_session=False))
    told = [
        {
            "channel": Channel.TEXT, "kind": NOT_UNDERSTOOD[0], "number": number, "body": "", "topic": "",
            "state": MessageState.DELIVERED, "queued_at": at, "claimed_at": at,
        }
        for number, at in sorted(past.told)
    ]  # fmt: skip
    await _ids(session, Message, told)


def _road(past: Past, teams: Sequence[Row], seated: Iterable[tuple[PastSeat, int]]) -> list[tuple[datetime, str, int]]:
    """What is still to come of the journeys, in the order of time."""
    over = [(row["ends_at"], "over", row["id"]) for row in teams if row["ends_at"] > past.moment]
    home = [(s.home_at, "home", id_) for s, id_ in seated if s.state == AssignmentState.RELEASED.value]
    return sorted(over + home)
