"""The end of what was kept long enough: told first if wanted, then done in small transactions that can be run again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import sealing
from app.core.clock import clock
from app.core.database import begin
from app.core.events import record
from app.core.retention import NOBODY, RULES, Rule
from app.core.settings import get_settings

BATCH = 500
HELD = """exists (select from legal_holds h where h.lifted_at is null
  and (h.kind = 'expert' and h.subject_id = {expert} or h.kind = 'request' and h.subject_id = {request}))"""


@dataclass(frozen=True, slots=True)
class Due:
    """What one rule finds now."""

    rule: Rule
    days: int
    due: int
    """Rows that go with the next purge."""
    held: int
    """Rows whose time is over, and that a legal hold keeps."""


def schedule() -> list[tuple[Rule, int]]:
    """Every rule with its days, by the settings or its own."""
    chosen = get_settings().retention_days
    return [(rule, chosen.get(name, rule.days)) for name, rule in sorted(RULES.items())]


def _given(rule: Rule, days: int) -> dict[str, Any]:
    given: dict[str, Any] = {"before": clock.now() - timedelta(days=days)}
    return given | ({"nobody": sealing.lookup(NOBODY)} if ":nobody" in rule.due else {})


async def due(session: AsyncSession) -> list[Due]:
    """What would go now."""
    found = []
    for rule, days in schedule():
        held = HELD.format(expert=rule.expert, request=rule.request)
        counts = f"count(*) filter (where not {held}), count(*) filter (where {held})"
        query = f"select {counts} from {rule.table} t where {rule.due}"  # noqa: S608 - our own words
        row = (await session.execute(text(query), _given(rule, days))).one()
        found.append(Due(rule, days, row[0], row[1]))
    return found


async def purge() -> dict[str, int]:
    """Do it, rule by rule ("data.purged" for each that found something). How many rows of each."""
    return {rule.name: await _purge(rule, days) for rule, days in schedule()}


async def _purge(rule: Rule, days: int) -> int:
    gone = 0
    while True:
        async with begin() as session:
            ids = await _batch(session, rule, days)
            if ids:
                await record(session, "data.purged", 0, rule=rule.name, rows=len(ids), days=days)
        gone += len(ids)
        if len(ids) < BATCH:
            return gone


async def _batch(session: AsyncSession, rule: Rule, days: int) -> list[int]:
    held = HELD.format(expert=rule.expert, request=rule.request)
    # a hold that is being set waits for us, or we for it
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended('legal_holds', 0))"))
    query = f"select t.id from {rule.table} t where {rule.due} and not {held}"  # noqa: S608 - our own words
    query += f" order by t.id limit {BATCH} for update of t skip locked"
    ids = list(await session.scalars(text(query), _given(rule, days)))
    if not ids:
        return []
    if rule.empties or rule.cuts:
        left = {column: f":{column}" for column in rule.empties} | dict(rule.cuts)
        sets = ", ".join(f"{column} = {value}" for column, value in left.items())
        change = f"update {rule.table} set {sets} where id in :ids"  # noqa: S608 - our own words
    else:
        change = f"delete from {rule.table} where id in :ids"  # noqa: S608 - our own words
    given = {column: make() for column, make in rule.empties.items()}
    await session.execute(text(change).bindparams(bindparam("ids", expanding=True)), given | {"ids": ids})
    return ids
