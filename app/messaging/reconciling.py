"""What the carrier has and we have not: incoming texts whose webhook was lost, our own whose callbacks were (C1, C2).

How far each list was read is a heartbeat row, so a restored backup or a long outage is read from there on. When nothing
is missing, it costs one page of Twilio's list and one query.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin
from app.core.events import record
from app.messaging import gateway, inbox, receipts, sealed
from app.messaging.carrier import CarrierError
from app.messaging.gateway import Listed
from app.messaging.models import InboundMessage, Message
from app.messaging.states import MESSAGE, Channel, MessageState
from app.watch import alarms, heartbeats

logger = logging.getLogger(__name__)
OVERLAP = timedelta(minutes=10)
"""Read again each time: Twilio's list may show a text late."""
FIRST_LOOK = timedelta(hours=1)
"""How far back, when the list was never read."""
IN_FLIGHT = timedelta(seconds=15)
"""A webhook may still come within this time (twilio.md 5)."""
A_SECOND = timedelta(seconds=1)
"""As fine as the carrier's dates are."""
LOST_WEBHOOKS = "webhooks.lost"
UNKEPT = "texts.unkept"
STRANGERS = "texts.unknown"


async def known_until(name: str) -> datetime:
    """From when on a list is read: where it was read last, and somewhat before."""
    async with begin() as session:
        seen = await heartbeats.last(session, name)
    return (seen or clock.now() - FIRST_LOOK) - OVERLAP


async def read_missed() -> int:
    """Read incoming texts whose webhook was lost, each once.

    Returns:
        How many.
    """
    started = clock.now()
    try:
        found = await gateway.listed(await known_until(heartbeats.INBOUND), ours=False)
    except CarrierError as error:
        logger.warning("the carrier's list of incoming texts cannot be read: %s", error)
        return 0
    due = [text for text in reversed(found) if text.made_at <= started - IN_FLIGHT]
    async with begin() as session:
        known = set(
            await session.scalars(select(InboundMessage.sid).where(InboundMessage.sid.in_([t.taken.sid for t in due])))
        )
    missed, refused = 0, 0
    for text in due:
        if text.taken.sid in known:
            continue
        try:  # one transaction each: a text that cannot be taken must not keep the others waiting
            missed += await keep(text) is not None
        except DBAPIError:
            refused += 1
            logger.exception("incoming text %s of the carrier's list could not be kept", text.taken.sid)
    async with begin() as session:
        if refused:  # the list is read from the same place again, until they are in
            await _tell_of_unkept(session, refused)
        else:
            await heartbeats.beat(session, heartbeats.INBOUND, started)
        if missed:
            await _tell_of_webhooks(session, missed)
    return missed


async def keep(text: Listed) -> int | None:
    """Keep an incoming text of the carrier's list; its row's id, None when it is here already."""
    form = {"MessageSid": text.taken.sid, "From": text.number, "Body": text.body}
    async with begin() as session:
        inbound_id = await inbox.receive(session, form, made_at=text.made_at)
        if inbound_id is not None:
            await record(session, "text.recovered", inbound_id)
        return inbound_id


async def _tell_of_webhooks(session: AsyncSession, count: int) -> None:
    what = "One incoming text" if count == 1 else f"{count} incoming texts"
    await alarms.sound(
        session, LOST_WEBHOOKS, LOST_WEBHOOKS,
        says=f"{what} reached us only through the carrier's list: the webhook was lost.",
        action="They are read. If this goes on, check that the carrier can reach our address.",
    )  # fmt: skip


async def _tell_of_unkept(session: AsyncSession, count: int) -> None:
    what = "One incoming text" if count == 1 else f"{count} incoming texts"
    await alarms.sound(
        session, UNKEPT, UNKEPT,
        says=f"{what} on the carrier's list could not be taken into the database.",
        action="Read what came in the carrier's log, and tell whoever runs the service; it goes on trying.",
    )  # fmt: skip


async def compare() -> int:
    """Take over what the carrier's list says of our texts: final states, and texts we do not know we sent.

    Returns:
        How many of the carrier's texts are nobody's here, as after a restored backup, and were not told of before.
    """
    started = clock.now()
    try:
        found = await gateway.listed(await known_until(heartbeats.OUTBOUND), ours=True)
    except CarrierError as error:
        logger.warning("the carrier's list of our texts cannot be read: %s", error)
        return 0
    async with begin() as session:
        settled = await _settled(session, [text.taken.sid for text in found])
        told = await alarms.last_told(session, STRANGERS)
    strangers = 0
    for text in reversed(found):
        if text.taken.sid not in settled:
            async with begin() as session:
                is_strange = not await take_over(session, text)
            # Each look reads the last minutes again: what an alarm has told is no news.
            strangers += is_strange and (told is None or text.made_at + A_SECOND > told)
    async with begin() as session:
        await heartbeats.beat(session, heartbeats.OUTBOUND, started)
        if strangers:
            await _tell_of_strangers(session, strangers)
    return strangers


async def _settled(session: AsyncSession, sids: Sequence[str]) -> set[str]:
    """Those of these texts of which nothing new can be said."""
    wanted = (MessageState.SENT, MessageState.UNKNOWN)
    rows = await session.scalars(select(Message.sid).where(Message.sid.in_(sids), Message.state.not_in(wanted)))
    return {sid for sid in rows if sid is not None}


async def take_over(session: AsyncSession, text: Listed, *, is_restored: bool = False) -> bool:
    """Whether a text of the carrier's list is one of ours; what the list says of it is taken over.

    Args:
        session: a transaction of its own.
        text: as the carrier has it.
        is_restored: a restored database writes the same text later than the carrier took it.
    """
    known = select(Message.id).where(Message.sid == text.taken.sid)
    is_ours = await session.scalar(known) is not None
    alike = _without_sid(text, is_restored)
    # The oldest is chosen before it is locked: were a locked one skipped, the next with the same words got its sid.
    oldest = select(Message).where(Message.id == alike.scalar_subquery(), Message.sid.is_(None))
    query = select(Message).where(Message.sid == text.taken.sid) if is_ours else oldest
    message = await session.scalar(query.with_for_update(skip_locked=True))
    if message is None:  # nobody's, or somebody writes down just now what became of it
        return await session.scalar(known.union(alike)) is not None
    if message.state is MessageState.QUEUED:  # a restored backup: sent before, though this database does not know
        message.state, message.claimed_at = MESSAGE.after(message.state, "claim"), text.made_at
        await session.flush()
    await receipts.apply(session, message, text.taken)
    return True


def _without_sid(text: Listed, is_restored: bool) -> Select[int]:
    """The row a listed text may belong to: the oldest without a sid, to the same number, with the same words."""
    latest = clock.now() if is_restored else text.made_at + gateway.CLOCK_SKEW
    waiting = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)
    unmarked = func.regexp_replace(Message.body, sealed.IN_SQL, "#", "g")
    same_words = or_(Message.body == text.body, unmarked == sealed.closed(text.body))
    return (
        select(Message.id)
        .where(
            Message.number == text.number, same_words, Message.sid.is_(None),
            Message.channel == Channel.TEXT, Message.state.in_(waiting),
            Message.queued_at <= latest,
        )
        .order_by(Message.id)
        .limit(1)
    )  # fmt: skip


async def _tell_of_strangers(session: AsyncSession, count: int) -> None:
    what = "One text" if count == 1 else f"{count} texts"
    await alarms.sound(
        session, STRANGERS, STRANGERS,
        says=f"{what} went out from our number that this database does not know.",
        action="After a restored backup: compare with the carrier's log. Else: somebody else sends from our number.",
    )  # fmt: skip
