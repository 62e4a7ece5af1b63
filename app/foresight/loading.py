"""Load a file of past incidents: all of it, or nothing."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Invalid
from app.foresight.demand import some_invented
from app.foresight.models import IncidentFile, PastIncident
from app.trials.incidents import BadFile as BadRows
from app.trials.incidents import Incident, read

LARGEST_FILE = 5_000_000
"""Bytes."""


class BadFile(Invalid):
    """The file cannot be used. Nothing of it was loaded."""


def incidents_of(content: bytes, *, skip_unknown: bool = False) -> list[Incident]:
    """The incidents of a CSV file.

    Args:
        content: of the file.
        skip_unknown: leave out rows whose place is not known, instead of refusing the file.

    Raises:
        BadFile: with a sentence for every line that cannot be used.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "incidents.csv"
        path.write_bytes(content)
        return read_file(path, skip_unknown=skip_unknown)


def read_file(path: Path, *, skip_unknown: bool = False) -> list[Incident]:
    """The same of a file of this machine."""
    try:
        return read(path, seed=0, skip_unknown_places=skip_unknown)
    except BadRows as bad:
        raise BadFile(errors={"file": str(bad)}, could_be_left_out=bad.could_be_left_out) from None


async def load(
    session: AsyncSession, name: str, content: bytes, *, skip_unknown: bool = False, by: Actor
) -> tuple[IncidentFile, int]:
    """Load a file ("incidents.loaded").

    Returns:
        The file, and how many incidents of it.

    Raises:
        BadFile: it cannot be used, is too large, or was loaded before.
    """
    if len(content) > LARGEST_FILE:
        raise BadFile(errors={"file": "This file is larger than 5 MB. Split it by years."})
    found = incidents_of(content, skip_unknown=skip_unknown)
    digest = hashlib.sha256(content).hexdigest()
    if await session.scalar(select(IncidentFile.id).where(IncidentFile.sha256 == digest)):
        raise BadFile(errors={"file": "This file was loaded before. Its incidents are counted once."})
    days = [one.occurred_at.date() for one in found]
    file = IncidentFile(
        name=name[:200], sha256=digest, is_synthetic=some_invented(found),
        first_day=min(days), last_day=max(days), loaded_at=clock.now(), loaded_by=by.name or by.kind,
    )  # fmt: skip
    session.add(file)
    await session.flush()
    rows = [
        {
            "file_id": file.id, "day": one.occurred_at.date(), "kind": one.kind, "agency": one.agency, "city": one.city,
            "state": one.state, "latitude": one.latitude, "longitude": one.longitude, "killed": one.killed,
            "injured": one.injured,
        }
        for one in found
    ]  # fmt: skip
    await session.execute(insert(PastIncident), rows)
    await record(session, "incidents.loaded", file.id, by=by, incidents=len(rows))
    return file, len(rows)


async def forget(session: AsyncSession, file: IncidentFile, *, by: Actor) -> None:
    """Take a file and its incidents out again ("incidents.forgotten")."""
    await session.delete(file)
    await session.flush()
    await record(session, "incidents.forgotten", file.id, by=by)
