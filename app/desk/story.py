"""Events as sentences for the desk's pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Event
from app.deployments.teams import TEAM_NAMES
from app.dispatch.models import Offer
from app.experts import naming
from app.experts.models import Expert
from app.requests.models import Request

SENTENCES = {
    "request.filed": "sent the request",
    "request.changed": "changed the request",
    "request.taken_in": "took the request on",
    "request.question_asked": "asked the agency a question",
    "request.question_answered": "answered the desk's question",
    "request.owned": "looks after the request",
    "request.call_noted": "noted what was said in the intake call: {fields}",
    "request.linked": "linked the request with {other}",
    "request.merged": "made the request part of {other}",
    "request.absorbed": "made {other} part of this request",
    "request.recommended": "recommended: {team_type}",
    "request.returned": "gave the recommendation back",
    "request.approved": "approved the deployment",
    "request.declined": "declined the request",
    "request.referred": "referred the request",
    "request.withdrawn": "withdrew the request",
    "deployment.opened": "opened the deployment",
    "deployment.staffed": "confirmed the team of {size}",
    "deployment.stood_down": "called the deployment off",
    "roster.proposed": "proposed a team (version {version})",
    "roster.accepted": "had the people of version {version} asked",
    "roster.swapped": "swapped a person in the proposed team",
    "roster.taken_back": "stopped the texts of version {version} before anybody was asked",
    "roster.hastened": "had the people of version {version} asked at once",
    "roster.wished": "{says}",
    "offer.made": "asked {name} to come as {title}",
    "offer.accepted": "said yes",
    "offer.declined": "said no",
    "offer.deferred": "answered with a condition",
    "offer.standby": "said yes, and is on standby",
    "offer.expired": "did not answer in time",
    "offer.overdue": "has not answered; the next person is asked as well",
    "offer.unreachable": "cannot be reached",
    "offer.added": "is asked as {title} on the wish of the desk: {reason}",
    "offer.moved": "is asked as {title} instead: the other seat is taken",
    "offer.seated_elsewhere": "has a seat as {title}: the one they were asked for is taken",
    "offer.withdrawn": "is no longer asked",
    "position.filled": "filled the seat: {title}",
    "position.vacated": "gave the seat back: {title}",
    "position.unfillable": "found nobody for the seat: {title}",
    "position.reopened": "looks again for the seat: {title}",
    "callout.paused": "paused the call-out",
    "callout.resumed": "goes on with the call-out",
    "callout.consent_chosen": "chose how far the call-out goes on by itself: {level}",
    "callout.asks_desk": "asks the desk whether the people of version {version} may be asked",
    "roster.shelved": "put a proposed team away: nobody more is wanted",
    "callout.skipped": "does not want {name} asked",
    "text.needs_person": "waits for a person to read it",
    "text.settled": "dealt with a text",
    "message.undelivered": "saw that a text did not arrive",
    "message.failed": "could not send a text",
    "message.cancelled": "took back a text: {reason}",
    "alarm.raised": "raised an alarm",
    "alarm.settled": "settled an alarm",
    "auditor.repaired": "put right what was stuck",
    "contact.texts_stopped": "wants no more texts",
    "contact.texts_started": "wants texts again",
    "order.issued": "issued the mission order to {people}",
    "order.amended": "changed the mission order (number {number})",
    "order.sent": "sent one person the mission order",
    "order.acknowledged": "has read the mission order",
    "assignment.left": "left home",
    "assignment.arrived": "arrived on site",
    "assignment.delayed": "is delayed",
    "assignment.not_there": "is not there",
    "assignment.no_show": "did not come",
    "assignment.released": "released a member of the team",
    "assignment.relieved": "was relieved",
    "assignment.spared": "need not go: somebody goes instead",
    "assignment.home": "is home",
    "override.asked": "asked a second person to set a cap of {name} aside ({cap}): {reason}",
    "override.granted": "set a cap of {name} aside ({cap}): {reason}",
    "override.refused": "left the cap of {name} as it is ({cap}): {reason}",
    "extension.asked": "asked the team of {people} to stay until {until}: {reason}",
    "extension.settled": "extended the stay",
    "extension.withdrawn": "took the question about a longer stay back",
    "stay.asked": "asked one of the team about a longer stay",
    "stay.answered": "answered the question about a longer stay",
    "stay.run_out": "did not answer the question about a longer stay, and goes home as planned",
    "exchange.taken": "sent a message of another system: {message}",
    "partner.added": "added a partner on site: {organisation}",
    "survey.answered": "answered a survey ({audience})",
    "relief.held": "holds somebody as relief, not asked, where the stay may outlast a limit",
    "relief.planned": "looks for somebody for the rest of the stay",
    "relief.asked": "asked to have {name} relieved",
    "relief.withdrawn": "took back the relief",
    "report.kept": "reported of {day}",
    "expenses.kept": "handed in expenses of {day}",
    "deployment.active": "is on site: the team is at work",
    "deployment.demobilising": "prepares the team to leave",
    "deployment.closed": "closed the deployment",
    "deployment.rated": "said how the help was",
    "after.written": "wrote on the after-action report",
    "after.completed": "completed the after-action report",
    "after.given_back": "gave the after-action report back",
    "after.accepted": "accepted the after-action report",
    "task.added": "noted a task",
    "task.done": "did a task",
    "hours.kept": "noted hours of work of {day}",
    "assignment.resting": "is resting",
    "offer.taken_back_up": "is asked again, from before the database was restored",
    "request.signed": "signed the request",
    "request.letter_added": "sent a letter of support",
    "request.letter_taken_back": "took back a letter of support",
    "text.received": "sent a text",
    "text.recovered": "sent a text that was lost on its way",
    "sending.released": "let the texts go out again",
    "deployment.signed": "signed: {item}",
    "deployment.released": "released the whole team",
    "call.keyed": "got key {digits} in a call",
    "call.ended": "ended a call: {outcome}",
}
"""What happened, after the name of who did it."""
WHO = {"text.needs_person": "A text"}
"""Whom a line is about, where that is not who did it."""
TONES = {
    "offer.accepted": "yes",
    "deployment.staffed": "yes",
    "offer.declined": "no",
    "offer.expired": "no",
    "offer.unreachable": "no",
    "position.unfillable": "no",
}
DETAILS = ("position.filled", "call.ended", "call.keyed", "deployment.opened", "message.undelivered")
"""Kinds that another line of the story says already, or that stand beside the offer itself."""
LATEST = (
    "request.filed",
    "request.question_answered",
    "offer.accepted",
    "offer.declined",
    "offer.deferred",
    "offer.standby",
    "offer.expired",
    "position.unfillable",
    "deployment.staffed",
    "text.needs_person",
)
"""Kinds the board tells: what comes from outside, and confirmed teams."""
MATTERS = (
    "request.changed",
    "request.call_noted",
    "request.question_asked",
    "request.question_answered",
    "request.recommended",
    "request.returned",
    "request.approved",
    "request.declined",
    "request.referred",
    "request.withdrawn",
    "request.linked",
    "request.merged",
    "request.absorbed",
)
"""Kinds that whoever writes a recommendation or a decision must have seen."""
OF_THE_TEAM = ("roster.proposed", "roster.accepted", "roster.swapped", "roster.taken_back", "roster.wished")
"""Kinds that whoever asks a team must have seen."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a story.

    Args:
        at: when.
        who: who did it, or whom it is about.
        text: what happened, after the name.
        tone: "yes", "no" or "".
        reference: the request, on pages that show several.
    """

    at: datetime
    who: str
    text: str
    tone: str
    reference: str


def sentence(event: Event, known: Mapping[int, str] = MappingProxyType({})) -> str:
    """What happened, after the actor's name; an unknown kind in its own words. `known`: expert to name."""
    text = SENTENCES.get(event.kind, event.kind.replace(".", " ").replace("_", " "))
    facts = {"name": "somebody"} | naming.facts(event, known)
    try:
        said = {name: TEAM_NAMES.get(str(value), str(value)).replace("_", " ") for name, value in facts.items()}
        return text.format_map(said).replace("{name}", said["name"])
    except KeyError:
        return text.split("{", maxsplit=1)[0].strip(" (:")


