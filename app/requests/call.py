"""The intake call: what the desk must learn before it can recommend, and its notes (domain.md 1.2, step 3)."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.merging import three_way
from app.core.problems import Conflict
from app.requests.intake import topic
from app.requests.models import CallNotes, Request
from app.requests.states import RequestState

QUESTIONS: dict[str, tuple[str, str]] = {
    "spoke_with": ("Who is on the phone?", "Name, rank, and a number that works now"),
    "scope": ("What should the team do, and for whom?", "Command, officers, dispatchers, families, schools, clergy"),
    "safety": ("Is it safe for a team?", "Threats, protests, weather, who is in charge of security"),
    "others_present": ("Who else is there or asked?", "FBI, CRS, Red Cross, NOVA, state victim services, peer support"),
    "media": ("What does the press do?", "Level of attention, video that is out, embargo, spokesperson"),
    "litigation": ("Is anything before a court?", "Litigation hold, counsel to ask, consent decree or monitor"),
    "host_commitments": ("What does the agency commit to?", "A person to report to, room, transport, security, badges"),
}
"""Field to the question and what belongs into its answer. No names of victims or suspects, no justice information."""
CLOSED = (RequestState.DRAFT, RequestState.WITHDRAWN, RequestState.MERGED)


class NotesChanged(Conflict):
    """Somebody else changed the same answers while you wrote. Look at theirs, then save again.

    Fields: `theirs`, answer by question; `version`, the one to say that you saw.
    """


def answers_of(notes: CallNotes | None) -> dict[str, str]:
    """The notes by question; all empty before the call."""
    return {name: getattr(notes, name) if notes else "" for name in QUESTIONS}


async def latest(session: AsyncSession, request_id: int, version: int | None = None) -> CallNotes | None:
    """The notes as they stand, or as they stood in a version."""
    query = select(CallNotes).where(CallNotes.request_id == request_id).order_by(CallNotes.version.desc()).limit(1)
    return await session.scalar(query if version is None else query.where(CallNotes.version == version))


async def note(
    session: AsyncSession, request: Request, said: Mapping[str, str], *, seen: int, by: Actor
) -> CallNotes | None:
    """Keep what was said; what others noted meanwhile stays, unless both changed the same answer.

    Args:
        session: the transaction; the request is locked.
        request: whose call it was.
        said: answers by question; those left out stay as they are.
        seen: the version that the writer saw; 0 before the first.
        by: who noted it; a user.

    Returns:
        The new version, or the one that stands when nothing is new; none when nothing was ever noted.

    Raises:
        NotesChanged: both changed the same answer, and differently.
        Conflict: the request is closed.
    """
    if request.state in CLOSED:
        raise Conflict("This request is closed; its notes stay as they are.")
    before = await latest(session, request.id)
    was = await latest(session, request.id, seen) if seen else None
    merged = three_way(answers_of(was), answers_of(before), said)
    if merged.clashes:
        raise NotesChanged(theirs=dict(merged.clashes), version=before.version if before else 0)
    if not merged.changed:
        return before
    notes = CallNotes(
        request_id=request.id, version=(before.version if before else 0) + 1, noted_by_id=by.id,
        noted_at=clock.now(), **merged.values,
    )  # fmt: skip
    session.add(notes)
    fields = ", ".join(name.replace("_", " ") for name in QUESTIONS if name in merged.changed)
    await record(session, "request.call_noted", request.id, topic=topic(request), by=by, fields=fields)
    return notes
