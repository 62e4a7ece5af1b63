"""What an expert agreed to, in which words and when; the last line of a kind counts."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.experts.models import Consent, ConsentKind, Contact, Expert

WORDING = {ConsentKind.TEXTS: "texts-2026-11", ConsentKind.WAKE: "wake-2026-11"}
"""Version of the words that are agreed to; they stand on the page, and a change of them is a new version."""


async def latest(session: AsyncSession, expert_id: int) -> dict[ConsentKind, Consent]:
    """The last line of each kind."""
    rows = await session.scalars(select(Consent).where(Consent.expert_id == expert_id).order_by(Consent.id))
    return {row.kind: row for row in rows}


async def note(session: AsyncSession, expert: Expert, kind: ConsentKind, *, is_given: bool, by: Actor) -> None:
    """Keep a yes or a no ("expert.consent_noted"). No more texts is as good as STOP; calls stay possible."""
    session.add(Consent(expert_id=expert.id, kind=kind, is_given=is_given, wording=WORDING[kind], at=clock.now()))
    if kind is ConsentKind.WAKE:
        expert.wakes_for_immediate = is_given
    elif not is_given:
        for contact in await session.scalars(select(Contact).where(Contact.expert_id == expert.id)):
            if contact.texts_stopped_at is None:
                contact.texts_stopped_at = clock.now()
                await record(session, "contact.texts_stopped", contact.id, by=by)
    await session.flush()
    await record(session, "expert.consent_noted", expert.id, by=by, consent=kind, is_given=is_given)
