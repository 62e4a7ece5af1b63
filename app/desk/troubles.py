"""What the board says about the service itself: alarms, held or slow sending, a stopped auditor."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.policy import Permission
from app.access.viewer import Viewer
from app.messaging import queries
from app.messaging.queries import Sending
from app.requests.models import Request
from app.watch import alarms, heartbeats
from app.watch.models import Alarm

OLDEST, NEWEST = 4, 4
"""Alarms on the board; those between are counted."""
WORTH_A_LINE = 10
"""Fewer waiting messages than that are gone before anybody has read the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One alarm on the board.

    Args:
        href: the page on which something can be done about it, "" where that is no page of one request.
        hold_id: the hold that a button releases, if it is about one.
        can_retry: whether a failed job can be run again.
    """

    alarm: Alarm
    href: str
    hold_id: int | None
    can_retry: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Everything of the service itself that the desk must know.

    Args:
        lines: the oldest open alarms, the oldest first.
        more: how many came after them that do not fit; the handover lists all.
        newest: the last ones, which are news whatever else nobody has settled.
        sending: how the sending goes, when it takes long or is held.
        auditor_silent: how long nobody has audited, when that is too long.
        may_work: whether the viewer may settle, retry, release.
    """

    lines: tuple[Line, ...]
    more: int
    newest: tuple[Line, ...]
    sending: Sending | None
    auditor_silent: timedelta | None
    may_work: bool

    @property
    def count(self) -> int:
        """How many alarms are open."""
        return len(self.lines) + self.more + len(self.newest)

    @property
    def headline(self) -> str:
        """How many alarms there are."""
        count = self.count
        if not count:
            return "The service"
        return "One alarm" if count == 1 else f"{count} alarms"


async def now(session: AsyncSession) -> Trouble | None:
    """What troubles the service now, as somebody who may work on it sees it; None when nothing does."""
    waiting = await alarms.still_open(session, OLDEST + NEWEST)
    oldest, newest, more = waiting, [], 0
    if len(waiting) == OLDEST + NEWEST:
        oldest, newest = waiting[:OLDEST], await alarms.newest_open(session, NEWEST)
        more = await alarms.open_count(session) - len(oldest) - len(newest)
    sending = await queries.sending(session)
    is_slow = sending.waiting >= WORTH_A_LINE or bool(sending.holds)
    silent = await heartbeats.stopped(session, heartbeats.AUDITOR)
    if not (waiting or is_slow or silent):
        return None
    references = await _references(session, [*oldest, *newest])
    lines, news = (tuple(_line(one, references.get(one.topic, "")) for one in some) for some in (oldest, newest))
    return Trouble(lines, more, news, sending if is_slow else None, silent, may_work=True)


def seen_by(viewer: Viewer, trouble: Trouble | None) -> Trouble | None:
    """The same as one viewer sees it; None for who may not know."""
    if trouble is None or not viewer.may(Permission.READ_ALARMS):
        return None
    return replace(trouble, may_work=viewer.may(Permission.WORK_ALARMS))


async def _references(session: AsyncSession, waiting: Sequence[Alarm]) -> dict[str, str]:
    """Topic of an alarm to the request that it is about."""
    ids = {int(one.topic.removeprefix("request:")) for one in waiting if one.topic.startswith("request:")}
    if not ids:
        return {}
    rows = await session.execute(select(Request.id, Request.reference).where(Request.id.in_(ids)))
    return {f"request:{request_id}": reference for request_id, reference in rows}


def _line(alarm: Alarm, reference: str) -> Line:
    where = "/overrides" if alarm.kind == "override.asked" else ""
    href = f"/desk/requests/{reference}{where}" if reference else ""
    hold_id = alarm.subject_id if alarm.kind == "sending.held" else None
    return Line(alarm, href, hold_id, can_retry=alarm.kind == "job.failed" and alarm.subject_id is not None)
