"""Take a message of another system: a request is filed, a question about the state answered, the rest is the desk's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.agencies.models import Agency
from app.core.clock import clock
from app.core.events import record
from app.core.problems import Forbidden, Invalid, NotFound
from app.exchange import sending
from app.exchange.models import ExchangeMessage, Outcome
from app.exchange.reading import Read
from app.exchange.structure import Kind, at, text_at
from app.requests import intake, queries
from app.requests.models import Request
from app.requests.schemas import RequestIn
from app.watch import alarms

OURS = "urn:rrt:"
WANTED_DAYS = 3


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken, and the answer that goes back at once, if there is one."""

    message: ExchangeMessage
    reference: str
    answer: bytes | None


async def take(session: AsyncSession, agency: Agency | None, read: Read, body: bytes, viewer: Viewer) -> Taken:
    """Take a message ("exchange.taken"). Taken twice, by its MessageID, the first stands.

    Args:
        session: the transaction.
        agency: for which a request is filed.
        read: the message, its structure checked.
        body: as it came.
        viewer: who sends it in: an agency's system, or the desk.

    Raises:
        Forbidden: an agency's message about what is not theirs, or one that only the desk takes.
        Invalid: a request that lacks what we must know; the errors name the elements.
        NotFound: it belongs to nothing here.
    """
    there = await session.scalar(select(ExchangeMessage).where(ExchangeMessage.message_id == read.message_id))
    if there is not None:
        request = await session.get_one(Request, there.request_id) if there.request_id else None
        if request is not None:
            await queries.find(session, viewer, request.reference)
        return Taken(there, request.reference if request else "", None)
    if read.kind is Kind.REQUEST_RESOURCE:
        request = await _file(session, agency, read, viewer)
        outcome, answer = Outcome.FILED, None
    else:
        request = await _about(session, read, viewer)
        answer = await _status(session, request) if read.kind is Kind.REQUEST_STATUS else None
        outcome = Outcome.ANSWERED if answer else Outcome.FOR_THE_DESK
    kept = ExchangeMessage(
        message_id=read.message_id, originating_id=read.originating_id, kind=read.kind, request_id=request.id,
        outcome=outcome, received_at=clock.now(), by_id=viewer.id, by_name=viewer.name,
        body=body.decode("utf-8", errors="replace").replace("\0", ""),
    )  # fmt: skip
    session.add(kept)
    await session.flush()
    topic = f"request:{request.id}"
    await record(session, "exchange.taken", kept.id, topic=topic, by=viewer.actor, message=read.kind)
    if outcome is Outcome.FOR_THE_DESK:
        await alarms.sound(
            session, "exchange.taken", f"exchange:{kept.id}", topic=topic, subject_id=kept.id, says=_says(read, viewer),
            action=ACTIONS.get(read.kind, "Read it on the page of messages, and answer the sender."),
        )  # fmt: skip
    return Taken(kept, request.reference, answer)


ACTIONS = {
    Kind.REQUEST_EXTENDED: "Ask the team whether it can stay, on the page of a longer stay.",
    Kind.REQUEST_RETURN: "Begin the demobilisation, or call the sender.",
    Kind.RELEASE_RESOURCE: "Begin the demobilisation.",
}


def _says(read: Read, viewer: Viewer) -> str:
    """What the desk reads of a message that it has to look at."""
    said = text_at(read.root, "MessageDescription")
    until = next((when for kind, when in _times(read) if kind == "RequestedReturnDeparture"), None)
    more = f": {said[:200]}" if said else f", until {until:%b} {until.day}" if until else ""
    return f"{viewer.name} sends {read.kind}{more}."


def _times(read: Read) -> Sequence[tuple[str, datetime]]:
    found = []
    for schedule in at(read.root, "ResourceInformation/ScheduleInformation"):
        when = text_at(schedule, "DateTime")
        if when:
            found.append((text_at(schedule, "ScheduleType"), datetime.fromisoformat(when)))
    return found


async def _about(session: AsyncSession, read: Read, viewer: Viewer) -> Request:
    """The request that a message belongs to: by ours in its names, or by the message that began it."""
    for name in (read.originating_id, read.preceding_id):
        if name.startswith(OURS):
            return await queries.find(session, viewer, name.removeprefix(OURS).split(":")[0])
    began = select(ExchangeMessage.request_id).where(ExchangeMessage.originating_id == read.originating_id)
    request_id = await session.scalar(began.where(ExchangeMessage.request_id.is_not(None)).limit(1))
    if request_id is None:
        raise NotFound("No exchange that we know began with this OriginatingMessageID.")
    request = await session.get_one(Request, request_id)
    return await queries.find(session, viewer, request.reference)


async def _status(session: AsyncSession, request: Request) -> bytes | None:
    now = await sending.standing(session, request)
    return sending.message(Kind.REPORT_STATUS, now) if now.deployment is not None else None


async def _file(session: AsyncSession, agency: Agency | None, read: Read, viewer: Viewer) -> Request:
    if agency is None:
        raise Forbidden
    try:
        form = RequestIn.model_validate(_fields(read))
    except ValidationError as error:
        wrong = {str(one["loc"][0]) if one["loc"] else "form": one["msg"] for one in error.errors()}
        raise Invalid(errors=wrong) from None
    return await intake.file(session, agency, form, by=viewer.actor, keyed_in=viewer.is_desk)


def _fields(read: Read) -> dict[str, Any]:
    """What a RequestResource says of what our form asks. What it does not say, the form's own check names."""
    root, times = read.root, dict(_times(read))
    arrival, leaves = times.get("RequestedArrival"), times.get("RequestedReturnDeparture")
    where = text_at(root, "ResourceInformation/ScheduleInformation/Location/LocationDescription")
    city, _, state = where.rpartition(",")
    contacts = list(at(root, "ContactInformation"))
    who = next((one for one in contacts if text_at(one, "ContactRole") == "Requester"), contacts[0])
    more = "AdditionalContactInformation"
    name = text_at(who, f"{more}/PartyName/PersonName/NameElement") or text_at(who, "ContactDescription")
    days = max(1, -int(-(leaves - arrival).total_seconds() // 86400)) if arrival and leaves else WANTED_DAYS
    keywords = [text_at(one, "Value") for one in at(root, "ResourceInformation/Resource/Keyword")]
    return {
        "incident_type": text_at(root, "IncidentInformation/IncidentDescription"), "city": city.strip(),
        "state": state.strip(), "needed_by": arrival, "days": days, "service_types": [one for one in keywords if one],
        "summary": text_at(root, "MessageDescription"), "contact_name": name,
        "contact_phone": text_at(who, f"{more}/ContactNumbers/ContactNumber/ContactNumberElement"),
        "contact_email": text_at(who, f"{more}/ElectronicAddressIdentifiers/ElectronicAddressIdentifier"),
    }  # fmt: skip
