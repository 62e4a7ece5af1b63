"""What is known of a deployment for its report: dates, team, hours, decisions, overrides, messages in figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Event
from app.deployments.models import Deployment
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.field import daily, queries
from app.field.models import DailyReport
from app.messaging.models import InboundMessage, Message
from app.requests.models import Request
from app.surveys import results
from app.web.languages import N_

DATES = (
    ("request.filed", N_("The agency asked")), ("request.approved", N_("Approved")),
    ("offer.made", N_("First question")), ("deployment.staffed", N_("Team confirmed")),
    ("order.issued", N_("Mission order")), ("assignment.arrived", N_("First on site")),
    ("deployment.demobilising", N_("Demobilisation")), ("deployment.released", N_("Team released")),
)  # fmt: skip
"""Kinds of event to what they are in the report's timeline; the first time of each."""
OVERRIDES = {
    "offer.added": N_("asked somebody by hand"), "roster.swapped": N_("put somebody else in the proposed team"),
    "callout.skipped": N_("passed over somebody"), "override.granted": N_("let a limit be set aside"),
    "extension.asked": N_("asked the team to stay longer"),
}  # fmt: skip
"""Events in which a person decided otherwise than the solver, and what was done then."""
ANSWERS = {
    OfferState.PLANNED: N_("not asked yet"), OfferState.CONTACTING: N_("being asked"),
    OfferState.ACCEPTED: N_("said yes"), OfferState.DECLINED: N_("said no"),
    OfferState.EXPIRED: N_("did not answer in time"), OfferState.UNREACHABLE: N_("could not be reached"),
    OfferState.WITHDRAWN: N_("no longer needed"), OfferState.DEFERRED: N_("waiting for the desk"),
    OfferState.STANDBY: N_("on standby"),
}  # fmt: skip
"""What became of the people who were asked."""


@dataclass(frozen=True, slots=True)
class Known:
    """The counted part of an after-action report."""

    dates: tuple[tuple[str, datetime], ...]
    members: tuple[queries.Member, ...]
    hours: float
    people_reached: int
    asked: int
    answers: tuple[tuple[OfferState, int], ...]
    texts_out: int
    texts_in: int
    overrides: tuple[Event, ...]
    reports: tuple[DailyReport, ...]
    surveys: tuple[results.Result, ...]


async def of(session: AsyncSession, deployment: Deployment, request: Request) -> Known:
    """Count it."""
    topic = f"request:{request.id}"
    members = await queries.members(session, deployment)
    reports = await daily.reports(session, deployment.id)
    states = Counter(await session.scalars(select(Offer.state).where(Offer.deployment_id == deployment.id)))
    return Known(
        await _dates(session, topic), tuple(members), sum(member.hours for member in members),
        sum(report.people_reached for report in reports), states.total(),
        tuple((state, number) for state, number in states.most_common()),
        await _count(session, select(func.count()).where(Message.topic == topic, Message.sent_at.is_not(None))),
        await _count(session, select(func.count()).where(InboundMessage.topic == topic)),
        tuple(await _overrides(session, topic)), tuple(reversed(reports)),
        tuple(await results.of(session, deployment.id)),
    )  # fmt: skip


async def _count(session: AsyncSession, query: Select[int]) -> int:
    return await session.scalar(query) or 0


async def _dates(session: AsyncSession, topic: str) -> tuple[tuple[str, datetime], ...]:
    rows = await session.execute(
        select(Event.kind, func.min(Event.at))
        .where(Event.topic == topic, Event.kind.in_([kind for kind, _ in DATES]))
        .group_by(Event.kind)
    )
    first = {row[0]: row[1] for row in rows}
    return tuple((words, first[kind]) for kind, words in DATES if kind in first)


async def _overrides(session: AsyncSession, topic: str) -> Sequence[Event]:
    query = select(Event).where(Event.topic == topic, Event.kind.in_(OVERRIDES)).order_by(Event.id)
    return (await session.scalars(query)).all()
