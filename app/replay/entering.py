"""Put a pool of members into the database of a replay, with the ids that they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.places import ZONES
from app.experts.importing import BadRow, read_lines
from app.experts.models import Absence, Contact, ContactKind, Credential, Expert
from app.experts.schemas import ExpertIn
from app.trials.members import COPIED, Member
from app.trials.reading import phone

AT_ONCE = 500


class BadPool(Exception):  # noqa: N818 - a sentence on the terminal
    """Rows of a pool file cannot be used: all of them, in `bad`."""

    def __init__(self, bad: Sequence[BadRow]) -> None:
        self.bad = tuple(bad)
        super().__init__("\n".join(f"line {row.line}: {row.why}" for row in bad))


def read_pool(path: Path) -> list[Member]:
    """A pool from a CSV file in the form of `rrt experts import`, its numbers replaced by invented ones.

    Raises:
        BadPool: rows that cannot be used, every one of them; nobody is entered then.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(read_lines(file))
    bad = [row for _, row in rows if isinstance(row, BadRow)]
    good = [row for _, row in rows if isinstance(row, ExpertIn)]
    if not bad and not good:
        bad = [BadRow(1, "the file names nobody")]
    if bad:
        raise BadPool(bad)
    return [_member(number, form) for number, form in enumerate(good)]


def _member(number: int, form: ExpertIn) -> Member:
    known = {name: getattr(form, name) for name in COPIED if name not in ("time_zone", "eligible_from")}
    return Member(
        id=number + 1, disciplines=tuple(form.disciplines), time_zone=ZONES[form.state],
        phones=tuple(phone(2 * number + place) for place in range(1 + bool(form.alternate))),
        credentials=tuple((one.kind, one.state, one.expires_on) for one in form.credentials), **known,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """What goes into the four tables of people."""

    experts: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    papers: list[dict[str, Any]]
    absences: list[dict[str, Any]]


def _rows(members: Sequence[Member]) -> Rows:
    kinds = (ContactKind.MOBILE, ContactKind.ALTERNATE)
    return Rows(
        [
            {"id": one.id, "disciplines": list(one.disciplines), "conflict_agencies": list(one.conflict_agencies)}
            | {name: getattr(one, name) for name in COPIED}
            for one in members
        ],
        [
            {"expert_id": one.id, "kind": kind, "number": number, "texts_stopped_at": None}
            for one in members
            for kind, number in zip(kinds, one.phones, strict=False)
        ],
        [
            {"expert_id": one.id, "kind": kind, "state": state, "expires_on": until}
            for one in members
            for kind, state, until in one.credentials
        ],
        [{"expert_id": one.id, "starts_at": start, "ends_at": end} for one in members for start, end in one.absences],
    )


async def enter(session: AsyncSession, members: Sequence[Member]) -> None:
    """Enter everybody, a few statements for hundreds."""
    for start in range(0, len(members), AT_ONCE):
        rows = _rows(members[start : start + AT_ONCE])
        for table, given in (
            (Expert, rows.experts), (Contact, rows.contacts), (Credential, rows.papers), (Absence, rows.absences),
        ):  # fmt: skip
            if given:
                await session.execute(insert(table), given)
