"""A restored database is reconciled with the carrier's own record before anything is sent (reliability.md A10, R8).

The carrier's lists of texts are gone through in the order of time, as if everything happened again: an answer that was
never read is read, a text that waits here and was sent there is taken over, a question that this database never asked
becomes an offer again. Nothing is sent meanwhile (`holds.on` asks). What nobody can explain is shown to the desk, and
everything waits until it was looked at; when nothing is left, the service goes on by itself.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin
from app.core.events import SYSTEM
from app.core.jobs import job_app, rescue, run_worker
from app.core.jobs_here import run_due
from app.core.places import day_and_time
from app.core.settings import get_settings
from app.dispatch import restoring, sent_before
from app.experts.models import Contact, Expert
from app.messaging import gateway, holds, reconciling, sealed
from app.messaging.carrier import CarrierError
from app.messaging.gateway import Listed
from app.messaging.models import InboundMessage, Message
from app.messaging.states import InboundState
from app.replies.jobs import read
from app.requests import intake
from app.watch import alarms, epochs, heartbeats
from app.web.render import DESK_ZONE

logger = logging.getLogger(__name__)
KEY = 2026_1126
"""Of the advisory lock: one process reconciles, the others wait."""
AGAIN_S = 2.0
MOST_LISTED = 100_000
LOST_MESSAGES = 100_000
"""How many messages the lost part may have had: callbacks name them, so their numbers are not given again."""
MOST_ALARMS = 100
ANSWERED_WITHIN = timedelta(minutes=5)
"""Our next text to a number within this time was the answer to theirs."""
AT_ONCE = ("dispatch.clear_overlaps", "dispatch.stop_texts", "dispatch.tell_agency", "dispatch.tell_stood_down")
"""Jobs that follow from an answer and decide nothing new: done at its place in the order. Whoever looks for the next
person waits until all is known."""
ROUNDING = timedelta(seconds=2)
"""The carrier's times have whole seconds: what a timer sent may be listed a moment before it was due."""
UNEXPLAINED, UNHEARD = "text.unexplained", "call.unexplained"


@dataclass
class Outcome:
    """What a reconciliation found and did."""

    since: datetime
    """From when on the carrier's record was read."""
    why: str
    """Why this database was taken for an older one."""
    texts: int = 0
    """Texts of ours in the carrier's list."""
    answers: int = 0
    """Texts of people in it."""
    known: int = 0
    """Of our texts: this database knew them."""
    taken_over: int = 0
    """... waited here, or were written again by what followed, and had been sent: not sent again."""
    asked_before: int = 0
    """... questions that this database had never asked, decisions that it had never taken: it has now."""
    read: int = 0
    """Of people's texts: never read before, read now."""
    unexplained: list[Listed] = field(default_factory=list)
    """Texts of ours that nothing here accounts for."""
    calls: list[Listed] = field(default_factory=list)
    """Calls that this database does not know: a key that was pressed in them stands in no list."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left for the desk."""
        return not self.unexplained and not self.calls


async def before_working() -> None:
    """Have a restored database reconciled before this process does its first job; waits while another one does it."""
    async with begin() as session:
        await epochs.begin_with(session)
    while True:
        async with begin() as session:
            if not await epochs.is_restored(session):
                return
        try:
            if await run() is not None:
                return
        except CarrierError as error:
            logger.warning("this database was restored; the carrier's record cannot be read yet: %s", error)
        await asyncio.sleep(AGAIN_S)


async def run() -> Outcome | None:
    """Reconcile. None when another process is at it.

    Raises:
        CarrierError: the carrier's lists cannot be read. Nothing is lost: it begins again.
    """
    async with _alone() as is_ours:
        if not is_ours:
            return None
        async with begin() as session:
            reason = await epochs.why(session)
        return await _reconciled(reason)


async def run_when_free() -> Outcome:
    """Reconcile, after whoever is at it now.

    Raises:
        CarrierError: the carrier's lists cannot be read.
    """
    while (outcome := await run()) is None:  # noqa: ASYNC110 - another process is waited for, not a task
        await asyncio.sleep(AGAIN_S)
    return outcome


@asynccontextmanager
async def _alone() -> AsyncIterator[bool]:
    """Whether nobody else reconciles; nobody else does until the block ends. On a line of its own, past any pooler."""
    line = await psycopg.AsyncConnection.connect(get_settings().libpq_url, autocommit=True)
    async with line:  # what it holds ends with it
        row = await (await line.execute("select pg_try_advisory_lock(%s)", [KEY])).fetchone()
        yield row == (True,)


async def _reconciled(why: str) -> Outcome:
    started = clock.now()
    since = min([await reconciling.known_until(name) for name in (heartbeats.OUTBOUND, heartbeats.INBOUND)])
    logger.warning("this database was restored: reading the carrier's record since %s", since.isoformat())
    ours = await gateway.listed(since, ours=True, most=MOST_LISTED)
    theirs = await gateway.listed(since, ours=False, most=MOST_LISTED)
    calls = await gateway.calls_since(since)
    found = Outcome(since, why, texts=len(ours), answers=len(theirs))
    await _leave_room(ours)
    await _read_what_waits()
    left = [one for one in in_order(ours, theirs) if not await _happened(one, found)]
    async with job_app().open_async():
        await rescue()
        await run_worker(wait=False)  # what follows from all that; no text leaves the house yet
    for one in left:
        if await _taken_over(one):
            found.taken_over += 1
        else:
            found.unexplained.append(one)
    await sent_before.adopt_links(ours)
    async with begin() as session:
        found.calls = await _unknown_calls(session, calls)
        await _settle(session, found, started)
    logger.warning(
        "reconciled: %s texts known, %s taken over, %s asked before, %s answers read, %s for the desk",
        found.known, found.taken_over, found.asked_before, found.read, len(found.unexplained) + len(found.calls),
    )  # fmt: skip
    return found


