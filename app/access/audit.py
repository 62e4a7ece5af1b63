"""Searching the log, for auditors and administrators."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, column, or_, select, table, text
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


# Plain tables: experts live in a room above this one; their accounts are looked up the same way.
_EXPERTS, _USERS = (table(name, column("id", BigInteger), column("name", String)) for name in ("experts", "users"))


def _is_by(part: str) -> ColumnElement[bool]:
    """Whether the name of who did it has a part; who is in the log by number has the name of today."""
    ways: list[ColumnElement[bool]] = [Event.actor_name.ilike(part)]
    for kind, people in (("expert", _EXPERTS), ("user", _USERS)):
        called = select(people.c.id).where(people.c.name.ilike(part))
        ways.append(and_(Event.actor_kind == kind, Event.actor_name == "", Event.actor_id.in_(called)))
    return or_(*ways)


async def named(session: AsyncSession, events: Sequence[Event]) -> dict[tuple[str, int], str]:
    """Names of today of whom the lines have by number: (kind, id) to name, experts that they are about included."""
    found: dict[tuple[str, int], str] = {}
    for kind, people in (("expert", _EXPERTS), ("user", _USERS)):
        ids = {one.actor_id for one in events if one.actor_kind == kind and not one.actor_name}
        if kind == "expert":
            ids |= {one.data["expert_id"] for one in events if "expert_id" in one.data}
        for row in await session.execute(select(people).where(people.c.id.in_(ids - {None}))):
            found[kind, row.id] = row.name
    return found


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


async def query(session: AsyncSession, search: Search, zone: str) -> Select[Event]:
    """Events that fit, newest first. Days are days in `zone`."""
    found = select(Event).order_by(Event.id.desc())
    if search.kind:
        found = found.where(Event.kind.like(f"{_escaped(search.kind)}%"))
    if search.who:
        found = found.where(_is_by(f"%{_escaped(search.who)}%"))
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
