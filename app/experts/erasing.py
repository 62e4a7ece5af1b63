"""An expert's record without the person: the row stays, so that journeys and figures keep their count."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.experts.models import Absence, Consent, Contact, Credential, Expert, SentPaper, StandbyWeek


def former(expert_id: int) -> str:
    """What stands where a name was."""
    return f"Former expert {expert_id}"


async def empty(session: AsyncSession, expert: Expert, why: str, *, by: Actor) -> None:
    """Erase what is personal in a record and all that hangs on it ("expert.erased")."""
    for table in (Contact, Credential, SentPaper, Absence, StandbyWeek, Consent):
        await session.execute(delete(table).where(table.expert_id == expert.id))
    expert.name, expert.email, expert.employer = former(expert.id), None, None
    expert.city, expert.county = "", None
    expert.latitude, expert.longitude = round(expert.latitude), round(expert.longitude)
    expert.expertise, expert.languages, expert.conflict_agencies = {}, {}, []
    expert.is_active = expert.is_leader = expert.is_mentor = expert.wakes_for_immediate = False
    expert.eligible_from, expert.erased_at = None, clock.now()
    await session.flush()
    await record(session, "expert.erased", expert.id, by=by, why=why)
