"""What experts change themselves: days, a number that has proved itself, a pause, their record."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Invalid
from app.experts.models import Absence, Contact, ContactKind, Expert

LONGEST_PAUSE = timedelta(days=366)


def span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the first midnight of these days to the one after them, there."""
    there = ZoneInfo(zone)
    return datetime.combine(first, time(), there), datetime.combine(last + timedelta(days=1), time(), there)


async def absences_between(session: AsyncSession, expert_id: int, start: datetime, end: datetime) -> Sequence[Absence]:
    """Absences that touch a time."""
    query = select(Absence).where(Absence.expert_id == expert_id, Absence.starts_at < end, Absence.ends_at > start)
    return (await session.scalars(query.order_by(Absence.starts_at))).all()


async def be_free(session: AsyncSession, expert: Expert, first: date, last: date, *, by: Actor) -> int:
    """These days are free after all: what covers them is cut, in two if need be ("expert.absence_ended").

    Returns:
        How many absences were cut.
    """
    start, end = span(first, last, expert.time_zone)
    cut = await absences_between(session, expert.id, start, end)
    for absence in cut:
        for kept in ((absence.starts_at, start), (end, absence.ends_at)):
            if kept[0] < kept[1]:
                session.add(Absence(expert_id=expert.id, starts_at=kept[0], ends_at=kept[1]))
        await session.delete(absence)
    if cut:
        await session.flush()
        await record(session, "expert.absence_ended", expert.id, by=by)
    return len(cut)


async def pause(session: AsyncSession, expert: Expert, until: date, *, by: Actor) -> None:
    """Not asked before a day. No reason is asked for, and none is kept; an earlier date never shortens a longer rest.

    Raises:
        Invalid: not a day of the year to come.
    """
    _start, end = span(until, until - timedelta(days=1), expert.time_zone)
    if not clock.now() < end <= clock.now() + LONGEST_PAUSE:
        raise Invalid(errors={"until": "Choose a day within the next year."})
    expert.eligible_from = max(end, expert.eligible_from or end)
    await session.flush()
    await record(session, "expert.held", expert.id, by=by)


async def take_number(session: AsyncSession, expert: Expert, kind: ContactKind, number: str, *, by: Actor) -> Contact:
    """Use a number that has proved itself. Links to the one before end with it ("contact.changed").

    Raises:
        Invalid: it is another of theirs already.
    """
    contacts = (await session.scalars(select(Contact).where(Contact.expert_id == expert.id).with_for_update())).all()
    if any(contact.number == number and contact.kind != kind for contact in contacts):
        raise Invalid(errors={"number": "This is your other number already."})
    contact = next((contact for contact in contacts if contact.kind == kind), None)
    if contact is None:
        contact = Contact(expert_id=expert.id, kind=kind, number=number)
        session.add(contact)
    contact.number, contact.texts_stopped_at, contact.changed_at = number, None, clock.now()
    await session.flush()
    await record(session, "contact.changed", contact.id, by=by)
    return contact