def _line(event: Event, person: str | None, known: Mapping[int, str], reference: str = "") -> Line:
    is_about_person = event.kind.startswith("offer.") and event.kind != "offer.made"
    who = person if is_about_person and person else WHO.get(event.kind) or naming.who_did(event, known) or "System"
    text = sentence(event, known)
    if is_about_person and event.actor_kind == "user" and person:
        text += f" (entered by {event.actor_name})"
    return Line(event.at, who, text, TONES.get(event.kind, ""), reference)


async def _people(session: AsyncSession, events: Sequence[Event]) -> dict[int, str]:
    """Event to the person its offer is about."""
    offers = {event.id: event.subject_id for event in events if event.kind.startswith("offer.")}
    rows = await session.execute(
        select(Offer.id, Expert.name)
        .join(Expert, Expert.id == Offer.expert_id)
        .where(Offer.id.in_(set(offers.values())))
    )
    names = {row.id: row.name for row in rows}
    return {event_id: names[offer_id] for event_id, offer_id in offers.items() if offer_id in names}


async def of_topic(session: AsyncSession, topic: str, limit: int = 150) -> list[Line]:
    """What happened to a request, the latest first."""
    query = select(Event).where(Event.topic == topic, Event.kind.not_in(DETAILS)).order_by(Event.id.desc()).limit(limit)
    events = (await session.scalars(query)).all()
    people, known = await _people(session, events), await naming.names_in(session, events)
    return [_line(event, people.get(event.id), known) for event in events]


