"""What a drill does: choose whom to text, text them at the sender's pace behind everything real, count, end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.events import SYSTEM, Actor, record
from app.core.ids import CODE_DIGITS
from app.core.jobs import defer
from app.core.places import STATES
from app.core.problems import Conflict, Invalid
from app.deployments.models import Assignment
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.dispatch.states import OPEN
from app.drills.models import Drill, DrillText
from app.drills.states import DRILL, DrillState, NotAsked
from app.experts.models import Contact, ContactKind, Credential, Expert
from app.experts.quiet import Night, may_be_asked_from
from app.experts.readiness import Readiness, judge
from app.experts.taxonomy import DISCIPLINES, MANDATORY
from app.messaging import outbox, texts
from app.rosters import rules

POST, END = "drills.post", "drills.end"
PRIORITY = -1
"""Behind every real text: in the pace's last lane, and of all jobs the last."""
BATCH = 100
"""Texts that are written in one transaction."""
REMEMBERED = timedelta(days=30)
"""So long an answer with a code still belongs to its drill."""
SHORTEST_H, LONGEST_H = 1, 48


class NobodyToText(Conflict):
    """Nobody in the pool is ready and fits this choice."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom a drill is for and how long it lasts.

    Args:
        disciplines: only these; empty: all.
        states: only people who live in these; empty: everywhere.
        hours: how long answers count.
    """

    disciplines: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    hours: int = 4


def topic(drill_id: int) -> str:
    """The story a drill's texts belong to."""
    return f"drill:{drill_id}"


async def start(session: AsyncSession, choice: Choice, *, by: Actor) -> Drill:
    """Start a drill for everybody who is ready: their texts go out behind what is real, at night in the morning.

    Raises:
        Invalid: an unknown discipline or state, or hours out of bounds.
        NobodyToText: nobody is left to text.
    """
    _check(choice)
    now = clock.now()
    people = await _ready(session, choice)
    if not people:
        raise NobodyToText
    drill = Drill(
        code=await _free_code(session), state=DrillState.RUNNING, disciplines=sorted(choice.disciplines),
        states=sorted(choice.states), started_at=now, started_by=by.name, ends_at=now + timedelta(hours=choice.hours),
    )  # fmt: skip
    session.add(drill)
    await session.flush()
    rows = await _texts_of(session, drill, people)
    session.add_all(rows)
    await session.flush()
    for due_at in sorted({row.due_at for row in rows if row.why_not is None}):
        at = due_at if due_at > now else None
        await defer(session, POST, at=at, priority=PRIORITY, drill_id=drill.id)
    await defer(session, END, at=drill.ends_at, drill_id=drill.id)
    await record(session, "drill.started", drill.id, topic=topic(drill.id), by=by, code=drill.code, people=len(rows))
    return drill


def _check(choice: Choice) -> None:
    errors = {}
    if set(choice.disciplines) - DISCIPLINES.keys():
        errors["disciplines"] = "Choose among the four disciplines."
    if set(choice.states) - STATES.keys():
        errors["states"] = "Choose states by their two letters."
    if not SHORTEST_H <= choice.hours <= LONGEST_H:
        errors["hours"] = f"Choose {SHORTEST_H} to {LONGEST_H} hours."
    if errors:
        raise Invalid(errors=errors)


async def _free_code(session: AsyncSession) -> str:
    """ "D" and two digits, the one that has rested longest; two drills started at once get two codes."""
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended('drills.code', 0))"))
    used = list(await session.scalars(select(Drill.code).order_by(Drill.id.desc()).limit(len(CODE_DIGITS) ** 2)))
    codes = [f"D{first}{second}" for first in CODE_DIGITS for second in CODE_DIGITS]
    free = [code for code in codes if code not in used]
    return free[0] if free else used[-1]


async def _ready(session: AsyncSession, choice: Choice) -> list[Expert]:
    query = select(Expert).where(Expert.is_active).order_by(Expert.id)
    if choice.states:
        query = query.where(Expert.state.in_(choice.states))
    if choice.disciplines:
        query = query.where(Expert.disciplines.overlap(list(choice.disciplines)))
    experts = list(await session.scalars(query))
    papers: dict[int, dict[str, object]] = {expert.id: {} for expert in experts}
    rows = await session.execute(
        select(Credential.expert_id, Credential.kind, Credential.expires_on).where(Credential.kind.in_(MANDATORY))
    )
    for expert_id, kind, expires_on in rows:
        if expert_id in papers:
            papers[expert_id][kind] = expires_on
    today = clock.now().date()
    # Who has no number is listed, not left out: that is what a drill is for.
    return [
        expert for expert in experts
        if judge(today, papers[expert.id], is_active=True, eligible_from=expert.eligible_from, can_be_reached=True)  # type: ignore[arg-type]  # dates
        .readiness is not Readiness.NOT_READY
    ]  # fmt: skip


async def _texts_of(session: AsyncSession, drill: Drill, people: Sequence[Expert]) -> list[DrillText]:
    ids = [expert.id for expert in people]
    rows = await session.scalars(select(Contact).where(Contact.expert_id.in_(ids)))
    numbers = {
        contact.expert_id: contact
        for contact in sorted(rows, key=lambda contact: (contact.kind == ContactKind.MOBILE, -contact.id))
    }
    busy, night = await _busy(session, ids), rules.night(await rules.current(session))
    return [_text_of(drill, expert, numbers.get(expert.id), night, is_busy=expert.id in busy) for expert in people]


