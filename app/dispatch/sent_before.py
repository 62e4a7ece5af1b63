"""What was sent and the database has lost, written down: messages as sent, and the links that people hold."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import begin
from app.core.ids import digest
from app.deployments.models import Deployment
from app.dispatch import offers
from app.dispatch.models import Offer, OfferLink
from app.dispatch.states import OPEN
from app.dispatch.told import LINK
from app.experts.models import Contact, Expert
from app.messaging import receipts, sealed
from app.messaging.gateway import Listed
from app.messaging.models import Message
from app.messaging.states import MESSAGE, Channel, MessageState

LOST_LINKS = 20_000
"""How many links the lost part of the database may have made: their numbers are not given again."""


async def note_sent(  # noqa: PLR0917 - all that a message is
    session: AsyncSession,
    deployment: Deployment,
    offer: Offer,
    phone: Contact,
    kind: str,
    token: str | None,
    listed: Listed,
) -> None:
    """Write down a text of the carrier's as a message of the offer, and have its link open the offer again."""
    mark = await adopt_link(session, offer, phone, token) if token else None
    body = listed.body if token is None else listed.body.replace(token, mark or "...")
    expert = await session.get_one(Expert, offer.expert_id)
    message = Message(
        channel=Channel.TEXT, kind=kind, number=phone.number, body=body, language=expert.preferred_language,
        expert_id=offer.expert_id, offer_id=offer.id, topic=offers.topic(deployment), state=MessageState.QUEUED,
        attempts=1, queued_at=listed.made_at, valid_until=offer.reply_by,
    )  # fmt: skip
    await as_sent(session, message, listed)


async def as_sent(session: AsyncSession, message: Message, listed: Listed) -> None:
    """Write down a message that has gone out."""
    session.add(message)
    await session.flush()
    message.state, message.claimed_at = MESSAGE.after(message.state, "claim"), listed.made_at
    await session.flush()
    await receipts.apply(session, message, listed.taken)


async def leave_room() -> None:
    """Numbers of links that people may hold are not given again."""
    async with begin() as session:
        number = func.nextval(func.pg_get_serial_sequence(OfferLink.__tablename__, "id"))
        await session.execute(select(func.max(number)).select_from(func.generate_series(1, LOST_LINKS)))


async def adopt_link(session: AsyncSession, offer: Offer, phone: Contact, token: str) -> str | None:
    """Have the link that a person holds open this offer; its mark, None when it is none of ours."""
    known = await session.scalar(select(OfferLink).where(OfferLink.token_digest == digest(token)))
    if known is not None:
        return sealed.link_mark(known.id)
    last = (await session.scalars(text("select last_value from offer_links_id_seq"))).one()
    number = _lost_tokens(last).get(token)
    if number is None:
        return None
    session.add(
        OfferLink(
            id=number, offer_id=offer.id, contact_id=phone.id, token_digest=digest(token), made_at=clock.now(),
            revoked_at=None if offer.state in OPEN else clock.now(),
        )
    )  # fmt: skip
    await session.flush()
    return sealed.link_mark(number)


@cache
def _lost_tokens(last: int) -> dict[str, int]:
    """Tokens of the numbers that were left out, to those numbers."""
    return {sealed.link_token(number): number for number in range(max(1, last - 2 * LOST_LINKS), last + 1)}


async def adopt_links(listed: Sequence[Listed]) -> None:
    """Have the links in texts that waited here and were sent there open their offers."""
    for one in listed:
        found = LINK.search(one.body)
        if found is None:
            continue
        async with begin() as session:
            message = await session.scalar(select(Message).where(Message.sid == one.taken.sid))
            offer = await session.get(Offer, message.offer_id) if message and message.offer_id else None
            if offer is None:
                continue
            theirs = select(Contact).where(Contact.number == one.number, Contact.expert_id == offer.expert_id)
            phone = await session.scalar(theirs)
            if phone is not None:
                await adopt_link(session, offer, phone, found[1])
