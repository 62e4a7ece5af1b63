"""The measures of domain.md 7, counted from the log and the tables for the requests filed in a period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Event
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, AssignmentState, PositionState
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.field import duty
from app.field.models import CheckIn, DutyHours, Expense, Relief
from app.field.states import Step
from app.messaging.models import Message
from app.reports.figures import Case, Figure, count, share, spans
from app.requests.models import Request
from app.requests.states import RequestState

R, S, A = RequestState, OfferState, AssignmentState
HOURLY_CEILING = 81.25
"""Dollars an hour, the OJP consultant ceiling (domain.md 1.6): what the hours would cost at most."""
FIRST = (
    "request.filed", "request.taken_in", "request.call_noted", "request.recommended", "request.approved",
    "request.declined", "request.referred", "offer.made", "deployment.staffed", "assignment.arrived",
)  # fmt: skip
"""Events whose first time in a request's story is measured."""


Counted = Row[*tuple[Any, ...]]
"""A row of the columns that are needed."""
NEEDED: dict[type[Offer | Position | Assignment], tuple[Any, ...]] = {
    Offer: (Offer.deployment_id, Offer.state, Offer.asked_at),
    Position: (Position.deployment_id, Position.state),
    Assignment: (
        Assignment.id, Assignment.deployment_id, Assignment.expert_id, Assignment.state, Assignment.confirmed_at,
        Assignment.leaves_at,
    ),
}  # fmt: skip
"""Columns that are counted from: a quarter has thousands of rows, and whole entities would take most of the time."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is counted, of the requests of one period: rows of the columns that are needed."""

    requests: Sequence[Counted]
    deployments: Mapping[int, Counted]
    """By request."""
    first: Mapping[str, Mapping[str, datetime]]
    """Topic to kind of event to its first time."""
    offers: Mapping[int, Sequence[Counted]]
    """By deployment."""
    positions: Mapping[int, Sequence[Counted]]
    assignments: Mapping[int, Sequence[Counted]]
    hours: Mapping[int, Sequence[Counted]]
    """By assignment."""
    arrivals: Mapping[int, datetime]
    """Assignment to when they came on site."""
    expenses: Mapping[int, float]
    """Assignment to dollars that were handed in."""
    reliefs: Mapping[int, int]
    """Deployment to how many were asked for."""
    messages: Mapping[str, int]
    """Topic to texts and calls that went out."""


async def facts(session: AsyncSession, start: datetime, end: datetime) -> Facts:
    """Read what happened to the requests filed from `start` up to `end`."""
    requests = (
        await session.execute(
            select(Request.id, Request.reference, Request.agency_id, Request.state)
            .where(Request.filed_at >= start, Request.filed_at < end)
            .order_by(Request.id)
        )
    ).all()
    topics = [f"request:{request.id}" for request in requests]
    found = await session.execute(
        select(Deployment.id, Deployment.request_id, Deployment.starts_at, Deployment.ends_at).where(
            Deployment.request_id.in_([request.id for request in requests])
        )
    )
    deployments = {row.request_id: row for row in found}
    ids = [row.id for row in deployments.values()]
    assignments = await _by_deployment(session, Assignment, ids)
    seats = [row.id for rows in assignments.values() for row in rows]
    hours: dict[int, list[Counted]] = defaultdict(list)
    columns = (DutyHours.assignment_id, DutyHours.day, DutyHours.activity, DutyHours.hours)
    kept = select(*columns).where(DutyHours.assignment_id.in_(seats))
    for row in await session.execute(kept):
        hours[row.assignment_id].append(row)
    return Facts(
        requests, deployments, await _first(session, topics), await _by_deployment(session, Offer, ids),
        await _by_deployment(session, Position, ids), assignments, hours, await _arrivals(session, seats),
        await _expenses(session, seats), await _reliefs(session, ids), await _messages(session, topics),
    )  # fmt: skip


async def _arrivals(session: AsyncSession, seats: Sequence[int]) -> Mapping[int, datetime]:
    came = (CheckIn.assignment_id.in_(seats), CheckIn.step == Step.ARRIVED, CheckIn.has_counted)
    query = select(CheckIn.assignment_id, func.min(CheckIn.happened_at)).where(*came)
    return {row[0]: row[1] for row in await session.execute(query.group_by(CheckIn.assignment_id))}


async def _expenses(session: AsyncSession, seats: Sequence[int]) -> Mapping[int, float]:
    query = select(Expense.assignment_id, func.sum(Expense.dollars)).where(Expense.assignment_id.in_(seats))
    return {seat: float(dollars) for seat, dollars in await session.execute(query.group_by(Expense.assignment_id))}