def _text_of(drill: Drill, expert: Expert, contact: Contact | None, night: Night, *, is_busy: bool) -> DrillText:
    due_at = may_be_asked_from(drill.started_at, zone=expert.time_zone, is_immediate=False, wakes=False, night=night)
    why_not = None
    if contact is None:
        why_not = NotAsked.NO_NUMBER
    elif contact.texts_stopped_at is not None:
        why_not = NotAsked.OPTED_OUT
    elif is_busy:
        why_not = NotAsked.BUSY
    elif due_at >= drill.ends_at:
        why_not = NotAsked.NIGHT
    number = contact.number if contact else None
    return DrillText(drill_id=drill.id, expert_id=expert.id, number=number, due_at=due_at, why_not=why_not)


async def _busy(session: AsyncSession, expert_ids: Collection[int]) -> set[int]:
    """Who is being asked in earnest, or has a seat whose rest is not over."""
    asked = await session.scalars(select(Offer.expert_id).where(Offer.expert_id.in_(expert_ids), Offer.state.in_(OPEN)))
    seated = await session.scalars(
        select(Assignment.expert_id).where(
            Assignment.expert_id.in_(expert_ids), Assignment.state.in_(LIVE), Assignment.span.contains(clock.now())
        )
    )
    return {*asked, *seated}


async def post_due(session: AsyncSession, drill_id: int) -> bool:
    """Write the texts that are due, not too many at once. Run twice, the second writes none.

    Returns:
        Whether more are due.
    """
    drill = await locked(session, Drill, drill_id)
    if drill.state is not DrillState.RUNNING:
        return False
    due = select(DrillText).where(
        DrillText.drill_id == drill.id, DrillText.message_id.is_(None), DrillText.why_not.is_(None),
        DrillText.due_at <= clock.now() + timedelta(seconds=5),
    )  # fmt: skip
    rows = list(await session.scalars(due.order_by(DrillText.id).limit(BATCH).with_for_update()))
    people = [row.expert_id for row in rows]
    busy = await _busy(session, people)
    experts = {expert.id: expert for expert in await session.scalars(select(Expert).where(Expert.id.in_(people)))}
    stopped = set(
        await session.scalars(
            select(Contact.number).where(
                Contact.number.in_([row.number for row in rows]), Contact.texts_stopped_at.is_not(None)
            )
        )
    )
    for row in rows:
        if row.number is None or row.number in stopped:
            row.why_not = NotAsked.OPTED_OUT
        elif row.expert_id in busy:
            row.why_not = NotAsked.BUSY
        else:
            row.message_id = await _post(session, drill, row, experts[row.expert_id])
    await session.flush()
    return len(rows) == BATCH


async def _post(session: AsyncSession, drill: Drill, row: DrillText, expert: Expert) -> int:
    """The text of one person; of two with one phone the first one's."""
    there = await session.scalar(
        select(DrillText.message_id)
        .where(DrillText.drill_id == drill.id, DrillText.number == row.number, DrillText.message_id.is_not(None))
        .limit(1)
    )
    if there is not None:
        return there
    message = await outbox.post(
        session, texts.drill(drill.code, expert.preferred_language), to=row.number or "", topic=topic(drill.id),
        expert_id=expert.id, valid_until=drill.ends_at, priority=PRIORITY,
    )  # fmt: skip
    await session.flush()
    return message.id


async def answered(
    session: AsyncSession, number: str, code: str | None, at: datetime, *, by: Actor
) -> tuple[Drill, bool] | None:
    """Count an answer from a number.

    Args:
        session: the transaction.
        number: whose text it was.
        code: the drill's code; None: a bare answer, which belongs to the only running drill that waits for it.
        at: when it was said.
        by: the expert.

    Returns:
        The drill, and whether the answer was in time; None when this number has no such drill.
    """
    query = (
        select(DrillText, Drill)
        .join(Drill, Drill.id == DrillText.drill_id)
        .where(DrillText.number == number, DrillText.message_id.is_not(None), Drill.started_at > at - REMEMBERED)
        .order_by(Drill.id.desc(), DrillText.id)
        .with_for_update(of=DrillText)
    )
    if code is not None:
        query = query.where(Drill.code == code)
    else:
        query = query.where(Drill.state == DrillState.RUNNING, DrillText.answered_at.is_(None))
    rows = [(row, drill) for row, drill in await session.execute(query)]
    if not rows or (code is None and len({drill.id for _, drill in rows}) > 1):
        return None
    drill = rows[0][1]
    for row, whose in rows:
        if whose.id == drill.id and row.answered_at is None:
            row.answered_at = at
            await record(session, "drill.answered", drill.id, topic=topic(drill.id), by=by)
    return drill, at <= (drill.ended_at or drill.ends_at)


async def end(session: AsyncSession, drill: Drill, *, by: Actor = SYSTEM) -> None:
    """End a drill: what has not gone out is taken back. Later answers are noted as late.

    Raises:
        WrongState: it has ended.
    """
    drill.state, drill.ended_at = DRILL.after(drill.state, "end"), clock.now()
    await session.flush()
    waiting = await session.scalars(
        select(DrillText.message_id).where(DrillText.drill_id == drill.id, DrillText.message_id.is_not(None)).distinct()
    )
    for message_id in sorted(one for one in waiting if one is not None):
        await outbox.cancel(session, message_id, "the drill is over")
    await record(session, "drill.ended", drill.id, topic=topic(drill.id), by=by)
