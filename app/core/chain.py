"""The log as hash chains: a change, a gap, a stranger's row and a cut tail have a name (reliability.md R19, D10).

The database seals events as their transaction commits (`migrations/sql/seal.sql`). Here they are hashed again, apart
from it. Somebody who may write everything can rewrite a chain from its beginning; that is what anchors are for: the
heads, written down outside of the database.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import clock
from app.core.database import Table


class AuditHead(Table):
    """The end of a chain: its last number and hash."""

    __tablename__ = "audit_heads"

    chain: Mapped[str] = mapped_column(unique=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class AuditLink(Table):
    """An event's place in its chain."""

    __tablename__ = "audit_links"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), unique=True)
    chain: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


LINKS = text(
    "select l.chain, l.number, l.hash, l.event_id, e.id, e.at, e.kind, e.subject_id, e.topic, e.actor_kind, e.actor_id,"
    " e.actor_name, e.data::text as data from audit_links l left join events e on e.id = l.event_id"
    " order by l.chain, l.number"
)
UNSEALED = text(
    "select e.id, e.kind from events e left join audit_links l on l.event_id = e.id where l.id is null"
    " order by e.id limit 100"
)


def chain_of(topic: str, kind: str) -> str:
    """The chain of an event: its topic's, or that of its kind of subject."""
    return topic or kind.partition(".")[0]


def _field(value: object | None) -> bytes:
    if value is None:
        return struct.pack(">i", -1)
    said = str(value).encode()
    return struct.pack(">i", len(said)) + said


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link_hash(before: bytes, number: int, row: Any) -> bytes:
    """What the link of an event must hash to: SHA-256 over the hash before it and its fields, each with its length."""
    fields = (
        row.chain, number, row.id, _moment(row.at), row.kind, row.subject_id, row.topic, row.actor_kind, row.actor_id,
        row.actor_name, row.data,
    )  # fmt: skip
    return hashlib.sha256(before + b"".join(_field(value) for value in fields)).digest()


@dataclass(frozen=True, slots=True)
class Anchor:
    """The heads as they were written down outside: chain to its number and hash."""

    at: str
    heads: Mapping[str, tuple[int, str]]

    def line(self) -> str:
        """As a line of a file."""
        return json.dumps({"at": self.at, "heads": self.heads}, sort_keys=True)


@dataclass(slots=True)
class Verdict:
    """What was looked at, and what is wrong, a sentence each."""

    events: int = 0
    chains: int = 0
    wrong: list[str] | None = None

    @property
    def findings(self) -> list[str]:
        """Never None."""
        return self.wrong or []


async def verify(session: AsyncSession, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Hash the whole log again, and compare with its links, its heads, and what was written down outside."""
    wanted = {(chain, number): hashed for each in anchors for chain, (number, hashed) in each.heads.items()}
    verdict, ends = Verdict(wrong=[]), dict[str, tuple[int, bytes]]()
    assert verdict.wrong is not None  # noqa: S101 - made above
    async for row in await session.stream(LINKS):
        number, before = ends.get(row.chain, (0, b""))
        verdict.wrong += _wrong_with(row, number, before)
        anchored = wanted.pop((row.chain, row.number), None)
        if anchored not in (None, row.hash.hex()):
            verdict.wrong.append(f"{row.chain}: number {row.number} is not what was written down outside")
        ends[row.chain] = (row.number, row.hash)
        verdict.events += 1
    verdict.chains = len(ends)
    verdict.wrong += await _wrong_heads(session, ends)
    verdict.wrong += [f"event {row.id} ({row.kind}) is in no chain: not written by the service"
                      for row in await session.execute(UNSEALED)]  # fmt: skip
    verdict.wrong += [f"{chain}: number {number}, written down outside, is gone" for chain, number in sorted(wanted)]
    return verdict


def _wrong_with(row: Any, number: int, before: bytes) -> list[str]:
    """One link after the link before it."""
    where = f"{row.chain}: number {row.number}"
    if row.number != number + 1:
        return [f"{row.chain}: numbers {number + 1} to {row.number - 1} are missing"]
    if row.id is None:
        return [f"{where}: event {row.event_id} was removed"]
    if chain_of(row.topic, row.kind) != row.chain or link_hash(before, row.number, row) != row.hash:
        return [f"{where}: event {row.event_id} ({row.kind}) was changed"]
    return []


async def _wrong_heads(session: AsyncSession, ends: Mapping[str, tuple[int, bytes]]) -> list[str]:
    heads = {row.chain: (row.number, row.hash) for row in await session.scalars(select(AuditHead))}
    wrong = []
    for chain in sorted(heads.keys() | ends.keys()):
        head, end = heads.get(chain), ends.get(chain, (0, b""))
        if head is None:
            wrong.append(f"{chain}: its head is gone")
        elif head[0] > end[0]:
            wrong.append(f"{chain}: its tail is cut off: numbers {end[0] + 1} to {head[0]} are missing")
        elif head != end:
            wrong.append(f"{chain}: its head is not its last link")
    return wrong


async def anchor(session: AsyncSession, known: Iterable[Anchor] = ()) -> Anchor:
    """The heads of now that `known` does not have yet, to be written down outside."""
    before = {chain: head for each in known for chain, head in each.heads.items()}
    rows = await session.scalars(select(AuditHead).where(AuditHead.number > 0).order_by(AuditHead.chain))
    heads = {row.chain: (row.number, row.hash.hex()) for row in rows}
    return Anchor(_moment(clock.now()), {chain: head for chain, head in heads.items() if before.get(chain) != head})


def read_anchors(file: Path) -> list[Anchor]:
    """What was written down in a file, oldest first; none where there is no file."""
    if not file.exists():
        return []
    lines = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
    return [Anchor(line["at"], {chain: (head[0], head[1]) for chain, head in line["heads"].items()}) for line in lines]


def digest_of(anchors: Iterable[Anchor]) -> str:
    """One hash over everything that was written down: short enough for a log line or a printed report."""
    return hashlib.sha256("\n".join(each.line() for each in anchors).encode()).hexdigest()
