"""Write messages: from a small plan of a message to XML in the standard's order. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Tree

from app.exchange.structure import MSG, RM, XNL, XPIL, Kind

Tree.register_namespace("", MSG)
for _prefix, _space in (("rm", RM), ("xpil", XPIL), ("xnl", XNL)):
    Tree.register_namespace(_prefix, _space)
VOCABULARY = "urn:rrt:vocabulary"
"""Of team types, positions and states: their values are our own slugs."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to speak to; `role`: "Sender" or "Requester"."""

    role: str
    name: str
    title: str
    phone: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """One line of a message: a team, or a seat of it. No expert is named in what leaves the house.

    Args:
        id: name within the exchange: "team", "seat-3".
        kind: slug of a team type or a position.
        description: in words.
        answer: Accept, Decline or Provisional, in an answer.
        reason: why.
        quantity: how many.
        function: what it is to do.
        status: of the deployment, in a report.
        keywords: slugs: services asked for.
        times: kind of schedule to its moment.
        place: "City, ST" of the first of them.
    """

    id: str
    kind: str = ""
    description: str = ""
    answer: str = ""
    reason: str = ""
    quantity: int = 0
    function: str = ""
    status: str = ""
    keywords: Sequence[str] = ()
    times: Mapping[str, datetime] | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to write."""

    kind: Kind
    id: str
    sent: datetime
    originating_id: str
    preceding_id: str
    incident_id: str
    incident: str
    contacts: Sequence[Contact]
    resources: Sequence[Resource]
    description: str = ""


def _add(parent: Tree.Element, space: str, name: str, text: str | None = None) -> Tree.Element:
    child = Tree.SubElement(parent, f"{{{space}}}{name}")
    if text is not None:
        child.text = "".join(c if c in "\t\n" or ord(c) >= 32 else " " for c in text)
    return child


def written(message: Message) -> bytes:
    """The message as XML, UTF-8."""
    root = Tree.Element(f"{{{MSG}}}{message.kind}")
    _add(root, MSG, "MessageID", message.id)
    _add(root, MSG, "SentDateTime", message.sent.isoformat(timespec="seconds"))
    _add(root, MSG, "MessageContentType", message.kind)
    if message.description:
        _add(root, MSG, "MessageDescription", message.description)
    _add(root, MSG, "OriginatingMessageID", message.originating_id)
    if message.preceding_id:
        _add(root, MSG, "PrecedingMessageID", message.preceding_id)
    incident = _add(root, MSG, "IncidentInformation")
    _add(incident, RM, "IncidentID", message.incident_id)
    _add(incident, RM, "IncidentDescription", message.incident)
    for contact in message.contacts:
        _contact(root, contact)
    for resource in message.resources:
        _resource(root, resource)
    body: bytes = Tree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _contact(root: Tree.Element, one: Contact) -> None:
    contact = _add(root, MSG, "ContactInformation")
    _add(contact, RM, "ContactDescription", f"{one.title} {one.name}".strip() or "Desk")
    _add(contact, RM, "ContactRole", one.role)
    more = _add(contact, RM, "AdditionalContactInformation")
    name = _add(_add(_add(more, XPIL, "PartyName"), XNL, "PersonName"), XNL, "NameElement", one.name)
    name.set(f"{{{XNL}}}ElementType", "FullName")
    if one.phone:
        _add(_add(_add(more, XPIL, "ContactNumbers"), XPIL, "ContactNumber"), XPIL, "ContactNumberElement", one.phone)
    if one.email:
        addresses = _add(more, XPIL, "ElectronicAddressIdentifiers")
        _add(addresses, XPIL, "ElectronicAddressIdentifier", one.email)


def _value(parent: Tree.Element, name: str, space: str, list_name: str, value: str) -> None:
    listed = _add(parent, space, name)
    _add(listed, RM, "ValueListURN", f"{VOCABULARY}:{list_name}")
    _add(listed, RM, "Value", value)


def _resource(root: Tree.Element, one: Resource) -> None:
    line = _add(root, MSG, "ResourceInformation")
    _add(line, MSG, "ResourceInfoElementID", one.id)
    if one.answer:
        response = _add(line, MSG, "ResponseInformation")
        _add(response, RM, "PrecedingResourceInfoElementID", one.id)
        _add(response, RM, "ResponseType", one.answer)
        if one.reason:
            _add(response, RM, "ResponseReason", one.reason)
    if one.kind or one.status:
        resource = _add(line, MSG, "Resource")
        _add(resource, MSG, "ResourceID", one.id)
        if one.kind:
            _value(resource, "TypeStructure", MSG, "resources", one.kind)
        for keyword in one.keywords:
            _value(resource, "Keyword", MSG, "services", keyword)
        if one.description:
            _add(resource, MSG, "Description", one.description)
        if one.status:
            _value(_add(resource, MSG, "ResourceStatus"), "DeploymentStatus", MSG, "states", one.status)
    if one.quantity or one.function:
        assignment = _add(line, MSG, "AssignmentInformation")
        if one.quantity:
            _add(_add(assignment, MSG, "Quantity"), RM, "QuantityText", str(one.quantity))
        if one.function:
            _add(assignment, MSG, "AnticipatedFunction", one.function)
    place = one.place
    for kind, moment in (one.times or {}).items():
        schedule = _add(line, MSG, "ScheduleInformation")
        _add(schedule, MSG, "ScheduleType", kind)
        _add(schedule, MSG, "DateTime", moment.isoformat(timespec="seconds"))
        if place:
            _add(_add(schedule, MSG, "Location"), RM, "LocationDescription", place)
            place = ""