async def last_seen(session: AsyncSession, topic: str) -> int:
    """The newest event of a story: what a page that is shown now knows."""
    return await session.scalar(select(func.max(Event.id)).where(Event.topic == topic)) or 0


async def since(
    session: AsyncSession, topic: str, seen: int, *, not_by: int, kinds: Sequence[str] = MATTERS
) -> list[Line]:
    """What others did that matters after event `seen`, the oldest first; nothing of the user `not_by` herself."""
    query = select(Event).where(Event.topic == topic, Event.id > seen, Event.kind.in_(kinds)).order_by(Event.id)
    events = [one for one in await session.scalars(query) if (one.actor_kind, one.actor_id) != ("user", not_by)]
    known = await naming.names_in(session, events)
    return [_line(event, None, known) for event in events]


async def is_composing(session: AsyncSession, topic: str) -> bool:
    """Whether somebody wished something of the team since its newest version."""
    kinds = ("roster.wished", "roster.proposed")
    query = select(Event.kind).where(Event.topic == topic, Event.kind.in_(kinds)).order_by(Event.id.desc()).limit(1)
    return await session.scalar(query) == "roster.wished"


async def _with_references(session: AsyncSession, events: Sequence[Event]) -> list[Line]:
    people, known = await _people(session, events), await naming.names_in(session, events)
    ids = {int(e.topic.removeprefix("request:")) for e in events if e.topic.startswith("request:")}
    rows = await session.execute(select(Request.id, Request.reference).where(Request.id.in_(ids)))
    references = {f"request:{request_id}": reference for request_id, reference in rows}
    return [_line(event, people.get(event.id), known, references.get(event.topic, "")) for event in events]


async def latest(session: AsyncSession, limit: int = 9) -> list[Line]:
    """The latest requests, answers and confirmed teams, with their requests."""
    query = select(Event).where(Event.kind.in_(LATEST)).order_by(Event.id.desc()).limit(limit)
    return await _with_references(session, (await session.scalars(query)).all())


async def after(session: AsyncSession, moment: datetime, limit: int = 400) -> list[Line]:
    """What happened to any request after a moment, the latest first, with the requests."""
    query = select(Event).where(Event.at > moment, Event.topic.startswith("request:"), Event.kind.not_in(DETAILS))
    return await _with_references(session, (await session.scalars(query.order_by(Event.id.desc()).limit(limit))).all())
