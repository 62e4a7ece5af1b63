"""When a sender may send next: slots given out one after the other, shared by all workers through the database.

A text reserves its slot once and is due again at that moment, so a thousand waiting texts do not ask a thousand times.
Who is waiting for an answer does not queue behind a recall, not even behind a recall that is urgent itself: the lanes
are answers, urgent, common and tests, and each text pushes the lanes below its own back by its length, so that over
time the sender's rate holds. When the carrier says 429, all lanes and all slots already given out move back together.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import DateTime, Interval, String, bindparam, case, cast, column, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.core.text import segments
from app.messaging import holds, sealed
from app.messaging.models import Message, SenderPace
from app.messaging.states import Channel, MessageState

BURST = timedelta(seconds=0.9)
"""A new slot nearer than this counts as now: the carrier queues that much by itself, few texts need a second look."""
EARLY = timedelta(milliseconds=50)
"""A job that waited for its slot may be that much early."""
MISSED_S = 10.0
"""Seconds of the wall after which a slot is nobody's: texts were held, or no worker ran, and the lanes moved on."""
LANES = ("answers", "urgent", "texts", "drills")
"""By priority 2 (somebody has just texted us), 1 (offers and seats that end), 0, -1 (a test of the texts)."""
FIRST_LANE = 2
CALL_SPAN = timedelta(seconds=1)
"""Twilio starts one call a second."""


async def reserve(session: AsyncSession, message: Message) -> datetime | None:
    """Reserve the next slot of the sender for `message`, on our clock; None, and nothing, while something holds it."""
    sender = get_settings().twilio_from
    if message.channel is Channel.CALL:
        return await _next(session, message.channel, [f"{sender} calls"], CALL_SPAN)
    # Up to whole milliseconds: never faster than the rate, not even by a microsecond in each text.
    span = timedelta(
        milliseconds=ceil(1000 * segments(sealed.measured(message.body)) / get_settings().texts_per_second)
    )
    lanes = LANES[max(0, FIRST_LANE - message.priority) :]
    return await _next(session, message.channel, [f"{sender} {lane}" for lane in lanes], span)


def is_missed(slot_at: datetime) -> bool:
    """Whether a slot is so long past that its text needs a new one: all that waited would go out in one moment."""
    return clock.now() - slot_at > timedelta(seconds=MISSED_S * max(clock.rate, 1.0))


async def back_off(session: AsyncSession, wait: timedelta) -> None:
    """The carrier said 429: nobody sends for `wait`, and what has its slot keeps its place in the row.

    Several workers hear it for texts of the same moment; only the first moves the lanes.
    """
    sender, now = get_settings().twilio_from, clock.now()
    span = cast(literal(wait), Interval)
    lanes = {f"{sender} {lane}": place for place, lane in enumerate(LANES)}
    # In the order in which `_next` takes them: an update takes rows as they lie, which can be a deadlock with it.
    row = select(SenderPace.id).where(SenderPace.number.in_(lanes)).order_by(case(lanes, value=SenderPace.number))
    await session.execute(row.with_for_update())
    moved = await session.scalars(
        update(SenderPace)
        .where(
            SenderPace.number.in_(lanes),
            or_(SenderPace.backed_off_until.is_(None), SenderPace.backed_off_until <= now),
        )
        .values(free_at=func.greatest(SenderPace.free_at, now) + span, backed_off_until=now + wait)
        .returning(SenderPace.id)
    )
    if moved.all():
        # Skips what a claim holds at this moment: waiting for it here, behind the lanes' rows, would be a deadlock.
        waiting = (
            select(Message.id)
            .where(Message.state == MessageState.QUEUED, Message.channel == Channel.TEXT, Message.slot_at >= now)
            .with_for_update(skip_locked=True)
        )
        moves = update(Message).where(Message.id.in_(waiting.scalar_subquery())).values(slot_at=Message.slot_at + span)
        await session.execute(moves.execution_options(synchronize_session=False))


async def free_at(session: AsyncSession) -> datetime:
    """When the last lane, which every text pushes back, has sent all it has given slots to."""
    lane = f"{get_settings().twilio_from} {LANES[-1]}"
    free = await session.scalar(select(SenderPace.free_at).where(SenderPace.number == lane))
    return max(free or clock.now(), clock.now())


_GIVEN = (
    func.unnest(bindparam("lanes", type_=ARRAY(String)))
    .table_valued(column("number", String), with_ordinality="place", name="given")
    .render_derived()
)
_NOW, _SPAN = bindparam("now", type_=DateTime(timezone=True)), bindparam("span", type_=Interval)
_PACES = SenderPace.metadata.tables[SenderPace.__tablename__]
_TAKING = (
    insert(_PACES)
    .from_select(
        ["number", "free_at"],
        select(_GIVEN.c.number, _NOW + _SPAN).where(~holds.anything()).order_by(_GIVEN.c.place),
    )
    .on_conflict_do_update(index_elements=["number"], set_={"free_at": func.greatest(_PACES.c.free_at, _NOW) + _SPAN})
    .returning(_PACES.c.number, _PACES.c.free_at)
)
"""Made once: of several rows of values SQLAlchemy makes the statement anew each time."""


async def _next(session: AsyncSession, channel: Channel, lanes: Sequence[str], span: timedelta) -> datetime | None:
    """Take `span` of each lane from its next free moment on; that of the first is the slot.

    Their rows are taken in one statement and in this order, and stay locked until the transaction ends.
    """
    given = {**holds.us(), "channel": channel, "lanes": list(lanes), "span": span}
    taken_until = {row.number: row.free_at for row in await session.execute(_TAKING, given)}
    free_at: datetime | None = taken_until.get(lanes[0])
    return None if free_at is None else free_at - span
