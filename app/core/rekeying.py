"""What is sealed with older keys is sealed anew with the newest, while everything runs.

A row is changed only if it still holds what was read, so whoever writes at the same moment wins; a run that was cut
short is taken up by the next, because only rows of another generation are read. Nothing is kept about the progress.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, String, column, func, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import sealing
from app.core.database import Table, begin

BATCH = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A sealed column."""

    table: str
    name: str
    found: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def sealed_columns() -> Iterator[Column]:
    """Every sealed column of every table that is loaded."""
    for each in Table.metadata.sorted_tables:
        for one in each.columns:
            if isinstance(one.type, sealing.Sealed | sealing.SealedJson):
                yield Column(each.name, one.name, getattr(one.type, "found", False))


@dataclass(slots=True)
class Look:
    """What a column holds."""

    generations: Counter[str] = field(default_factory=Counter)
    """How many values each generation of keys has sealed."""
    unopened: int = 0
    rows: list[int] = field(default_factory=list)
    """Ids of the first that cannot be opened."""


async def look(of: Column) -> Look:
    """Open every value of a column."""
    found, last = Look(), 0
    row_id, value = column("id", BigInteger), column(of.name, String)
    query = select(row_id, value).select_from(table(of.table, row_id, value)).where(value.is_not(None))
    while True:
        async with begin(only_reads=True) as session:
            rows = (await session.execute(query.where(row_id > last).order_by(row_id).limit(BATCH))).all()
        for of_id, kept in rows:
            found.generations[kept.split(".", 2)[1]] += 1
            if not _opens(kept, found=of.found):
                found.unopened += 1
                found.rows = [*found.rows, of_id][:5]
        if len(rows) < BATCH:
            return found
        last = rows[-1][0]


def _opens(kept: str, *, found: bool) -> bool:
    """Whether a value opens, and its digest, if this lookup key made it, is its own."""
    try:
        plain = sealing.unseal(kept)
    except sealing.Unsealable:
        return False
    digest, generation, _ = kept.split(".", 2)
    is_ours = generation[: sealing.WHO_LENGTH] == sealing.keyring().generation[: sealing.WHO_LENGTH]
    return not found or not is_ours or digest == sealing.lookup(plain)


async def rotate(of: Column) -> int:
    """Seal all of a column anew that another generation has sealed; how many that were.

    Raises:
        Unsealable: a value's key is not among the settings' any more.
    """
    changed, last = 0, 0
    while True:
        async with begin() as session:
            last, more = await _batch(session, of, last)
        changed += more
        if last < 0:
            return changed


async def _batch(session: AsyncSession, of: Column, last: int) -> tuple[int, int]:
    """One transaction. Returns the id to go on after (-1: done), and how many were changed."""
    row_id, value = column("id", BigInteger), column(of.name, String)
    there = table(of.table, row_id, value)
    old = func.split_part(value, ".", 2) != sealing.keyring().generation
    query = select(row_id, value).select_from(there).where(row_id > last, old).order_by(row_id).limit(BATCH)
    rows = (await session.execute(query)).all()
    changed = 0
    for of_id, kept in rows:
        anew = sealing.seal(sealing.unseal(kept), found=of.found)
        same = update(there).where(row_id == of_id, value == kept).values({of.name: anew}).returning(row_id)
        changed += await session.scalar(same) is not None
    return (rows[-1][0] if len(rows) == BATCH else -1), changed
