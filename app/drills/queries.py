"""What a drill's page and API show: who got it, who answered and how fast, who never, whose number does not work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.problems import NotFound
from app.drills.models import Drill, DrillText
from app.drills.service import topic
from app.drills.states import DrillState, NotAsked
from app.experts.models import Expert
from app.messaging import queries as messages
from app.messaging.errors import in_words
from app.messaging.models import Message
from app.messaging.states import MessageState

WORDS = {
    "answered": "Answered", "late": "Answered late", "silent": "Has it, no answer", "on_its_way": "On its way",
    "waiting": "Waits to go out", "undeliverable": "Not delivered", "taken_back": "Not sent in time",
    "not_asked": "Not texted",
}  # fmt: skip
"""What became of one person's text."""
WHY_NOT = {
    NotAsked.NO_NUMBER: "No phone number", NotAsked.OPTED_OUT: "Wants no texts",
    NotAsked.BUSY: "Is being asked in earnest, or has a seat", NotAsked.NIGHT: "Night there until the end",
}  # fmt: skip
GOES_OUT = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a drill.

    Args:
        outcome: a key of `WORDS`.
        why: the reason, when they were not texted or it did not arrive.
        sent_at: when the text left us.
        minutes: from there to the answer.
    """

    expert_id: int
    name: str
    disciplines: tuple[str, ...]
    state: str
    outcome: str
    why: str
    sent_at: datetime | None
    delivered_at: datetime | None
    answered_at: datetime | None
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """A drill and what became of it.

    Args:
        counts: outcome to how many people.
        median_minutes: of those who answered in time, from the text leaving us to the answer.
        last_out_at: when the last text will be out at the present pace; None when none waits, or they are held.
        next_due_at: when the next texts are due, for people where it is night now.
        is_held: whether our texts are held at present.
    """

    drill: Drill
    lines: tuple[Line, ...]
    counts: dict[str, int]
    median_minutes: float | None
    last_out_at: datetime | None
    next_due_at: datetime | None
    is_held: bool

    @property
    def people(self) -> int:
        """Everybody it was for."""
        return len(self.lines)

    @property
    def texted(self) -> int:
        """Whose text is out, or waits for nothing but its turn."""
        return self.people - self.counts["not_asked"] - self.counts["taken_back"]

    @property
    def gone(self) -> int:
        """Whose text has left us."""
        return self.texted - self.counts["waiting"]

    @property
    def answers(self) -> list[datetime]:
        """When answers came, late ones too."""
        return sorted(line.answered_at for line in self.lines if line.answered_at is not None)

    @property
    def share(self) -> int | None:
        """Of a hundred who were texted, how many answered in time; None while nobody was."""
        return round(100 * self.counts["answered"] / self.texted) if self.texted else None

    def first(self, *outcomes: str) -> list[Line]:
        """The lines of these outcomes, by name."""
        return sorted((line for line in self.lines if line.outcome in outcomes), key=lambda line: line.name)


@dataclass(frozen=True, slots=True)
class Listed:
    """One drill in the list."""

    drill: Drill
    people: int
    texted: int
    answered: int


async def find(session: AsyncSession, drill_id: int, *, lock: bool = False) -> Drill:
    """One drill.

    Raises:
        NotFound: none such.
    """
    if lock:
        return await locked(session, Drill, drill_id)
    drill = await session.get(Drill, drill_id)
    if drill is None:
        raise NotFound
    return drill


async def latest(session: AsyncSession, limit: int = 50) -> list[Listed]:
    """The drills, newest first."""
    in_time = DrillText.answered_at <= func.coalesce(Drill.ended_at, Drill.ends_at)
    rows = await session.execute(
        select(
            Drill, func.count(DrillText.id), func.count(DrillText.message_id), func.count(DrillText.id).filter(in_time)
        )
        .outerjoin(DrillText, DrillText.drill_id == Drill.id)
        .group_by(Drill.id)
        .order_by(Drill.id.desc())
        .limit(limit)
    )
    return [Listed(*row) for row in rows]


async def report(session: AsyncSession, drill: Drill) -> Report:
    """Everything about one drill, as it stands now."""
    rows = await session.execute(
        select(DrillText, Expert, Message)
        .join(Expert, Expert.id == DrillText.expert_id)
        .outerjoin(Message, Message.id == DrillText.message_id)
        .where(DrillText.drill_id == drill.id)
        .order_by(Expert.name, Expert.id)
    )
    found = [(row, expert, message) for row, expert, message in rows]
    lines = tuple(_line(drill, *each) for each in found)
    times = [line.minutes for line in lines if line.outcome == "answered" and line.minutes is not None]
    due = [row.due_at for row, _, message in found if message is None and row.why_not is None]
    later = [moment for moment in due if moment > clock.now()]
    sending = await messages.sending(session)
    is_going = drill.state is DrillState.RUNNING and any(batch.topic == topic(drill.id) for batch in sending.batches)
    return Report(
        drill, lines, {name: sum(line.outcome == name for line in lines) for name in WORDS},
        median(times) if times else None, sending.ends_at if is_going else None,
        min(later) if later and drill.state is DrillState.RUNNING else None, is_going and bool(sending.holds),
    )  # fmt: skip


def _line(drill: Drill, row: DrillText, expert: Expert, message: Message | None) -> Line:
    outcome, why = _outcome(drill, row, message)
    sent_at = message.sent_at or message.claimed_at if message else None
    minutes = (row.answered_at - sent_at) / timedelta(minutes=1) if row.answered_at and sent_at else None
    return Line(
        expert.id, expert.name, tuple(expert.disciplines), expert.state, outcome, why, sent_at,
        message.delivered_at if message else None, row.answered_at, None if minutes is None else max(0.0, minutes),
    )  # fmt: skip


def _outcome(drill: Drill, row: DrillText, message: Message | None) -> tuple[str, str]:
    """What became of one person's text, and why."""
    if row.answered_at is not None:
        return ("answered" if row.answered_at <= (drill.ended_at or drill.ends_at) else "late"), ""
    if row.why_not is not None:
        return "not_asked", WHY_NOT[row.why_not]
    if message is None:
        return ("waiting", "") if drill.state is DrillState.RUNNING else ("taken_back", "")
    outcomes = {
        MessageState.DELIVERED: "silent", MessageState.SENT: "on_its_way", MessageState.CANCELLED: "taken_back",
        MessageState.UNDELIVERED: "undeliverable", MessageState.FAILED: "undeliverable",
    }  # fmt: skip
    outcome = "waiting" if message.state in GOES_OUT else outcomes[message.state]
    why = in_words(message.error_code) or "The network does not say why." if outcome == "undeliverable" else ""
    return outcome, why


def by_group(lines: Sequence[Line], key: str) -> list[tuple[str, int, int]]:
    """Discipline or state to how many were texted and how many answered in time, by name."""
    texted: dict[str, int] = {}
    answered: dict[str, int] = {}
    for line in lines:
        if line.outcome in ("not_asked", "taken_back"):
            continue
        for group in line.disciplines if key == "discipline" else (line.state,):
            texted[group] = texted.get(group, 0) + 1
            answered[group] = answered.get(group, 0) + (line.outcome == "answered")
    return [(group, texted[group], answered[group]) for group in sorted(texted)]
