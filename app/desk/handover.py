"""Handing the desk over: who has it, what changed in the last hours, what is promised until when."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.policy import Permission
from app.access.viewer import MayLookAfter, MayReadDeployments, Viewer
from app.core.clock import clock
from app.core.events import Event, record
from app.desk import board, story
from app.desk.steps import READ_WITHIN
from app.messaging import queries as messages
from app.watch.models import Alarm
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
TAKEN = "desk.taken"
LOOKS_BACK = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that somebody waits for."""

    due: datetime
    what: str
    whose: str
    href: str

    @property
    def is_late(self) -> bool:
        """Whether it should have happened."""
        return self.due < clock.now()


async def holder(session: AsyncSession) -> Event | None:
    """The last time somebody took the desk; none: nobody ever did."""
    return await session.scalar(select(Event).where(Event.kind == TAKEN).order_by(Event.id.desc()).limit(1))


async def promises(session: AsyncSession, viewer: Viewer) -> list[Promise]:
    """What is due, the first first: of every open request, of texts nobody could read, of open alarms."""
    rows = await board.rows(session, viewer)
    found = [
        Promise(
            row.step.due, f"{row.step.text}: {row.request.city}, {row.request.place_state}", row.waits_for,
            f"/desk/requests/{row.request.reference}",
        )
        for row in rows
        if row.step.due is not None
    ]  # fmt: skip
    if viewer.may(Permission.WORK_OFFERS):
        found += [
            Promise(text.at + READ_WITHIN, "Read a text nobody could read", "The desk", "/desk/replies")
            for text in await messages.waiting(session)
        ]
    alarms = await session.scalars(select(Alarm).where(Alarm.settled_at.is_(None)))
    found += [Promise(alarm.raised_at, alarm.says, "The desk", "/desk") for alarm in alarms]
    return sorted(found, key=lambda promise: promise.due)


async def changes(session: AsyncSession) -> list[story.Line]:
    """What happened to any request in the last hours, the latest first."""
    return await story.after(session, clock.now() - LOOKS_BACK)


async def take(session: AsyncSession, viewer: Viewer) -> None:
    """Somebody has the desk from now on ("desk.taken"). Whoever has it already changes nothing."""
    present = await holder(session)
    if present is None or present.actor_id != viewer.id:
        await record(session, TAKEN, viewer.id, by=viewer.actor)


def by_request(lines: Sequence[story.Line]) -> dict[str, list[story.Line]]:
    """The lines of each request, the request that changed last first."""
    found: dict[str, list[story.Line]] = defaultdict(list)
    for line in lines:
        found[line.reference].append(line)
    return found


@router.get("/desk/handover")
async def the_handover(request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """All that the next person at the desk must know."""
    due = await promises(session, viewer)
    return render(
        request,
        "desk/handover.html",
        holder=await holder(session),
        promises=due,
        late=sum(promise.is_late for promise in due),
        changed=by_request(await changes(session)),
        may_take=viewer.may(Permission.LOOK_AFTER),
    )


@router.post("/desk/handover")
async def take_the_desk(session: Session, viewer: MayLookAfter) -> Response:
    """Somebody has the desk from now on."""
    await take(session, viewer)
    return RedirectResponse("/desk/handover", 303)