async def _first(session: AsyncSession, topics: Sequence[str]) -> Mapping[str, Mapping[str, datetime]]:
    rows = await session.execute(
        select(Event.topic, Event.kind, func.min(Event.at))
        .where(Event.topic.in_(topics), Event.kind.in_(FIRST))
        .group_by(Event.topic, Event.kind)
    )
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for topic, kind, at in rows:
        found[topic][kind] = at
    return found


async def _by_deployment(
    session: AsyncSession, table: type[Offer | Position | Assignment], ids: Sequence[int]
) -> Mapping[int, Sequence[Counted]]:
    found: dict[int, list[Counted]] = defaultdict(list)
    for row in await session.execute(select(*NEEDED[table]).where(table.deployment_id.in_(ids)).order_by(table.id)):
        found[row.deployment_id].append(row)
    return found


async def _reliefs(session: AsyncSession, ids: Sequence[int]) -> Mapping[int, int]:
    rows = await session.execute(
        select(Position.deployment_id, func.count())
        .join(Relief, Relief.position_id == Position.id)
        .where(Position.deployment_id.in_(ids))
        .group_by(Position.deployment_id)
    )
    return {row[0]: row[1] for row in rows}


async def _messages(session: AsyncSession, topics: Sequence[str]) -> Mapping[str, int]:
    rows = await session.execute(
        select(Message.topic, func.count())
        .where(Message.topic.in_(topics), Message.sent_at.is_not(None))
        .group_by(Message.topic)
    )
    return {row[0]: row[1] for row in rows}


def figures(facts: Facts) -> list[Figure]:
    """Every measure, in the order of domain.md 7."""
    return [*_demand(facts), *_speed(facts), *_staffing(facts), *_care(facts), *_service(facts)]


def _ones(requests: Iterable[Counted]) -> list[Case]:
    return [Case(request.reference, 1) for request in requests]


def _demand(facts: Facts) -> list[Figure]:
    def of(*states: RequestState) -> list[Case]:
        return _ones(request for request in facts.requests if request.state in states)

    agencies = defaultdict(list)
    for request in facts.requests:
        agencies[request.agency_id].append(request)
    repeated = [request for rows in agencies.values() if len(rows) > 1 for request in rows]
    return [
        count("received", "Demand", "Requests received", _ones(facts.requests)),
        count("approved", "Demand", "Approved", of(R.APPROVED)),
        count("declined", "Demand", "Declined", of(R.DECLINED)),
        count("referred", "Demand", "Referred to another body", of(R.REFERRED)),
        count("withdrawn", "Demand", "Withdrawn by the agency", of(R.WITHDRAWN)),
        count("repeated", "Demand", "Of agencies that asked more than once", _ones(repeated)),
    ]


def _between(facts: Facts, start: str, ends: Sequence[str]) -> list[Case]:
    """Minutes from one kind of event to the first of others, of the requests that have both."""
    cases = []
    for request in facts.requests:
        seen = facts.first.get(f"request:{request.id}", {})
        reached = [seen[kind] for kind in ends if kind in seen]
        if start in seen and reached:
            cases.append(Case(request.reference, (min(reached) - seen[start]).total_seconds() / 60))
    return cases


