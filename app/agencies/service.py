"""Enter agencies."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.agencies.schemas import AgencyIn
from app.core.events import Actor, record
from app.core.places import ZONES
from app.core.problems import Conflict
from app.core.text import phone_number


async def add(session: AsyncSession, form: AgencyIn, *, by: Actor) -> Agency:
    """Enter an agency.

    Raises:
        Conflict: an agency of that name in that state is there already.
        Invalid: a phone number nobody can be reached on.
    """
    if await session.scalar(select(Agency.id).where(Agency.name == form.name, Agency.state == form.state)):
        raise Conflict(f"{form.name}, {form.state} is there already.")
    fields = form.model_dump() | {
        "time_zone": form.time_zone or ZONES[form.state],
        "phone": phone_number(form.phone) if form.phone else None,
    }
    agency = Agency(**fields)
    session.add(agency)
    await session.flush()
    await record(session, "agency.added", agency.id, by=by)
    return agency