async def _leave_room(ours: Sequence[Listed]) -> None:
    """Numbers that are known outside are not given again: in callbacks, in links, in what agencies were told."""
    await sent_before.leave_room()
    async with begin() as session:
        number = func.nextval(func.pg_get_serial_sequence(Message.__tablename__, "id"))
        await session.execute(select(func.max(number)).select_from(func.generate_series(1, LOST_MESSAGES)))
        await intake.pass_over(session, [one.body for one in ours])


async def _read_what_waits() -> None:
    """Texts that came before the restored moment and were not read by then come first."""
    async with begin() as session:
        waiting = select(InboundMessage.id).where(InboundMessage.state == InboundState.RECEIVED)
        ids = list(await session.scalars(waiting.order_by(InboundMessage.id)))
    for inbound_id in ids:
        await read(inbound_id)


def in_order(ours: Sequence[Listed], theirs: Sequence[Listed]) -> list[Listed]:
    """As it happened, oldest first.

    An answer stands where it was read, right before our next text to that number: of two people who said yes at the
    same moment, who was confirmed was read first. One that was never answered stands where it came.
    """
    sent: dict[str, list[datetime]] = defaultdict(list)
    for one in reversed(ours):
        sent[one.number].append(one.made_at)
    placed = [(one.made_at, 2, one) for one in reversed(ours)]
    for one in reversed(theirs):
        later = next((at for at in sent[one.number] if one.made_at <= at <= one.made_at + ANSWERED_WITHIN), None)
        placed.append((later or one.made_at, 1 if later else 3, one))
    return [one for _, _, one in sorted(placed, key=lambda each: each[:2])]


async def _happened(one: Listed, found: Outcome) -> bool:
    """Have one text of the carrier's happen here as well; False when it is ours and cannot be explained yet."""
    if not one.is_ours:
        await restoring.climb_until(one.made_at)
        inbound_id = await reconciling.keep(one)
        if inbound_id is not None:
            await read(inbound_id)
            await run_due(begin, AT_ONCE)
            found.read += 1
        return True
    async with begin() as session:
        is_known = await session.scalar(select(Message.id).where(Message.sid == one.taken.sid)) is not None
    if is_known:
        found.known += await _taken_over(one)
        return True
    await restoring.climb_until(one.made_at + ROUNDING)
    if await _taken_over(one):
        found.taken_over += 1
        return True
    is_explained = await restoring.explain(one)
    if is_explained:
        await run_due(begin, AT_ONCE)
    found.asked_before += is_explained
    return is_explained


async def _taken_over(one: Listed) -> bool:
    async with begin() as session:
        return await reconciling.take_over(session, one, is_restored=True)


async def _unknown_calls(session: AsyncSession, calls: Sequence[Listed]) -> list[Listed]:
    sids = [one.taken.sid for one in calls]
    known = set(await session.scalars(select(Message.sid).where(Message.sid.in_(sids))))
    return [one for one in reversed(calls) if one.taken.sid not in known]


async def _settle(session: AsyncSession, found: Outcome, started: datetime) -> None:
    """The database is the one to work with; what waits goes out, or is held for the desk."""
    await epochs.accept(session)
    for name in (heartbeats.INBOUND, heartbeats.OUTBOUND):
        await heartbeats.beat(session, name, started)
    left = len(found.unexplained) + len(found.calls)
    says = "The database was restored, and is reconciled with the carrier's record."
    says += f" {left} of its texts and calls are not explained." if left else ""
    hold = await holds.after_restore(session, says)
    if found.is_clean:
        await holds.release(session, hold, by=SYSTEM)
    for one in (*found.unexplained, *found.calls)[:MOST_ALARMS]:
        await _tell(session, one)


async def _tell(session: AsyncSession, one: Listed) -> None:
    """One alarm for each text or call that the desk must look at."""
    query = select(Expert.name).join(Contact, Contact.expert_id == Expert.id).where(Contact.number == one.number)
    name = await session.scalar(query.limit(1)) or f"The number that ends in {one.number[-2:]}"
    at = day_and_time(one.made_at, DESK_ZONE)
    if one.body:
        said = sealed.closed(one.body).replace("#", "...")
        await alarms.sound(
            session, UNEXPLAINED, f"{UNEXPLAINED}:{one.taken.sid}",
            says=f'{name} was texted on {at}, and the restored database does not know why: "{said}"',
            action="Look what stands behind it, and call them if it is no longer true.",
        )  # fmt: skip
    else:
        await alarms.sound(
            session, UNHEARD, f"{UNHEARD}:{one.taken.sid}",
            says=f"{name} was called on {at}, and the restored database does not know it. A key they pressed is lost.",
            action="Call them, and enter their answer.",
        )  # fmt: skip
