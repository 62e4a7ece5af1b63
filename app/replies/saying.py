"""What goes back to a text: once, and never in a circle with another machine."""

from datetime import timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.dispatch.models import Offer
from app.messaging import outbox, texts
from app.messaging.models import InboundMessage, Message
from app.messaging.states import Channel

QUIET = timedelta(minutes=1)
"""At most one automatic answer to what was not understood goes to a number in this time (reliability.md C7)."""
MOST_A_DAY = 6
"""And so many a day: two machines must not talk for ever, however slowly."""
NOT_UNDERSTOOD = (
    "not_clear", "which_one", "which_person", "say_your_name", "wrong_code", "no_open_offer", "passed_to_desk",
    "away_when", "not_away", "no_mission", "not_under_way", "relief_by_desk", "status_nothing",
)  # fmt: skip


async def reply(
    session: AsyncSession, inbound: InboundMessage, words: texts.Text, offer: Offer | None = None, *, stopped: bool
) -> None:
    """Answer the number a text came from.

    Args:
        session: the transaction.
        inbound: the text.
        words: what to say.
        offer: what it is about.
        stopped: the number wants no texts: what was decided is then said by phone, anything else is not said.
    """
    if stopped and (offer is None or words.kind in NOT_UNDERSTOOD):
        return
    said = texts.spoken_notice(words.body, words.language) if stopped else texts.plain(words)
    if await _is_enough(session, inbound.number, words.kind, said.body, is_call=stopped):
        return
    outbox.answer(
        session,
        said,
        to=inbound.number,
        topic=inbound.topic,
        expert_id=inbound.expert_id,
        offer_id=offer.id if offer else None,
        channel=Channel.CALL if stopped else Channel.TEXT,
    )


_LAST = (
    select(Message.body)
    .where(Message.number == bindparam("number"), Message.queued_at >= bindparam("since"))
    .order_by(Message.id.desc())
    .limit(1)
)
_SAID = select(func.count()).where(
    Message.number == bindparam("number"), Message.queued_at >= bindparam("since"), Message.body == bindparam("body")
)


async def _is_enough(session: AsyncSession, number: str, kind: str, body: str, *, is_call: bool) -> bool:
    """Whether it was said a moment ago; by phone also whether often enough today: a missed call may bring a text."""
    now = clock.now()
    if kind in NOT_UNDERSTOOD:
        today = await outbox.asked_lately(session, number, NOT_UNDERSTOOD, now - timedelta(days=1))
        return today >= MOST_A_DAY or await outbox.asked_lately(session, number, NOT_UNDERSTOOD, now - QUIET) > 0
    if is_call:
        about = {"number": number, "since": now - timedelta(days=1), "body": body}
        if (await session.scalar(_SAID, about) or 0) >= MOST_A_DAY:
            return True
    return await session.scalar(_LAST, {"number": number, "since": now - QUIET}) == body
