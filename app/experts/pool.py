"""Enter experts, change them, note absences."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, changes, record
from app.core.places import ZONES
from app.core.problems import Conflict, Invalid
from app.core.text import phone_number
from app.experts.models import Absence, Contact, ContactKind, Credential, Expert
from app.experts.readiness import Verdict, judge
from app.experts.schemas import AbsenceIn, ExpertChange, ExpertIn
from app.experts.taxonomy import MANDATORY


def _number(field: str, text: str) -> str:
    try:
        return phone_number(text)
    except Invalid:
        raise Invalid(errors={field: "Give ten digits, area code first."}) from None


SHOWN = frozenset({"is_active", "is_leader", "is_mentor", "is_trainee", "wakes_for_immediate", "preferred_language"})
"""Of a change of these the log keeps before and after; of all others that there was one."""


async def add(session: AsyncSession, form: ExpertIn, *, by: Actor) -> Expert:
    """Enter an expert with numbers and credentials.

    Raises:
        Invalid: a number nobody can be reached on.
        Conflict: the e-mail address is in the pool already.
    """
    await _only_theirs(session, form.email)
    numbers = {ContactKind.MOBILE: _number("mobile", form.mobile)}
    if form.alternate:
        numbers[ContactKind.ALTERNATE] = _number("alternate", form.alternate)
    fields = form.model_dump(exclude={"mobile", "alternate", "credentials"})
    expert = Expert(**fields, time_zone=ZONES[form.state], conflict_agencies=[], is_active=True)
    session.add(expert)
    await session.flush()
    session.add_all(Contact(expert_id=expert.id, kind=kind, number=number) for kind, number in numbers.items())
    session.add_all(Credential(expert_id=expert.id, **paper.model_dump()) for paper in form.credentials)
    await session.flush()
    await record(session, "expert.added", expert.id, by=by)
    return expert


async def _only_theirs(session: AsyncSession, email: str | None, expert_id: int | None = None) -> None:
    has_it = select(Expert.id).where(Expert.email == email, Expert.id.is_distinct_from(expert_id))
    if email and await session.scalar(has_it):
        raise Conflict(f"{email} is in the pool already.")


async def change(session: AsyncSession, expert: Expert, form: ExpertChange, *, by: Actor) -> Expert:
    """Change what may be changed of an expert. Raises Conflict for the e-mail address of somebody else."""
    changed = form.model_dump(exclude_unset=True)
    await _only_theirs(session, form.email, expert.id)
    differs = changes(expert, changed, SHOWN)
    for name, value in changed.items():
        setattr(expert, name, value)
    await session.flush()
    await record(session, "expert.changed", expert.id, by=by, fields=sorted(changed), changes=differs)
    return expert


async def note_absence(session: AsyncSession, expert: Expert, form: AbsenceIn, *, by: Actor) -> Absence:
    """Note days on which an expert cannot go.

    Raises:
        Invalid: it ends before it starts.
    """
    if form.ends_at <= form.starts_at:
        raise Invalid(errors={"ends_at": "This is before the start."})
    absence = Absence(expert_id=expert.id, starts_at=form.starts_at, ends_at=form.ends_at)
    session.add(absence)
    await session.flush()
    await record(session, "expert.absence_noted", expert.id, by=by)
    return absence


async def _absences_now(session: AsyncSession, expert: Expert) -> Sequence[Absence]:
    now = clock.now()
    query = select(Absence).where(Absence.expert_id == expert.id, Absence.starts_at < now, Absence.ends_at > now)
    return (await session.scalars(query.order_by(Absence.ends_at))).all()


async def away_until(session: AsyncSession, expert: Expert) -> datetime | None:
    """The last moment of the absence that lasts now, or None."""
    absences = await _absences_now(session, expert)
    return absences[-1].ends_at - timedelta(minutes=1) if absences else None


async def end_absences(session: AsyncSession, expert: Expert, *, by: Actor) -> int:
    """The expert is back: what lasts now ends now; days still to come stay.

    Returns:
        How many absences ended.
    """
    absences = await _absences_now(session, expert)
    for absence in absences:
        absence.ends_at = clock.now()
    if absences:
        await session.flush()
        await record(session, "expert.absence_ended", expert.id, by=by)
    return len(absences)


async def credentials_of(session: AsyncSession, expert_id: int) -> Sequence[Credential]:
    """An expert's credentials."""
    return (await session.scalars(select(Credential).where(Credential.expert_id == expert_id))).all()


async def contacts_of(session: AsyncSession, expert: Expert) -> Sequence[Contact]:
    """An expert's numbers, the mobile first. For pages that show them whole use `show_contacts`."""
    query = select(Contact).where(Contact.expert_id == expert.id).order_by(Contact.kind.desc(), Contact.id)
    return (await session.scalars(query)).all()


async def show_contacts(session: AsyncSession, expert: Expert, *, by: Actor) -> Sequence[Contact]:
    """The numbers, and a line in the log that somebody has seen them."""
    await record(session, "expert.contacts_viewed", expert.id, by=by)
    return await contacts_of(session, expert)


async def readiness_of(session: AsyncSession, expert: Expert) -> Verdict:
    """Whether an expert may be offered a place today, and why not."""
    papers = {c.kind: c.expires_on for c in await credentials_of(session, expert.id) if c.kind in MANDATORY}
    reached = await session.scalar(select(Contact.id).where(Contact.expert_id == expert.id).limit(1))
    return judge(
        clock.now().date(), papers,
        is_active=expert.is_active, eligible_from=expert.eligible_from, can_be_reached=reached is not None,
    )  # fmt: skip
