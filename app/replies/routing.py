"""Whose answer it is: from the number and the code to the person and the offer. It never guesses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, DateTime, any_, bindparam, exists, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Assignment
from app.dispatch.codes import code_times, has_code
from app.dispatch.models import Offer
from app.dispatch.states import STANDING, OfferState
from app.experts.models import Contact, Expert
from app.field import extending
from app.field.models import Stay
from app.replies.plain import bare

AWAITING = (OfferState.CONTACTING, OfferState.DEFERRED)
REMEMBERED = timedelta(days=7)
"""A bare answer may still belong to the last offer of so long ago; a code may for as long as it is not reused."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number: whose it is, and what its people were asked lately, newest first.

    Args:
        number: E.164.
        contacts: who has it.
        experts: its people.
        offers: what they were asked.
        was_asked_to_stay: whether one of them was lately asked to stay longer.
    """

    number: str
    contacts: Sequence[Contact]
    experts: Sequence[Expert]
    offers: Sequence[Offer]
    was_asked_to_stay: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the number belongs to anybody in the pool."""
        return bool(self.contacts)

    @property
    def is_shared(self) -> bool:
        """Whether two experts use it: then a bare word does not say whose it is."""
        return len(self.experts) > 1

    @property
    def is_stopped(self) -> bool:
        """Whether it wants no texts."""
        return any(contact.texts_stopped_at is not None for contact in self.contacts)

    @property
    def language(self) -> str:
        """In which to answer: its people's, English when they differ."""
        languages = {expert.preferred_language.value for expert in self.experts}
        return languages.pop() if len(languages) == 1 else "en"

    @property
    def codes(self) -> list[str]:
        """Codes it has been sent."""
        return [offer.code for offer in self.offers]

    @property
    def names(self) -> list[str]:
        """Names its people may sign with."""
        return [bare(expert.name) for expert in self.experts]

    @property
    def awaiting(self) -> list[Offer]:
        """Offers that wait for an answer."""
        return [offer for offer in self.offers if offer.state in AWAITING]

    def asked_about(self, code: str | None, now: datetime) -> Sequence[Offer]:
        """The offer of a code; of a bare word all that await an answer, else the latest, for who changes their mind."""
        if code is not None:
            return [self._asked_anew(offer) for offer in self.offers if offer.code == code][:1]
        recent = [offer for offer in self.offers if offer.asked_at >= now - REMEMBERED]
        return self.awaiting or recent[:1]

    def _asked_anew(self, ended: Offer) -> Offer:
        """The offer itself; where it has ended and the same team has asked the same person again, that question."""
        if ended.state in STANDING:
            return ended
        team = (ended.deployment_id, ended.expert_id)
        standing = (one for one in self.offers if one.state in STANDING and (one.deployment_id, one.expert_id) == team)
        return next(standing, ended)

    def writer(self, body: str) -> Expert | None:
        """Who writes: of a shared phone, the one whose first name stands in the text."""
        if not self.is_shared:
            return self.experts[0]
        words = set(bare(body).split())
        named = [expert for expert in self.experts if bare(expert.name).split()[0] in words]
        return named[0] if len(named) == 1 else None


_ASKED_TO_STAY = exists().where(
    Assignment.expert_id == Expert.id, Stay.assignment_id == Assignment.id,
    Stay.asked_at > bindparam("stays_since", type_=DateTime(timezone=True)),
)  # fmt: skip
_OWNERS = (
    select(Contact, Expert, _ASKED_TO_STAY)
    .join(Expert, Expert.id == Contact.expert_id)
    .where(Contact.number == bindparam("number"))
    .order_by(Contact.id)
)
_ASKED = (
    select(Offer)
    .where(Offer.expert_id == any_(bindparam("people", type_=ARRAY(BigInteger))))
    .where(has_code(), Offer.state != OfferState.PLANNED)
    .order_by(Offer.asked_at.desc(), Offer.id.desc())
)


async def phone_of(session: AsyncSession, number: str) -> Phone:
    """What is known of a number.

    Args:
        session: the transaction.
        number: E.164.
    """
    about = {"number": number, "stays_since": clock.now() - extending.CODE_REST}
    found = (await session.execute(_OWNERS, about)).all()
    contacts = [contact for contact, _, _ in found]
    people = {expert.id: expert for _, expert, _ in found}
    experts = [people[id_] for id_ in sorted(people)]
    if not experts:
        return Phone(number, (), (), ())
    offers = await session.scalars(_ASKED, {"people": list(people), **code_times()})
    return Phone(number, contacts, experts, offers.all(), any(asked for _, _, asked in found))
