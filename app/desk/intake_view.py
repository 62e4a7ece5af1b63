"""What a request's page shows of the work before the decision: the call, the thread, requests that belong together."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import User
from app.desk import people
from app.requests import call, relating
from app.requests import queries as requests
from app.requests.models import CallNotes, Decision, Question, Request

FACTS = ("priority", "needed_by", "days", "report_to", "summary")
"""What the desk may correct after the call, as its form has it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the agency, with who asked it."""

    question: Question
    by: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A line of the decision record, with whose it is."""

    decision: Decision
    by: str


@dataclass(frozen=True, slots=True)
class IntakeView:
    """Everything of the intake.

    Args:
        notes: the call's notes as they stand; none before the call.
        answers: the notes by question.
        noted_by: who noted last, and when.
        thread: questions to the agency, oldest first.
        decided: the decision record, oldest first.
        related: requests that are linked, or probably are the same event.
        parts: requests that became part of this one.
        merged_into: the request that this one became part of.
        owner: who looks after it.
    """

    notes: CallNotes | None
    answers: dict[str, str]
    noted_by: str
    thread: tuple[Asked, ...]
    decided: tuple[Decided, ...]
    related: tuple[relating.Related, ...]
    parts: tuple[Request, ...]
    merged_into: Request | None
    owner: User | None

    @property
    def version(self) -> int:
        """Of the notes; 0 before the call."""
        return self.notes.version if self.notes else 0

    @property
    def noted_at(self) -> datetime | None:
        """When somebody noted last."""
        return self.notes.noted_at if self.notes else None


async def of(session: AsyncSession, request: Request) -> IntakeView:
    """The intake of one request."""
    notes = await call.latest(session, request.id)
    questions = await requests.questions(session, request)
    decisions = await requests.decisions(session, request)
    ids = [one.asked_by_id for one in questions] + [one.by_id for one in decisions]
    names = await people.users(session, [*ids, request.owner_id, notes.noted_by_id if notes else None])
    said_by = {user_id: user.name for user_id, user in names.items()}
    into = await session.get(Request, request.merged_into_id) if request.merged_into_id else None
    return IntakeView(
        notes,
        call.answers_of(notes),
        said_by.get(notes.noted_by_id, "") if notes else "",
        tuple(Asked(one, said_by.get(one.asked_by_id, "The desk")) for one in questions),
        tuple(Decided(one, said_by.get(one.by_id, "")) for one in decisions),
        tuple(await relating.related(session, request)),
        tuple(await relating.parts_of(session, request)),
        into,
        names.get(request.owner_id or 0),
    )


def facts_of(request: Request) -> dict[str, str]:
    """A request's facts as the form has them; the time is the place's own."""
    there = request.needed_by.astimezone(ZoneInfo(request.time_zone))
    return {
        "priority": str(request.priority), "needed_by": there.strftime("%Y-%m-%dT%H:%M"), "days": str(request.days),
        "report_to": request.report_to, "summary": request.summary,
    }  # fmt: skip
