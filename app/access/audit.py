"""Searching the log, for auditors and administrators."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Event

REQUEST = re.compile(r"^request:\d+$")
REFERENCE = re.compile(r"^\d{2}-\d{4,}$")


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for; empty fields are not asked."""

    kind: str = ""
    """Its beginning: "user", "offer.accepted"."""
    who: str = ""
    """Part of the name of who did it."""
    about: str = ""
    """A request's reference, or a topic."""
    since: date | None = None
    until: date | None = None


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _topic(session: AsyncSession, about: str) -> str:
    """The topic of a request's reference; anything else is a topic itself."""
    if not REFERENCE.match(about):
        return about
    # Plain SQL: the table of requests lives in a room above this one.
    found = await session.scalar(text("select id from requests where reference = :about"), {"about": about})
    return f"request:{found or 0}"


async def references(session: AsyncSession, topics: Iterable[str]) -> dict[str, str]:
    """Topic to the reference of its request, as people call it."""
    ids = {int(topic.removeprefix("request:")) for topic in topics if REQUEST.match(topic)}
    rows = await session.execute(text("select id, reference from requests where id = any(:ids)"), {"ids": list(ids)})
    return {f"request:{row.id}": row.reference for row in rows}


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


async def query(session: AsyncSession, search: Search, zone: str) -> Select[Event]:
    """Events that fit, newest first. Days are days in `zone`."""
    found = select(Event).order_by(Event.id.desc())
    if search.kind:
        found = found.where(Event.kind.like(f"{_escaped(search.kind)}%"))
    if search.who:
        found = found.where(Event.actor_name.ilike(f"%{_escaped(search.who)}%"))
    if search.about:
        found = found.where(Event.topic == await _topic(session, search.about.strip()))
    if search.since:
        found = found.where(Event.at >= _midnight(search.since, zone))
    if search.until:
        found = found.where(Event.at < _midnight(search.until + timedelta(days=1), zone))
    return found


async def events(
    session: AsyncSession, search: Search, zone: str, limit: int, before_id: int | None = None
) -> Sequence[Event]:
    """At most `limit` events that fit, newest first, older than `before_id`."""
    found = await query(session, search, zone)
    if before_id is not None:
        found = found.where(Event.id < before_id)
    rows: Sequence[Event] = (await session.scalars(found.limit(limit))).all()
    return rows
