"""Pools that are in no database: of a CSV file, or invented; as the rules see them. Pure but for reading the file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from app.core.places import ZONES
from app.core.problems import Invalid
from app.experts import importing
from app.experts.schemas import ExpertIn
from app.rosters.pool import Facts, as_expert, minute, papers_of
from app.seed.people import people
from app.trials.members import Member, invented
from solver.problem import Expert, Span

Experts = list[Expert]
"""A pool as the rules see it."""


class BadPool(Invalid):
    """The file of experts cannot be used. Nothing of it was read."""


def experts_of(members: Sequence[Member]) -> Experts:
    """Members of a pool as the rules see them."""
    papers, licences = papers_of((one.id, *paper) for one in members for paper in one.credentials)
    busy = {one.id: [Span(minute(start), minute(end)) for start, end in one.absences] for one in members}
    facts = Facts(papers, licences, busy, {}, {})
    return [as_expert(one, facts, ()) for one in members]


def of_nobody(count: int, seed: int, now: datetime | None = None) -> list[Member]:
    """An invented pool."""
    return invented(people(count, seed, now or datetime(2026, 1, 1, tzinfo=UTC)))


def from_csv(path: Path) -> list[Member]:
    """The pool of a CSV file as `rrt expert import` takes it: all of it, or nothing.

    Raises:
        BadPool: with a sentence for every line that cannot be used.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(importing.read_lines(file))
    bad = [row for _, row in rows if isinstance(row, importing.BadRow)]
    if bad or not rows:
        told = "\n".join(f"line {row.line}: {row.why}" for row in bad) or "line 2: there is nobody in this file"
        raise BadPool(errors={"file": told})
    return [_member(number, row) for number, (_, row) in enumerate(rows, 1) if isinstance(row, ExpertIn)]


def _member(number: int, given: ExpertIn) -> Member:
    return Member(
        id=number, name=given.name, disciplines=tuple(given.disciplines), latitude=given.latitude,
        longitude=given.longitude, city=given.city, state=given.state, time_zone=ZONES[given.state],
        expertise=dict(given.expertise), languages=dict(given.languages), county=given.county, employer=given.employer,
        is_leader=given.is_leader, is_trainee=given.is_trainee, is_mentor=given.is_mentor,
        past_deployments=given.past_deployments, wakes_for_immediate=given.wakes_for_immediate, phones=(given.mobile,),
        credentials=tuple((one.kind, one.state, one.expires_on) for one in given.credentials),
    )  # fmt: skip
