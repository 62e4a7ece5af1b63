"""Experts from a CSV file: every row is checked before any is entered."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Actor
from app.core.problems import Problem
from app.experts import pool
from app.experts.schemas import ExpertIn
from app.web.worded import worded

LISTS = ("disciplines",)
LEVELS = ("expertise", "languages")
FLAGS = ("is_leader", "is_trainee", "is_mentor", "wakes_for_immediate")
NOT_TEXT = "this is not a text file in UTF-8; save the table as CSV"
"""Of a whole file."""
YES = {"yes", "y", "true", "1", "x"}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be entered, by its line in the file, and why."""

    line: int
    why: str


def _levels(text: str) -> dict[str, int]:
    """ "es=4; fr=3" as a mapping."""
    try:
        pairs = (part.split("=", 1) for part in text.split(";") if part.strip())
        return {name.strip(): int(level) for name, level in pairs}
    except ValueError:
        raise ValueError(f"{text!r} is not a list of names and levels like es=4; fr=3") from None


def _paper(text: str) -> dict[str, Any]:
    """ "lcsw/CO=2027-05-01" or "background_check=2027-05-01" as a credential."""
    name, _, expires_on = text.partition("=")
    kind, _, state = name.strip().partition("/")
    return {"kind": kind, "state": state or None, "expires_on": expires_on.strip() or None}


def read_row(row: dict[str, str]) -> ExpertIn:
    """One row as an expert.

    Raises:
        ValueError: a cell that cannot be read; pydantic's ValidationError is one, too.
    """
    given: dict[str, Any] = {name: cell.strip() for name, cell in row.items() if name and cell and cell.strip()}
    for name in LISTS:
        given[name] = [part.strip() for part in given.get(name, "").split(";") if part.strip()]
    for name in LEVELS:
        if name in given:
            given[name] = _levels(given[name])
    for name in FLAGS:
        if name in given:
            given[name] = given[name].lower() in YES
    given["credentials"] = [_paper(part) for part in given.get("credentials", "").split(";") if part.strip()]
    return ExpertIn.model_validate(given)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(f"{'.'.join(map(str, one['loc']))}: {worded(one)}" for one in error.errors())
    return str(error)


Rows = Iterable[tuple[int, ExpertIn | BadRow]]
"""Every row with its line number, as an expert or with what is wrong with it."""


def read_lines(lines: Iterable[str]) -> Rows:
    """The rows of a CSV text."""
    reader = csv.DictReader(lines)
    while True:
        try:
            row = next(reader)
            yield reader.line_num, read_row(row)
        except StopIteration:
            return
        except UnicodeDecodeError:
            yield 1, BadRow(1, NOT_TEXT)
            return
        except (ValueError, csv.Error) as error:
            yield reader.line_num, BadRow(reader.line_num, _why(error))


async def enter(session: AsyncSession, path: Path, *, skip_bad: bool, by: Actor) -> tuple[int, list[BadRow]]:
    """Enter the experts of a file, as `enter_rows` does."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return await enter_rows(session, list(read_lines(file)), skip_bad=skip_bad, by=by)


async def enter_rows(session: AsyncSession, rows: Rows, *, skip_bad: bool, by: Actor) -> tuple[int, list[BadRow]]:
    """Enter experts: all or nothing, or all good ones with `skip_bad`.

    Returns:
        How many were entered, and the rows that were not. Without `skip_bad`, one bad row means none is entered; the
        caller rolls back.
    """
    rows = list(rows)
    bad = [row for _, row in rows if isinstance(row, BadRow)]
    if bad and not skip_bad:
        return 0, bad
    entered = 0
    for line, form in rows:
        if isinstance(form, BadRow):
            continue
        try:
            async with session.begin_nested():
                await pool.add(session, form, by=by)
            entered += 1
        except Problem as problem:
            bad.append(BadRow(line, f"{problem.detail} {problem.fields.get('errors', '')}".strip()))
    return entered, sorted(bad, key=lambda row: row.line)
