"""The pool as the desk searches it: one query for a page of it, however many experts there are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.places import REGIONS
from app.deployments.models import Assignment, Deployment
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.dispatch.states import OPEN
from app.experts.models import Absence, Contact, Credential, Expert
from app.experts.readiness import Readiness, Verdict, judge
from app.experts.standing import has, is_expiring, is_not_ready
from app.experts.taxonomy import MANDATORY
from app.web.pictures import axis_of
from app.web.render import DESK_ZONE

ROWS = 50
"""Experts of one page."""
WORKING_LEVEL = 3
"""ILR level at which a language counts for a search: as the solver's own default."""
YEAR = timedelta(days=365)
SORTS = ("name", "state", "readiness", "load", "newest")


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for; empty fields look for everything.

    Args:
        q: a part of the name.
        discipline: code.
        expertise: slug, at any level.
        language: tag, spoken at `WORKING_LEVEL` or better.
        state: postal code of the home.
        region: number of the home's federal region.
        readiness: of `Readiness`.
        free_on: no absence, assignment, rest or open offer on this day, and papers that are valid.
        sort: of `SORTS`.
        page: from 1.
    """

    q: str = ""
    discipline: str = ""
    expertise: str = ""
    language: str = ""
    state: str = ""
    region: str = ""
    readiness: str = ""
    free_on: date | None = None
    sort: str = "name"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One expert of a page.

    Args:
        verdict: readiness today with its reasons.
        load: deployments begun within a year before or promised.
        is_stopped: the mobile's texts have been stopped by STOP.
    """

    expert: Expert
    verdict: Verdict
    load: int
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the pool, and how many there are of each readiness in all that was found."""

    rows: tuple[Found, ...]
    counts: Mapping[Readiness, int]
    wanted: str

    @property
    def total(self) -> int:
        """How many there are on all pages."""
        return sum(n for word, n in self.counts.items() if self.wanted in ("", word.value))

    @property
    def pages(self) -> int:
        """How many pages that makes."""
        return max(1, -(-self.total // ROWS))


def is_free(day: date) -> ColumnElement[bool]:
    """Nothing fills this day, in the desk's zone: no absence, no assignment with its rest, no offer that is out."""
    axis = axis_of(day, 1, DESK_ZONE)
    away = exists().where(
        Absence.expert_id == Expert.id, Absence.ends_at > axis.start, Absence.starts_at < axis.end
    )  # fmt: skip
    taken = exists().where(
        Assignment.expert_id == Expert.id, Assignment.state.in_(LIVE),
        Assignment.span.overlaps(Range(axis.start, axis.end)),
    )  # fmt: skip
    asked = exists().where(
        Offer.expert_id == Expert.id, Offer.state.in_(OPEN), Deployment.id == Offer.deployment_id,
        Deployment.starts_at < axis.end, Deployment.ends_at > axis.start,
    )  # fmt: skip
    return and_(~away, ~taken, ~asked)


def conditions(search: Search) -> list[ColumnElement[bool]]:
    """What a search asks of an expert, but for her readiness."""
    found: list[ColumnElement[bool]] = []
    if search.q:
        city = Expert.city.icontains(search.q, autoescape=True)
        found.append(or_(Expert.name.icontains(search.q, autoescape=True), city))
    if search.discipline:
        found.append(Expert.disciplines.contains([search.discipline]))
    if search.expertise:
        found.append(Expert.expertise.has_key(search.expertise))
    if search.language:
        found.append(Expert.languages[search.language].astext.cast(Integer) >= WORKING_LEVEL)
    if search.state:
        found.append(Expert.state == search.state)
    if search.region:
        found.append(Expert.state.in_(REGIONS[search.region][1]))
    if search.free_on:
        found += [is_free(search.free_on), ~is_not_ready(search.free_on)]
    return found


def _load() -> ColumnElement[int]:
    """Deployments of an expert that began within a year, or are to begin."""
    return (
        select(func.count())
        .select_from(Assignment)
        .join(Deployment, Deployment.id == Assignment.deployment_id)
        .where(Assignment.expert_id == Expert.id, Assignment.state.in_(LIVE))
        .where(Deployment.starts_at > clock.now() - YEAR)
        .correlate(Expert)
        .scalar_subquery()
    )


def _order(sort: str, today: date) -> list[Any]:
    by: dict[str, list[Any]] = {
        "state": [Expert.state, Expert.city],
        "readiness": [is_not_ready(today).desc(), is_expiring(today).desc()],
        "load": [_load().desc()],
        "newest": [Expert.id.desc()],
    }
    return [*by.get(sort, []), Expert.name, Expert.id]


async def _counts(session: AsyncSession, where: list[ColumnElement[bool]], today: date) -> dict[Readiness, int]:
    """How many of each readiness, in one pass over the pool."""
    not_ready = func.count().filter(has(Readiness.NOT_READY, today))
    expiring = func.count().filter(has(Readiness.EXPIRING, today))
    row = (await session.execute(select(func.count(), not_ready, expiring).select_from(Expert).where(*where))).one()
    return {Readiness.READY: row[0] - row[1] - row[2], Readiness.EXPIRING: row[2], Readiness.NOT_READY: row[1]}


async def search(session: AsyncSession, asked: Search) -> Page:
    """One page of the experts that a search finds, with readiness in words and the load of a year."""
    where, today = conditions(asked), clock.now().date()
    query = select(Expert).where(*where)
    if asked.readiness:
        query = query.where(has(Readiness(asked.readiness), today))
    query = query.order_by(*_order(asked.sort, today)).limit(ROWS).offset((asked.page - 1) * ROWS)
    experts = (await session.scalars(query)).all()
    ids = [expert.id for expert in experts]
    loaded = await session.execute(select(Expert.id, _load()).where(Expert.id.in_(ids)))
    loads = {row[0]: row[1] for row in loaded}
    verdicts, stopped = await _verdicts(session, experts)
    found = tuple(Found(expert, verdicts[expert.id], loads[expert.id], expert.id in stopped) for expert in experts)
    return Page(found, await _counts(session, where, today), asked.readiness)


async def _verdicts(session: AsyncSession, experts: Sequence[Expert]) -> tuple[dict[int, Verdict], set[int]]:
    """Readiness of these experts, and whose mobile has texted STOP."""
    ids = [expert.id for expert in experts]
    held: dict[int, dict[str, date | None]] = defaultdict(dict)
    papers = select(Credential).where(Credential.expert_id.in_(ids), Credential.kind.in_(MANDATORY))
    for paper in await session.scalars(papers):
        held[paper.expert_id][paper.kind] = paper.expires_on
    contacts = (await session.scalars(select(Contact).where(Contact.expert_id.in_(ids)))).all()
    reached = {contact.expert_id for contact in contacts}
    today = clock.now().date()
    verdicts = {
        expert.id: judge(
            today, held[expert.id],
            is_active=expert.is_active, eligible_from=expert.eligible_from, can_be_reached=expert.id in reached,
        )
        for expert in experts
    }  # fmt: skip
    return verdicts, {contact.expert_id for contact in contacts if contact.texts_stopped_at is not None}
