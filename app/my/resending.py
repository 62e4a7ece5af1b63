"""A new link for an offer that has one, to the phone that its person has now."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Deployment
from app.dispatch import links, offers
from app.dispatch.links import Opened
from app.dispatch.words import words_of
from app.messaging import outbox, texts

SPAN, MOST = timedelta(minutes=10), 3
"""So many new links go to one number in that time."""


async def text_new_link(session: AsyncSession, opened: Opened) -> bool:
    """Text a new link; False when the offer has ended, or nothing can be texted, or enough was."""
    offer = opened.offer
    phone = offers.reachable(await offers.contacts_of(session, offer.expert_id))
    if offer.state in links.ENDED or phone is None:
        return False
    if await outbox.asked_lately(session, phone.number, ["offer_link"], clock.now() - SPAN) >= MOST:
        return False
    deployment = await session.get_one(Deployment, offer.deployment_id)
    words = replace(await words_of(session, offer), link=await links.make(session, offer, phone))
    await offers.tell(session, deployment, offer, texts.offer_link(words))
    return True
