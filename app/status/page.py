"""`/desk/status`: how the service is doing, in sentences, with what to do where something is not as it should be."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.access.viewer import MayReadAlarms
from app.status import figures
from app.status.figures import Figure, Samples
from app.web.render import render
from app.web.session import Session
from app.web.times import span_words

router = APIRouter()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is watched.

    Args:
        what: its name, as the desk says it.
        value: how it is now, in words.
        is_fine: whether nobody must act.
        action: what to do when it is not fine.
    """

    what: str
    value: str
    is_fine: bool
    action: str = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A figure on the page: up to where it is fine, and what to do beyond."""

    figure: Figure
    what: str
    most: float
    action: str
    said: Callable[[float], str]
    label: str = ""


def count(number: float) -> str:
    """A number of things."""
    return f"{number:,.0f}" if number else "none"


def span(seconds: float) -> str:
    """A length of time, or that there is none."""
    return span_words(seconds / 60) if seconds >= 1 else "none"


def since(seconds: float) -> str:
    """How long ago."""
    if math.isinf(seconds):
        return "never"
    return f"{span_words(seconds / 60)} ago" if seconds >= 60 else "just now"


def yes(number: float) -> str:
    """Whether."""
    return "yes" if number else "no"


GROUPS: dict[str, tuple[Watched, ...]] = {
    "People who are asked": (
        Watched(figures.OFFERS_WITHOUT_CONTACT, "Open offers that nobody has heard of", 0,
                "Call them. The alarms on the board say who they are.", count),
        Watched(figures.OLDEST_UNREAD, "Oldest text that was not read", MINUTE,
                "Is a worker running? Texts are read within seconds.", span),
        Watched(figures.OLDEST_FOR_DESK, "Oldest answer that waits for the desk", 10 * MINUTE,
                "Read it under Replies.", span),
        Watched(figures.OLDEST_TEAM, "Longest time an immediate team has been asked", 2 * HOUR,
                "Look at its open seats, and call by hand.", span, "immediate"),
        Watched(figures.SEATS_UNFILLABLE, "Seats for which nobody fits", 0,
                "Open the seat: it says what would help.", count),
    ),
    "Texts and calls": (
        Watched(figures.TEXTS, "Waiting to go out", 200, "The board says when the last is out.", count, "queued"),
        Watched(figures.IN_DOUBT, "Of unknown fate", 5, "They are looked up by themselves; alarms follow.", count),
        Watched(figures.LOST, "Did not arrive in the last hour", 20, "The board's alarms say who.", count),
        Watched(figures.HELD, "Held because the carrier refuses our number", 0, "See the alarm on the board.", yes,
                "carrier"),
        Watched(figures.HELD, "Held for the desk after a gap or restore", 0,
                "Look at what waits, then release it on the board.", yes, "gap"),
    ),
    "The service itself": (
        Watched(figures.ALARMS, "Alarms that wait for a person", 0, "Settle them on the board.", count),
        Watched(figures.HEARTBEATS, "A worker was seen", 5 * MINUTE, "Start rrt worker.", since, "worker"),
        Watched(figures.HEARTBEATS, "The auditor ran", 5 * MINUTE, "Start rrt worker.", since, "auditor"),
        Watched(figures.QUEUE_AGE, "The oldest job that could run waits", MINUTE, "Start more workers.", span),
        Watched(figures.JOBS_FAILED, "Jobs that gave up", 0, "Each has an alarm with a button.", count),
        Watched(figures.RESTORED, "Restored, and not reconciled with the carrier", 0,
                "Run rrt reconcile. Nothing is sent until then.", yes),
        Watched(figures.ARCHIVE_FAILING, "The database's log is not archived", 0,
                "See the database server's log.", yes),
        Watched(figures.BACKUP_AGE, "The newest backup was made", 26 * HOUR, "Mend the backup.", since),
    ),
}  # fmt: skip
"""What the page shows, in its order."""


def lines_of(watched: Watched, found: Samples) -> list[Line]:
    """The line of a figure; none where nothing is known of it."""
    values = [one.value for one in found[watched.figure] if not watched.label or watched.label in one.labels]
    return [
        Line(watched.what, watched.said(value), value <= watched.most, "" if value <= watched.most else watched.action)
        for value in values
    ]


def groups_of(found: Samples) -> dict[str, list[Line]]:
    """The whole page's lines, by group."""
    return {name: [line for one in group for line in lines_of(one, found)] for name, group in GROUPS.items()}


class TeamTime(BaseModel):
    """How long complete teams took."""

    priority: str
    half_within_seconds: float
    most_within_seconds: float


class StatusLineOut(BaseModel):
    """One thing that is watched, as it is now."""

    group: str
    what: str
    value: str
    is_fine: bool
    action: str


class StatusOut(BaseModel):
    """How the service is doing."""

    is_fine: bool
    lines: list[StatusLineOut]
    team_times: list[TeamTime]


def team_times(found: Samples) -> list[TeamTime]:
    """By priority: within which time half of the teams of the last 30 days were complete, and nine of ten."""
    told: dict[str, dict[str, float]] = {}
    for sample in found[figures.TEAM_TIME]:
        priority, quantile = sample.labels
        told.setdefault(priority, {})[quantile] = sample.value
    return [
        TeamTime(priority=name, half_within_seconds=each["0.5"], most_within_seconds=each["0.9"])
        for name, each in told.items()
    ]


@router.get("/api/v1/status", tags=["status"])
async def status_api(session: Session, viewer: MayReadAlarms) -> StatusOut:
    """How the service is doing, and what to do where it is not fine."""
    found = await figures.read(session)
    lines = [
        StatusLineOut(group=group, what=line.what, value=line.value, is_fine=line.is_fine, action=line.action)
        for group, each in groups_of(found).items()
        for line in each
    ]
    return StatusOut(is_fine=all(line.is_fine for line in lines), lines=lines, team_times=team_times(found))


@router.get("/desk/status", include_in_schema=False)
async def status_page(request: Request, session: Session, viewer: MayReadAlarms) -> Response:
    """How the service is doing, for the desk."""
    found = await figures.read(session)
    groups = groups_of(found)
    wrong = [line for each in groups.values() for line in each if not line.is_fine]
    times = [(t.priority, span(t.half_within_seconds), span(t.most_within_seconds)) for t in team_times(found)]
    return render(request, "status/status.html", groups=groups, wrong=wrong, times=times)
