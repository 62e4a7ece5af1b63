"""What the desk knows of one expert: deployments, offers with their answers, the load of a year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Event
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.experts.models import Absence, Expert
from app.field.calendars import ends_at
from app.requests.models import Request

MONTHS = 12
EVENT_WORDS = {
    "expert.added": "entered this expert",
    "expert.changed": "changed the record",
    "expert.absence_noted": "noted an absence",
    "expert.absence_ended": "ended an absence",
    "expert.credential_added": "added a credential",
    "expert.credential_renewed": "renewed a credential",
    "expert.credential_verified": "verified a credential",
    "expert.contacts_viewed": "looked at the phone numbers",
    "expert.data_exported": "took out all that is held, on their wish",
    "expert.viewed": "opened this page",
}


@dataclass(frozen=True, slots=True)
class Service:
    """One deployment of an expert, from leaving home to being back."""

    assignment: Assignment
    deployment: Deployment
    place: str
    role: str

    @property
    def away(self) -> tuple[datetime, datetime]:
        """From leaving home to being back; home is as far from the last day as the way there took."""
        return self.assignment.span.lower or self.deployment.starts_at, ends_at(self.assignment, self.deployment)

    @property
    def rested(self) -> datetime | None:
        """The end of the rest afterwards."""
        return self.assignment.span.upper


@dataclass(frozen=True, slots=True)
class Asked:
    """One offer to an expert."""

    offer: Offer
    deployment: Deployment
    role: str


@dataclass(frozen=True, slots=True)
class Month:
    """How many days of a month somebody was away for us."""

    first: date
    days: int


def by_month(stays: Iterable[tuple[datetime, datetime]], today: date, zone: str) -> list[Month]:
    """The last twelve months, this one last, each with its days away; a day that is begun counts once."""
    there = ZoneInfo(zone)
    days: set[date] = set()
    for start, end in stays:
        first, last = start.astimezone(there).date(), end.astimezone(there).date()
        days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    months = [_month_before(today, n) for n in range(MONTHS - 1, -1, -1)]
    return [Month(m, sum(day.year == m.year and day.month == m.month for day in days)) for m in months]


def _month_before(today: date, count: int) -> date:
    index = today.year * 12 + today.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


async def services(session: AsyncSession, expert: Expert, limit: int = 40) -> list[Service]:
    """The expert's deployments, newest first."""
    rows = await session.execute(
        select(Assignment, Deployment, Request, Position.title)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .join(Request, Request.id == Deployment.request_id)
        .join(Position, Position.id == Assignment.position_id)
        .where(Assignment.expert_id == expert.id)
        .order_by(Deployment.starts_at.desc())
        .limit(limit)
    )
    return [Service(a, d, f"{request.city}, {request.place_state}", title) for a, d, request, title in rows]


async def asked(session: AsyncSession, expert: Expert, limit: int = 40) -> list[Asked]:
    """The expert's offers, newest first."""
    rows = await session.execute(
        select(Offer, Deployment, Position.title)
        .join(Deployment, Deployment.id == Offer.deployment_id)
        .join(Position, Position.id == Offer.position_id)
        .where(Offer.expert_id == expert.id)
        .order_by(Offer.id.desc())
        .limit(limit)
    )
    return [Asked(*row) for row in rows]


async def absences(session: AsyncSession, expert: Expert) -> Sequence[Absence]:
    """Absences of now and of days to come."""
    query = select(Absence).where(Absence.expert_id == expert.id, Absence.ends_at > clock.now())
    return (await session.scalars(query.order_by(Absence.starts_at))).all()


async def log(session: AsyncSession, expert: Expert, limit: int = 30) -> Sequence[Event]:
    """What happened to the record, newest first."""
    query = select(Event).where(Event.kind.in_(EVENT_WORDS), Event.subject_id == expert.id)
    return (await session.scalars(query.order_by(Event.id.desc()).limit(limit))).all()


def counted(served: Sequence[Service], days: int) -> int:
    """How many deployments began within so many days, or are promised."""
    since = clock.now() - timedelta(days=days)
    return sum(one.assignment.state in LIVE and one.deployment.starts_at > since for one in served)
