"""The link in an offer's text: made with it, ended with it (reliability.md R16).

Who opens it may read what the text could not say. It is no sign-in: it gives one person's one offer, from one phone.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, DateTime, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.ids import digest
from app.core.settings import get_settings
from app.deployments.models import Deployment
from app.deployments.states import DeploymentState
from app.dispatch.models import Offer, OfferLink
from app.dispatch.states import OfferState
from app.experts.models import Contact
from app.messaging import sealed

S = OfferState
ENDED = (S.EXPIRED, S.UNREACHABLE, S.WITHDRAWN)
"""States with which the links of an offer have ended. A yes or a no is still shown, with how to change it."""


def address(token: str) -> str:
    """The address of an offer's page. Phones know a name of ours as a link by itself, so https:// is left out."""
    return f"{get_settings().public_url.rstrip('/').removeprefix('https://')}/x/{token}"


_NEXT = func.nextval(func.pg_get_serial_sequence(OfferLink.__tablename__, "id"))
_NEXT_ID = select(_NEXT)


async def make(session: AsyncSession, offer: Offer, contact: Contact) -> str:
    """A new link for an offer's phone; its address, the token as a mark that only the carrier's text opens."""
    return _made(session, offer, contact, (await session.scalars(_NEXT_ID)).one())


def _made(session: AsyncSession, offer: Offer, contact: Contact, link_id: int) -> str:
    proof = digest(sealed.link_token(link_id))
    session.add(
        OfferLink(id=link_id, offer_id=offer.id, contact_id=contact.id, token_digest=proof, made_at=clock.now())
    )
    return address(sealed.link_mark(link_id))


_KNOWN = (
    select(OfferLink.id)
    .where(
        OfferLink.offer_id == bindparam("offer_id", type_=BigInteger),
        OfferLink.contact_id == bindparam("contact_id", type_=BigInteger),
        OfferLink.revoked_at.is_(None),
    )
    .order_by(OfferLink.id.desc())
    .limit(1)
    .scalar_subquery()
)
_KNOWN_OR_NEXT = select(_KNOWN.label("known"), case((_KNOWN.is_(None), _NEXT)).label("next"))


async def for_phone(session: AsyncSession, offer: Offer, contact: Contact) -> str:
    """The address that a phone was given for an offer, or a new one when it has none."""
    row = (await session.execute(_KNOWN_OR_NEXT, {"offer_id": offer.id, "contact_id": contact.id})).one()
    return address(sealed.link_mark(row.known)) if row.known else _made(session, offer, contact, row.next)


_REVOKE = (
    update(OfferLink)
    .where(OfferLink.offer_id == bindparam("ended", type_=BigInteger), OfferLink.revoked_at.is_(None))
    .values(revoked_at=bindparam("now", type_=DateTime(timezone=True)))
)


async def revoke(session: AsyncSession, offer_id: int) -> None:
    """The offer has ended: so have its links."""
    await session.execute(_REVOKE, {"ended": offer_id, "now": clock.now()})


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that somebody opened.

    Args:
        is_live: whether it still opens its offer.
    """

    link: OfferLink
    offer: Offer
    contact: Contact
    is_live: bool


async def find(session: AsyncSession, token: str) -> Opened | None:
    """The link of a token, also one that has ended; None when there never was one."""
    row = (
        await session.execute(
            select(OfferLink, Offer, Contact, Deployment)
            .join(Offer, Offer.id == OfferLink.offer_id)
            .join(Deployment, Deployment.id == Offer.deployment_id)
            .join(Contact, Contact.id == OfferLink.contact_id)
            .where(OfferLink.token_digest == digest(token))
        )
    ).one_or_none()
    if row is None:
        return None
    link, offer, contact, deployment = row
    is_same_phone = contact.changed_at is None or contact.changed_at <= link.made_at
    is_over = offer.state in ENDED or deployment.state is DeploymentState.STOOD_DOWN
    return Opened(link, offer, contact, link.revoked_at is None and is_same_phone and not is_over)
