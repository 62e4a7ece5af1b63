"""What the timeline reads: assignments, offers, proposed teams, absences, rest."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, SEATED, DeploymentState, PositionState
from app.desk.timeline import Bar, BarKind, marked
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.experts.models import Absence, Expert
from app.field.calendars import ends_at
from app.requests.models import Request
from app.rosters.models import Pick, Proposal, ProposalState
from app.web.pictures import Axis


async def bars(session: AsyncSession, axis: Axis) -> list[Bar]:
    """Everything that fills anybody's days on the axis, marked where it overlaps."""
    found = [*await _seated(session, axis), *await _asked(session), *await _proposed(session)]
    found += [*await _away(session, axis), *await _not_yet(session)]
    return [bar for bar in marked(found) if axis.shows(bar.start, bar.end)]


def _where(request: Request) -> str:
    return f"{request.city}, {request.place_state}"


async def _seated(session: AsyncSession, axis: Axis) -> list[Bar]:
    """Assignments, each with the rest that follows."""
    rows = await session.execute(
        select(Assignment, Deployment, Request, Position.title)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .join(Request, Request.id == Deployment.request_id)
        .join(Position, Position.id == Assignment.position_id)
        .where(Assignment.state.in_(LIVE), Assignment.span.overlaps(Range(axis.start, axis.end)))
        .order_by(Assignment.id)
    )
    found, now = list[Bar](), clock.now()
    for assignment, deployment, request, title in rows:
        depart, rested = assignment.span.lower, assignment.span.upper
        if depart is None or rested is None:  # never written so
            continue
        home = min(rested, ends_at(assignment, deployment))
        is_over = assignment.state not in SEATED or home <= now
        kind = BarKind.FINISHED if is_over else BarKind.DEPLOYED
        found.append(Bar(assignment.expert_id, kind, depart, home, deployment.reference, _where(request), title))
        if rested > home:
            found.append(Bar(assignment.expert_id, BarKind.REST, home, rested))
    return found


def _journey(travel: dict[str, str] | None, deployment: Deployment) -> tuple[datetime, datetime]:
    """From leaving home to being back; without a journey the days on site."""
    if not travel:
        return deployment.starts_at, deployment.ends_at
    return datetime.fromisoformat(travel["depart"]), datetime.fromisoformat(travel["home"])


async def _asked(session: AsyncSession) -> list[Bar]:
    """Offers that wait for an answer, and those on standby."""
    rows = await session.execute(
        select(Offer, Deployment, Request, Position.title)
        .join(Deployment, Deployment.id == Offer.deployment_id)
        .join(Request, Request.id == Deployment.request_id)
        .join(Position, Position.id == Offer.position_id)
        .where(Offer.state.in_((*OPEN, OfferState.STANDBY)), Deployment.state != DeploymentState.STOOD_DOWN)
        .order_by(Offer.id)
    )
    found = []
    for offer, deployment, request, title in rows:
        kind = BarKind.STANDBY if offer.state is OfferState.STANDBY else BarKind.ASKED
        start, end = _journey(offer.travel, deployment)
        found.append(Bar(offer.expert_id, kind, start, end, deployment.reference, _where(request), title))
    return found


async def _proposed(session: AsyncSession) -> list[Bar]:
    """The people of teams that the desk has not accepted yet."""
    rows = await session.execute(
        select(Pick, Deployment, Request, Position.title)
        .join(Proposal, Proposal.id == Pick.proposal_id)
        .join(Deployment, Deployment.id == Proposal.deployment_id)
        .join(Request, Request.id == Deployment.request_id)
        .join(Position, Position.id == Pick.position_id)
        .where(Proposal.state == ProposalState.PROPOSED, Deployment.state != DeploymentState.STOOD_DOWN)
        .where(Pick.rank == 0, Pick.expert_id.is_not(None))
        .order_by(Proposal.version.desc(), Pick.id)
    )
    found, newest = list[Bar](), dict[int, int]()
    for pick, deployment, request, title in rows:
        if pick.expert_id and newest.setdefault(deployment.id, pick.proposal_id) == pick.proposal_id:
            start, end = _journey(pick.travel, deployment)
            found.append(
                Bar(pick.expert_id, BarKind.PROPOSED, start, end, deployment.reference, _where(request), title)
            )
    return found


async def _away(session: AsyncSession, axis: Axis) -> list[Bar]:
    query = select(Absence).where(Absence.ends_at > axis.start, Absence.starts_at < axis.end)
    return [Bar(row.expert_id, BarKind.AWAY, row.starts_at, row.ends_at) for row in await session.scalars(query)]


async def _not_yet(session: AsyncSession) -> list[Bar]:
    now = clock.now()
    rows = await session.execute(select(Expert.id, Expert.eligible_from).where(Expert.eligible_from > now))
    return [Bar(who, BarKind.NOT_YET, now, until) for who, until in rows if until]


def named_or_in(text: str, discipline: str, state: str) -> Select[Expert]:
    """Experts by a part of their name, their discipline and state; empty: all."""
    query = select(Expert)
    if text:
        query = query.where(Expert.name.icontains(text, autoescape=True))
    if discipline:
        query = query.where(Expert.disciplines.contains([discipline]))
    if state:
        query = query.where(Expert.state == state)
    return query


async def people(
    session: AsyncSession, bars_of: Sequence[Bar], *, text: str = "", discipline: str = "", state: str = ""
) -> list[Expert]:
    """The experts of these bars whom the filter lets through."""
    ids = {bar.expert_id for bar in bars_of}
    query = named_or_in(text, discipline, state).where(Expert.id.in_(ids))
    return list(await session.scalars(query))


async def stays(session: AsyncSession, axis: Axis) -> list[tuple[Deployment, Request, int]]:
    """Deployments on the axis, each with its request and its number of seats; the first to begin first."""
    wanted = func.count(Position.id).filter(Position.state != PositionState.CANCELLED)
    rows = await session.execute(
        select(Deployment, Request, wanted)
        .join(Request, Request.id == Deployment.request_id)
        .outerjoin(Position, Position.deployment_id == Deployment.id)
        .where(Deployment.state != DeploymentState.STOOD_DOWN)
        .where(Deployment.ends_at > axis.start, Deployment.starts_at < axis.end)
        .group_by(Deployment.id, Request.id)
        .order_by(Deployment.starts_at, Deployment.id)
    )
    return [(deployment, request, seats) for deployment, request, seats in rows]
