"""The statements of the form, and who signs them by what right (domain.md 1.3 A and G)."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid
from app.requests.intake import topic
from app.requests.models import Request
from app.requests.sent_models import Authority, Signature
from app.requests.states import ENDED
from app.web.languages import N_, _

WORDING = "2026-11-25"
"""The day since when the statements read as they do. Change it together with them."""
STATEMENTS = (
    N_("What this request says is right, as far as we know."),
    N_("It holds no names of victims or suspects, and nothing from criminal justice records."),
    N_("We will receive the team: somebody to report to, a place to work, and what it must know to be safe."),
    N_("We will answer a few questions afterwards, so that the next agency is helped better."),
    N_("You may keep these answers to arrange the help and to report on it, without names of persons."),
)
"""What the agency says by signing."""
RIGHTS = {
    Authority.EXECUTIVE: N_("I am the chief, sheriff or director"),
    Authority.DELEGATED: N_("The chief, sheriff or director asked me to send this"),
}
"""By what right somebody signs."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was typed."""

    name: str
    authority: Authority


NOTHING_TYPED = N_("Type your name to sign.")


def read(name: str, authority: str) -> Signed | None:
    """A typed signature; None if the person left it for later.

    Raises:
        Invalid: half of it is missing.
    """
    name = name.strip()
    if not name and not authority:
        return None
    errors = {}
    if not name:
        errors["signed_name"] = _("Type your name to sign, or leave both empty for now.")
    elif len(name) > 200:
        errors["signed_name"] = _("Shorter, please: up to 200 letters.")
    if authority not in set(Authority):
        errors["authority"] = _("Say by what right you sign, or leave both empty for now.")
    if errors:
        raise Invalid(errors=errors)
    return Signed(name, Authority(authority))


def read_now(name: str, authority: str) -> Signed:
    """A typed signature, when it is what the person came for.

    Raises:
        Invalid: half of it is missing, or all.
    """
    signed = read(name, authority)
    if signed is None:
        raise Invalid(errors={"signed_name": NOTHING_TYPED})
    return signed


async def sign(session: AsyncSession, request: Request, signed: Signed, *, by: Actor) -> Signature:
    """Sign the statements.

    Raises:
        Conflict: they are signed already, or the request has ended.
    """
    if request.state in ENDED or await of_request(session, request.id) is not None:
        raise Conflict(N_("This is signed already, or no longer needs to be."))
    signature = Signature(
        request_id=request.id, by_id=by.id, at=clock.now(), name=signed.name, authority=signed.authority,
        statements=WORDING,
    )  # fmt: skip
    session.add(signature)
    await record(session, "request.signed", request.id, topic=topic(request), by=by, authority=signed.authority)
    return signature


async def of_request(session: AsyncSession, request_id: int) -> Signature | None:
    """The signature under a request, if there is one."""
    return await session.scalar(select(Signature).where(Signature.request_id == request_id))
