"""What a replay came to, read from its database as the outcomes that a trial has too."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.experts.models import Expert
from app.requests.models import Request
from app.rosters.models import Pick, Proposal, ProposalState
from app.trials.composing import worst_rule
from app.trials.incidents import Incident
from app.trials.outcomes import ASKED_IN_VAIN, IncidentOutcome, OfferOutcome, SeatOutcome, miles

Rows = Mapping[int, list[Any]]
"""Deployment to its rows."""


async def outcomes(session: AsyncSession, incidents: Iterable[Incident], first: int = 0) -> tuple[IncidentOutcome, ...]:
    """Everything that became of these incidents, filed in this order.

    Args:
        session: a transaction that reads.
        incidents: as they were filed.
        first: place of the first of them among all that were filed.
    """
    rows = await session.execute(select(Deployment, Request).join(Request, Request.id == Deployment.request_id))
    teams = sorted(((one.Deployment, one.Request) for one in rows), key=lambda pair: pair[1].id)
    homes = {
        one.id: (one.latitude, one.longitude)
        for one in await session.execute(select(Expert.id, Expert.latitude, Expert.longitude))
    }
    seats = _by_team(await session.scalars(select(Position).order_by(Position.number)))
    offers = _by_team(await session.scalars(select(Offer).order_by(Offer.id)))
    seated = _by_team(await session.scalars(select(Assignment).where(Assignment.state.in_(LIVE))))
    rules = await _rules(session)
    return tuple(
        _told(number, incident, team, ask, seats, offers, seated, homes, rules)
        for number, (incident, (team, ask)) in enumerate(zip(incidents, teams[first:], strict=False), first)
    )


def _by_team(rows: Iterable[Any]) -> Rows:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.deployment_id].append(row)
    return found


async def _rules(session: AsyncSession) -> dict[int, str]:
    """Position to the rule at which most fell, of the accepted rosters' empty seats."""
    rows = await session.execute(
        select(Pick.position_id, Pick.facts)
        .join(Proposal, Proposal.id == Pick.proposal_id)
        .where(Proposal.state == ProposalState.ACCEPTED, Pick.rank == 0, Pick.expert_id.is_(None))
    )
    return {row.position_id: _worst(row) for row in rows}


def _worst(row: Row[Any]) -> str:
    steps = (row.facts or {}).get("funnel", ())
    return worst_rule([(step["rule"], step["fell"]) for step in steps])


def _told(  # noqa: PLR0917 - all that belongs to a team
    number: int,
    incident: Incident,
    team: Deployment,
    ask: Request,
    seats: Rows,
    offers: Rows,
    seated: Rows,
    homes: Mapping[int, tuple[float, float]],
    rules: Mapping[int, str],
) -> IncidentOutcome:
    number_of = {one.id: one.number for one in seats[team.id]}
    taken = {one.position_id: one for one in seated.get(team.id, ())}
    journeys = {o.expert_id: o for o in offers.get(team.id, ()) if o.state is OfferState.ACCEPTED}
    place = (ask.latitude, ask.longitude)
    return IncidentOutcome(
        number=number, filed_at=incident.filed_at, needed_by=team.starts_at, state=incident.state,
        kind=incident.kind, team_type=incident.team_type, priority=incident.priority, latitude=incident.latitude,
        longitude=incident.longitude, full_at=team.staffed_at,
        seats=tuple(_seat(one, taken.get(one.id), journeys, homes, place, rules) for one in seats[team.id]),
        offers=tuple(
            OfferOutcome(number_of[one.position_id], one.expert_id, one.code, one.asked_at, one.state.value)
            for one in offers.get(team.id, ())
        ),
    )  # fmt: skip


def _seat(  # noqa: PLR0917 - as above
    position: Position,
    taken: Assignment | None,
    journeys: Mapping[int, Offer],
    homes: Mapping[int, tuple[float, float]],
    place: tuple[float, float],
    rules: Mapping[int, str],
) -> SeatOutcome:
    about = position.number, position.code, position.title, tuple(position.disciplines)
    if taken is None:
        reason = position.unfillable_reason
        return SeatOutcome(
            *about, why=reason or ASKED_IN_VAIN, rule=rules.get(position.id, "") if reason is not None else ""
        )
    travel = journeys[taken.expert_id].travel
    return SeatOutcome(
        *about, expert_id=taken.expert_id, filled_at=taken.confirmed_at, leaves_at=taken.span.lower,
        arrives_at=taken.arrives_at, home_at=datetime.fromisoformat(travel["home"]), rested_at=taken.span.upper,
        miles=miles(*homes[taken.expert_id], *place), minutes=int(travel["minutes"]),
    )  # fmt: skip
