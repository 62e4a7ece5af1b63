"""The append-only log. Recording an event is how a lower room speaks to the ones above it.

`record` writes the event's row, defers every reaction declared with `@on`, and tells live pages, all in the caller's
transaction: rolled back, none of it happened.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Executable, Index, bindparam, event, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import tracing
from app.core.clock import clock
from app.core.database import Table, flush, raw_connection
from app.core.jobs import Handler, deferred, deferring, job
from app.core.log import bind

CHANNEL = "rrt_events"
"""LISTEN/NOTIFY channel, of `audit_seal` too; the payload is the topic, a signal and never data."""
UNSEALED = "unsealed events"
"""Where a session keeps the ids of what it has recorded until it commits."""
SEAL = "select audit_seal(cast(%(ids)s as bigint[]))"
"""Chains them, and tells live pages (`migrations/sql/seal.sql`)."""
Condition = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""From the subject's id to a question that the database answers as it writes the event."""
_REACTIONS: dict[str, dict[str, Condition | None]] = defaultdict(dict)
_PRIORITIES: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: kind and id for the log, name for people."""

    kind: Literal["user", "expert", "system", "carrier"]
    id: int | None = None
    name: str = ""


SYSTEM = Actor("system", None, "System")


class Event(Table):
    """One thing that happened. Never changed, never deleted: a trigger refuses both."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_topic_id", "topic", "id"),
        Index("ix_events_kind_id", "kind", "id"),
        Index("ix_events_actor_id_id", "actor_id", "id"),
    )

    at: Mapped[datetime]
    kind: Mapped[str]
    """"room's noun.what happened": "offer.accepted"."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str] = mapped_column(default="")
    """What it belongs to on live pages and in the story: "request:12"."""
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str]
    """Of staff and agencies, who answer for what they did. Experts are named by number only: they may be erased."""
    data: Mapped[dict[str, Any]]


def on(kind: str, *, name: str, priority: int = 0, when: Condition | None = None) -> Callable[[Handler], Handler]:
    """Declare a reaction: a durable job that gets `subject_id`, deferred whenever `kind` is recorded.

    Args:
        kind: the event's.
        name: the job's.
        priority: above 0 it goes before what else is due.
        when: false where the job would find nothing to do; asked in the statement that writes the event. A question
            is much cheaper than a job, but its answer must hold until the commit: by the locks of whoever records
            the event.
    """

    def register(handler: Handler) -> Handler:
        _PRIORITIES[name] = priority
        _REACTIONS[kind].setdefault(name, when)
        return job(name)(handler)

    return register


async def record(
    session: AsyncSession, kind: str, subject_id: int, *, topic: str = "", by: Actor = SYSTEM, **data: Any
) -> None:
    """Write what happened, and set going what follows from it.

    Args:
        session: the transaction of the change itself.
        kind: "noun.verb"; reactions are found by it.
        subject_id: the id reactions get.
        topic: what it belongs to, for stories and live pages.
        by: who did it.
        data: plain facts about it, no personal data: an expert is `expert_id`; JSON.
    """
    await flush(session)
    if topic:
        bind(topic=topic)
    happened = {
        "at": clock.now(), "kind": kind, "subject_id": subject_id, "topic": topic,
        "actor_kind": by.kind, "actor_id": by.id, "actor_name": "" if by.kind == "expert" else by.name,
        "data": json.loads(json.dumps(data, default=str)), "about": subject_id,
    }  # fmt: skip
    reactions = tuple(_REACTIONS.get(kind, {}).items())
    if reactions:
        happened["follows"] = {"subject_id": subject_id, **tracing.carried()}
        deferred()
    written = await session.scalar(_writing(reactions), happened)
    session.info.setdefault(UNSEALED, []).append(written)


@cache
def _writing(reactions: tuple[tuple[str, Condition | None], ...]) -> Executable:
    """The statement that writes an event, and defers those of its reactions that have something to do."""
    table = Event.metadata.tables[Event.__tablename__]
    columns = {column.name: bindparam(column.name, type_=column.type) for column in table.c if column.name != "id"}
    writing = insert(table).values(columns).returning(table.c.id)
    if not reactions:
        return writing
    about = bindparam("about", type_=BigInteger)
    asked = [(name, _PRIORITIES[name], when(about) if when else None) for name, when in reactions]
    return select(writing.cte().c.id).add_cte(deferring(bindparam("follows", type_=JSONB), asked))


async def signal(session: AsyncSession, topic: str) -> None:
    """Tell live pages to look again, without a line in the log: every text goes this way several times."""
    await (await raw_connection(session)).execute("select pg_notify(%s, %s)", (CHANNEL, topic))


def signalling(topic: ColumnElement[str]) -> ColumnElement[Any]:
    """`signal`, as part of a statement that changes something anyway."""
    return func.pg_notify(CHANNEL, topic)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    """Have the database chain what was recorded (`chain.py`), and tell live pages of it: heads are held briefly."""
    if session.in_nested_transaction():
        return
    recorded = session.info.pop(UNSEALED, [])
    if recorded:
        session.flush()
        session.connection().exec_driver_sql(SEAL, {"ids": recorded})


def changes(before: Any, after: Mapping[str, Any], shown: Collection[str]) -> dict[str, Any]:
    """What will change: of fields in `shown` [before, after], of all others, maybe personal, only that they do."""
    changed = {name: [getattr(before, name), value] for name, value in after.items() if getattr(before, name) != value}
    return {name: pair if name in shown else "changed" for name, pair in changed.items()}
