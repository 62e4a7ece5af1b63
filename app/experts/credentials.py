"""Credentials: entered, renewed, and looked up at their source by somebody on a day."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid, NotFound
from app.experts.models import Credential, Expert
from app.experts.schemas import CredentialIn
from app.experts.taxonomy import CLINICAL


async def find(session: AsyncSession, expert_id: int, credential_id: int) -> Credential:
    """One credential of an expert, locked.

    Raises:
        NotFound: none of hers.
    """
    query = select(Credential).where(Credential.id == credential_id, Credential.expert_id == expert_id)
    found = await session.scalar(query.with_for_update())
    if found is None:
        raise NotFound
    return found


async def add(session: AsyncSession, expert: Expert, form: CredentialIn, *, by: Actor) -> Credential:
    """Enter a credential; nobody has verified it yet.

    Raises:
        Invalid: a clinical licence without the state in which it is valid.
        Conflict: she has it already.
    """
    if form.kind in CLINICAL and form.state is None:
        raise Invalid(errors={"state": "A licence is valid in one state: say in which."})
    has = (Credential.expert_id == expert.id, Credential.kind == form.kind)
    same = select(Credential.id).where(*has, Credential.state.is_not_distinct_from(form.state))
    if await session.scalar(same):
        raise Conflict("This credential is there already. Renew it instead.")
    credential = Credential(expert_id=expert.id, **form.model_dump())
    session.add(credential)
    await session.flush()
    await record(session, "expert.credential_added", expert.id, by=by, credential=form.kind, until=form.expires_on)
    return credential


async def renew(session: AsyncSession, credential: Credential, expires_on: date | None, *, by: Actor) -> None:
    """A new last valid day; none: it does not expire. Whoever verified the old one has not seen the new one.

    Raises:
        Invalid: the day is over already.
    """
    if expires_on is not None and expires_on < clock.now().date():
        raise Invalid(errors={"expires_on": "This day is over already."})
    credential.expires_on = expires_on
    credential.verified_on = credential.verified_by = None
    await session.flush()
    kind = credential.kind
    await record(session, "expert.credential_renewed", credential.expert_id, by=by, credential=kind, until=expires_on)


async def verify(session: AsyncSession, credential: Credential, *, by: Actor) -> None:
    """Somebody has looked it up at its source. Again on a later day is a new verification."""
    credential.verified_on, credential.verified_by = clock.now().date(), by.name
    await session.flush()
    await record(session, "expert.credential_verified", credential.expert_id, by=by, credential=credential.kind)