def _half_confirmed(facts: Facts) -> list[Case]:
    """Minutes from the first question to the yes that filled half of the seats."""
    cases = []
    for request, deployment in deployed(facts):
        asked = [offer.asked_at for offer in facts.offers.get(deployment.id, ())]
        seats = [row for row in facts.positions.get(deployment.id, ()) if row.state is not PositionState.CANCELLED]
        said = sorted(row.confirmed_at for row in facts.assignments.get(deployment.id, ()))
        half = -(-len(seats) // 2)
        if asked and half and len(said) >= half:
            cases.append(Case(request.reference, (said[half - 1] - min(asked)).total_seconds() / 60))
    return cases


def _speed(facts: Facts) -> list[Figure]:
    decided = ("request.approved", "request.declined", "request.referred")
    arrived, filed = "assignment.arrived", "request.filed"
    return [
        spans("to-acknowledge", "Filed to taken on", _between(facts, filed, ["request.taken_in"]), 30),
        spans("to-intake", "Filed to the intake call", _between(facts, filed, ["request.call_noted"]), 120),
        spans("to-decision", "Filed to decided", _between(facts, filed, decided), 6 * 60),
        spans("to-first-offer", "Approved to first question", _between(facts, "request.approved", ["offer.made"]), 60),
        spans("to-half", "First question to half the team", _half_confirmed(facts)),
        spans("to-full", "First question to the full team", _between(facts, "offer.made", ["deployment.staffed"]), 240),
        spans("to-site", "Filed to first person on site", _between(facts, filed, [arrived]), 24 * 60),
    ]


def deployed(facts: Facts) -> list[tuple[Counted, Counted]]:
    """Requests that became a deployment, with it."""
    return [(one, facts.deployments[one.id]) for one in facts.requests if one.id in facts.deployments]


def _staffing(facts: Facts) -> list[Figure]:
    filled, per_yes, answers = [], [], []
    for request, deployment in deployed(facts):
        asked = facts.offers.get(deployment.id, ())
        seats = [row for row in facts.positions.get(deployment.id, ()) if row.state is not PositionState.CANCELLED]
        filled += [Case(request.reference, row.state is PositionState.FILLED) for row in seats]
        yes = sum(offer.state is S.ACCEPTED for offer in asked)
        if yes:
            per_yes.append(Case(request.reference, len(asked) / yes))
        ended = [offer for offer in asked if offer.state in (S.ACCEPTED, S.STANDBY, S.DECLINED, S.EXPIRED)]
        answers += [Case(request.reference, offer.state is not S.EXPIRED) for offer in ended]
    reliefs = [Case(request.reference, facts.reliefs.get(row.id, 0)) for request, row in deployed(facts)]
    missed = [
        Case(request.reference, sum(one.state is A.NO_SHOW for one in facts.assignments.get(row.id, ())))
        for request, row in deployed(facts)
    ]
    return [
        share("filled", "Staffing", "Seats that have somebody", filled),
        share("offers-per-yes", "Staffing", "People asked for each yes", per_yes, "score"),
        share("answered", "Staffing", "Questions that were answered in time", answers),
        count("reliefs", "Staffing", "Reliefs asked for", reliefs),
        count("no-shows", "Staffing", "People who did not come", missed),
        share("top-tenth", "Staffing", "Of all parts, those of the busiest tenth of experts", _fairness(facts)),
    ]


def _fairness(facts: Facts) -> list[Case]:
    """Each part in a deployment: 1 when it is one of the busiest tenth of the experts who had any."""
    parts: dict[int, int] = defaultdict(int)
    rows = [
        (request.reference, one.expert_id)
        for request, deployment in deployed(facts)
        for one in facts.assignments.get(deployment.id, ())
        if one.state in LIVE
    ]
    for _, expert_id in rows:
        parts[expert_id] += 1
    busiest = sorted(parts, key=lambda who: (-parts[who], who))[: -(-len(parts) // 10)]
    return [Case(reference, expert_id in busiest) for reference, expert_id in rows]


def _care(facts: Facts) -> list[Figure]:
    broken = []
    for request, deployment in deployed(facts):
        for one in facts.assignments.get(deployment.id, ()):
            days: dict[date, float] = defaultdict(float)
            for row in facts.hours.get(one.id, ()):
                days[row.day] += float(row.hours)
            broken.append(Case(request.reference, sum(limit.is_broken for limit in duty.warnings(days))))
    return [count("duty-breaches", "Care", "Days on which somebody worked past a limit", broken)]


def _days_on_site(facts: Facts, deployment: Counted, one: Counted) -> float:
    """From somebody's arrival to their leaving, or to now."""
    arrived = facts.arrivals.get(one.id)
    if arrived is None:
        return 0.0
    left = clock.now() if one.state is A.ON_SITE else one.leaves_at or deployment.ends_at
    return max((left - arrived).total_seconds(), 0.0) / 86400


def _service(facts: Facts) -> list[Figure]:
    days, hours, cost, spent_on, texts = [], [], [], [], []
    for request, deployment in deployed(facts):
        parts = facts.assignments.get(deployment.id, ())  # who did not go after all may have worked for it, and paid
        spent = sum(float(row.hours) for one in parts for row in facts.hours.get(one.id, ()))
        days.append(Case(request.reference, sum(_days_on_site(facts, deployment, one) for one in parts)))
        hours.append(Case(request.reference, spent))
        cost.append(Case(request.reference, spent * HOURLY_CEILING))
        spent_on.append(Case(request.reference, sum(facts.expenses.get(one.id, 0.0) for one in parts)))
        texts.append(Case(request.reference, facts.messages.get(f"request:{request.id}", 0)))
    return [
        count("person-days", "Service", "Days on site, all people together", days),
        count("hours", "Service", "Hours of work kept by team leaders", hours, "hours"),
        count("cost", "Money", "Hours at the consultant ceiling of $81.25", cost, "dollars"),
        count("expenses", "Money", "Expenses handed in: travel, lodging, meals, other", spent_on, "dollars"),
        count("texts", "Service", "Texts and calls that went out", texts),
    ]
