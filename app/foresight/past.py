"""The past incidents that were loaded, and what they say of those to come."""

from collections.abc import Sequence
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.foresight import demand
from app.foresight.models import IncidentFile, PastIncident
from app.trials.incidents import Incident

NOON = time(12, tzinfo=UTC)
"""At which a request of a past incident is taken to come; files know no hour."""


async def incidents(session: AsyncSession) -> list[Incident]:
    """Every past incident that was loaded."""
    rows = await session.scalars(select(PastIncident).order_by(PastIncident.id))
    return [_incident(row) for row in rows]


def _incident(row: PastIncident) -> Incident:
    at = datetime.combine(row.day, NOON)
    return Incident(
        at, at, row.kind, row.agency, row.city, row.state, row.latitude, row.longitude, row.killed, row.injured
    )


async def files(session: AsyncSession) -> Sequence[IncidentFile]:
    """The files that were loaded, the oldest first."""
    return (await session.scalars(select(IncidentFile).order_by(IncidentFile.id))).all()


async def expected(session: AsyncSession) -> demand.Demand | None:
    """What the past incidents say of those to come; None: no file was loaded."""
    found = await incidents(session)
    collected = [(file.first_day, file.last_day) for file in await files(session)]
    return demand.estimate(found, collected=collected) if found else None
