"""From filing to a request that can be decided: file, change, take in, ask and answer, withdraw."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.core.clock import clock
from app.core.events import Actor, changes, record
from app.core.ids import reference
from app.core.places import ZONES
from app.core.problems import Conflict, Invalid
from app.core.settings import get_settings
from app.core.text import phone_number
from app.messaging import outbox, texts
from app.requests.models import Decision, DecisionKind, Question, ReferenceCounter, Request
from app.requests.schemas import RequestChange, RequestIn
from app.requests.states import ENDED, OPEN, REQUEST, Priority, RequestState
from app.web.languages import N_

SHOWN = frozenset({"priority", "needed_by", "days", "languages", "expertise_wanted", "service_types", "incident_type"})
"""Of a change of these the log keeps before and after; of all others that there was one."""
NEEDED_WITHIN = {
    Priority.IMMEDIATE: timedelta(hours=24),
    Priority.URGENT: timedelta(hours=72),
    Priority.PLANNED: timedelta(days=7),
}
"""When the team is needed, if the agency names no time (domain.md 1.3 D)."""


REFERENCE = re.compile(r"\b(\d{2})-(\d{4,6})\b")
MAY_BE_EMPTY = frozenset({"occurred_at", "killed", "injured"})
"""Columns that need no answer."""
ALSO_LATER = frozenset({"contact_name", "contact_title", "contact_phone", "contact_email", "report_to", "details"})
"""What may be corrected after the decision too."""


def topic(request: Request) -> str:
    """The story that everything about this request, its deployment, offers and texts belongs to."""
    return f"request:{request.id}"


async def _next_reference(session: AsyncSession) -> str:
    now = clock.now()
    taken = insert(ReferenceCounter).values(year=now.year, last=1)
    taken = taken.on_conflict_do_update(index_elements=["year"], set_={"last": ReferenceCounter.last + 1})
    number = await session.scalar(taken.returning(ReferenceCounter.last))
    return reference(now, number or 1)


async def pass_over(session: AsyncSession, told: Iterable[str]) -> None:
    """Give no reference again that stands in any of these texts to agencies: a restored database does not know them."""
    year = clock.now().year
    found = [int(one[2]) for body in told for one in REFERENCE.finditer(body) if int(one[1]) == year % 100]
    if found:
        taken = insert(ReferenceCounter).values(year=year, last=max(found))
        last = func.greatest(ReferenceCounter.last, taken.excluded.last)
        await session.execute(taken.on_conflict_do_update(index_elements=["year"], set_={"last": last}))


def _phone(text: str) -> str:
    try:
        return phone_number(text)
    except Invalid:
        raise Invalid(errors={"contact_phone": N_("Give ten digits, area code first.")}) from None


def _to_come(needed_by: datetime) -> datetime:
    if needed_by <= clock.now():
        raise Invalid(errors={"needed_by": N_("This time has passed. When is the team needed?")})
    return needed_by


async def file(session: AsyncSession, agency: Agency, form: RequestIn, *, by: Actor, keyed_in: bool = False) -> Request:
    """File a request and hand it to the desk.

    Args:
        session: the transaction.
        agency: who asks.
        form: what was said, already checked field by field.
        by: who files; a user.
        keyed_in: the desk typed it during a phone call.

    Raises:
        Invalid: a phone number nobody can be reached on, or a time that has passed.
    """
    same_state = form.state == agency.state
    request = Request(
        reference=await _next_reference(session),
        agency_id=agency.id,
        state=RequestState.DRAFT,
        filed_by_id=by.id,
        keyed_in_by_desk=keyed_in,
        place_state=form.state,
        latitude=agency.latitude if form.latitude is None else form.latitude,
        longitude=agency.longitude if form.longitude is None else form.longitude,
        county=form.county or (agency.county if same_state and form.city == agency.city else None),
        time_zone=agency.time_zone if same_state else ZONES[form.state],
        needed_by=_to_come(form.needed_by or clock.now() + NEEDED_WITHIN[form.priority]),
        contact_phone=_phone(form.contact_phone),
        report_to=form.report_to or form.contact_name,
        **form.model_dump(
            include={
                "incident_type", "modifiers", "occurred_at", "city", "summary", "killed", "injured", "languages",
                "service_types", "expertise_wanted", "priority", "days", "mode", "contact_name", "contact_title",
                "contact_email", "details",
            }
        ),
    )  # fmt: skip
    session.add(request)
    await session.flush()
    return await submit(session, request, by=by)


async def submit(session: AsyncSession, request: Request, *, by: Actor) -> Request:
    """Hand a draft to the desk: from now on it is a request."""
    request.state = REQUEST.after(request.state, "submit")
    request.filed_at = clock.now()
    await record(session, "request.filed", request.id, topic=topic(request), by=by, priority=request.priority)
    return request


async def change(session: AsyncSession, request: Request, form: RequestChange, *, by: Actor) -> Request:
    """Change what may still be changed. None takes back an answer that need not be there, and else changes nothing.

    Raises:
        Conflict: it is decided already; only whom to reach and what helps the team on arrival may be changed then.
        Invalid: a phone number nobody can be reached on, or a time that has passed.
    """
    given = form.model_dump(exclude_unset=True)
    changed = {name: value for name, value in given.items() if value is not None or name in MAY_BE_EMPTY}
    if request.state in ENDED or (request.state not in OPEN and not set(changed) <= ALSO_LATER):
        raise Conflict(N_("This request is decided; it can no longer be changed."))
    needed_by = changed.get("needed_by", request.needed_by)
    if abs(needed_by - request.needed_by) >= timedelta(minutes=1):  # forms send what they show: whole minutes
        _to_come(needed_by)
    if "contact_phone" in changed:
        changed["contact_phone"] = _phone(changed["contact_phone"])
    if "details" in changed:
        told = request.details | changed["details"]
        changed["details"] = {name: value for name, value in told.items() if value}
    differs = changes(request, changed, SHOWN)
    for name, value in changed.items():
        setattr(request, name, value)
    await record(
        session, "request.changed", request.id, topic=topic(request), by=by, fields=sorted(changed), changes=differs
    )
    return request


async def take_in(session: AsyncSession, request: Request, *, by: Actor) -> Request:
    """The desk takes it on and calls the agency."""
    request.state = REQUEST.after(request.state, "take_in")
    if request.owner_id is None:
        request.owner_id = by.id
    await record(session, "request.taken_in", request.id, topic=topic(request), by=by)
    return request


async def own(session: AsyncSession, request: Request, *, by: Actor) -> Request:
    """Look after a request from now on. Twice changes nothing."""
    if request.owner_id != by.id:
        request.owner_id = by.id
        await record(session, "request.owned", request.id, topic=topic(request), by=by)
    return request


async def ask(session: AsyncSession, request: Request, text: str, *, by: Actor) -> Question:
    """Ask the agency something: the request waits for the answer, and the contact gets a text that says so."""
    request.state = REQUEST.after(request.state, "ask")
    question = Question(request_id=request.id, asked_by_id=by.id, asked_at=clock.now(), question=text)
    session.add(question)
    words = texts.agency_question(request.reference, get_settings().desk_phone)
    await outbox.post(session, words, to=request.contact_phone, topic=topic(request))
    await record(session, "request.question_asked", request.id, topic=topic(request), by=by)
    return question


async def answer(session: AsyncSession, request: Request, text: str, *, by: Actor) -> Question:
    """Answer the open question; the request goes back to the desk."""
    request.state = REQUEST.after(request.state, "answer")
    question = await session.scalar(
        select(Question)
        .where(Question.request_id == request.id, Question.answer.is_(None))
        .order_by(Question.id)
        .limit(1)
    )
    if question is None:
        raise Conflict("No question is open.")
    question.answer, question.answered_at = text, clock.now()
    await record(session, "request.question_answered", request.id, topic=topic(request), by=by)
    return question


async def withdraw(session: AsyncSession, request: Request, note: str, *, by: Actor) -> Request:
    """The agency no longer asks."""
    request.state = REQUEST.after(request.state, "withdraw")
    session.add(
        Decision(
            request_id=request.id, kind=DecisionKind.WITHDRAWN, by_id=by.id, at=clock.now(),
            reason_code="withdrawn_by_agency", note=note, team_type=None,
        )
    )  # fmt: skip
    await record(session, "request.withdrawn", request.id, topic=topic(request), by=by)
    return request
