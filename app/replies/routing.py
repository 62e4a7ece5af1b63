"""Whose answer it is: from the number and the code to the person and the offer. It never guesses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.dispatch.models import Offer
from app.dispatch.offers import CODE_REST
from app.dispatch.states import OfferState
from app.experts.models import Contact

AWAITING = (OfferState.CONTACTING, OfferState.DEFERRED)
REMEMBERED = timedelta(days=7)
"""A bare answer may still belong to the last offer of so long ago; a code may for as long as it is not reused."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a text is about: exactly one offer, several it could be, or none."""

    contacts: Sequence[Contact]
    offers: Sequence[Offer]

    @property
    def is_known(self) -> bool:
        """Whether the number belongs to anybody in the pool."""
        return bool(self.contacts)

    @property
    def offer(self) -> Offer | None:
        """The one offer it is about, if it is one."""
        return self.offers[0] if len(self.offers) == 1 else None


async def find(session: AsyncSession, number: str, code: str | None) -> Found:
    """What a text from `number` is about.

    Args:
        session: the transaction.
        number: where it came from, E.164.
        code: the code in it, if any. A code works only from a number of its expert.
    """
    contacts = (await session.scalars(select(Contact).where(Contact.number == number).order_by(Contact.id))).all()
    people = {contact.expert_id for contact in contacts}
    since = clock.now() - (CODE_REST if code else REMEMBERED)
    query = select(Offer).where(Offer.expert_id.in_(people), Offer.asked_at >= since, Offer.state != OfferState.PLANNED)
    if code is not None:
        query = query.where(Offer.code == code)
    offers = (await session.scalars(query.order_by(Offer.asked_at.desc(), Offer.id.desc()))).all()
    return Found(contacts, offers[:1] if code else _of_bare_word(offers))


def _of_bare_word(offers: Sequence[Offer]) -> Sequence[Offer]:
    """All offers that await an answer; else the latest one, for people who answer late or change their mind."""
    awaiting = [offer for offer in offers if offer.state in AWAITING]
    return awaiting or offers[:1]
