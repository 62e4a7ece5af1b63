"""The structure of EDXL-RM 1.0 messages (OASIS Standard with errata, 22 Dec 2009) as a table, and its check. Pure.

Which elements a message has, in which order and how often; what is required or does not apply by kind of message. It
says what the schema says of the parts that we use; what we do not know is refused by name, never passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from xml.etree.ElementTree import Element

MSG, RM = "urn:oasis:names:tc:emergency:EDXL:RM:1.0:msg", "urn:oasis:names:tc:emergency:EDXL:RM:1.0"
XPIL, XNL = "urn:oasis:names:tc:ciq:xpil:3", "urn:oasis:names:tc:ciq:xnl:3"
ANY = "*"
"""Contents of other standards (CIQ, GML): taken whole, not looked into."""


class Kind(StrEnum):
    """The sixteen messages."""

    REQUEST_RESOURCE = "RequestResource"
    RESPONSE_TO_REQUEST_RESOURCE = "ResponseToRequestResource"
    REQUISITION_RESOURCE = "RequisitionResource"
    COMMIT_RESOURCE = "CommitResource"
    REQUEST_INFORMATION = "RequestInformation"
    RESPONSE_TO_REQUEST_INFORMATION = "ResponseToRequestInformation"
    OFFER_UNSOLICITED_RESOURCE = "OfferUnsolicitedResource"
    RELEASE_RESOURCE = "ReleaseResource"
    REQUEST_RETURN = "RequestReturn"
    RESPONSE_TO_REQUEST_RETURN = "ResponseToRequestReturn"
    REQUEST_QUOTE = "RequestQuote"
    RESPONSE_TO_REQUEST_QUOTE = "ResponseToRequestQuote"
    REQUEST_STATUS = "RequestResourceDeploymentStatus"
    REPORT_STATUS = "ReportResourceDeploymentStatus"
    REQUEST_EXTENDED = "RequestExtendedDeploymentDuration"
    RESPONSE_TO_REQUEST_EXTENDED = "ResponseToRequestExtendedDeploymentDuration"


K = Kind
SCHEDULES = frozenset({
    "RequestedArrival", "EstimatedArrival", "ActualArrival", "RequestedDeparture", "EstimatedDeparture",
    "ActualDeparture", "RequestedReturnDeparture", "EstimatedReturnDeparture", "ActualReturnDeparture",
    "RequestedReturnArrival", "EstimatedReturnArrival", "ActualReturnArrival", "BeginAvailable", "EndAvailable",
    "Committed", "Current", "ReportTo", "Route",
})  # fmt: skip
RESPONSES = frozenset({"Accept", "Decline", "Provisional"})


@dataclass(frozen=True, slots=True)
class Part:
    """One element: its namespace, how often it stands, what stands in it (an order), or what its text may be."""

    space: str
    least: int = 0
    most: int | None = 1
    parts: Mapping[str, "Part"] = field(default_factory=dict)
    values: frozenset[str] = frozenset()
    is_time: bool = False


def _m(least: int = 0, most: int | None = 1, **more: object) -> Part:
    return Part(MSG, least, most, **more)  # type: ignore[arg-type]


def _r(least: int = 0, most: int | None = 1, **more: object) -> Part:
    return Part(RM, least, most, **more)  # type: ignore[arg-type]


FOREIGN: Mapping[str, Part] = {ANY: Part(ANY, 0, None)}
VALUES: Mapping[str, Part] = {"ValueListURN": _r(1), "Value": _r(1, None)}
LOCATION: Mapping[str, Part] = {
    "LocationDescription": _r(), "Address": _r(parts=FOREIGN), "TargetArea": _r(parts=FOREIGN)
}  # fmt: skip
CONTACT: Mapping[str, Part] = {
    "ContactDescription": _r(), "ContactRole": _r(), "ContactLocation": _r(parts=LOCATION),
    "Radio": _r(0, None, parts=FOREIGN), "AdditionalContactInformation": _r(parts=FOREIGN),
}  # fmt: skip
RESPONSE: Mapping[str, Part] = {
    "PrecedingResourceInfoElementID": _r(1), "ResponseType": _r(1, values=RESPONSES),
    "ReasonCode": _r(parts=VALUES), "ResponseReason": _r(),
}  # fmt: skip
STATUS: Mapping[str, Part] = {
    "InventoryRefreshDateTime": _m(is_time=True), "DeploymentStatus": _m(parts=VALUES), "Availability": _m()
}  # fmt: skip
RESOURCE: Mapping[str, Part] = {
    "ResourceID": _m(), "Name": _m(), "TypeStructure": _m(parts=VALUES), "TypeInfo": _m(parts=FOREIGN),
    "Keyword": _m(0, None, parts=VALUES), "Description": _m(), "Credentials": _m(), "Certifications": _m(),
    "SpecialRequirements": _m(), "ResponsibleParty": _m(parts=CONTACT), "OwnershipInformation": _m(parts=FOREIGN),
    "ResourceStatus": _m(parts=STATUS),
}  # fmt: skip
QUANTITY: Mapping[str, Part] = {"QuantityText": _r(), "MeasuredQuantity": _r(parts=FOREIGN)}
ASSIGNMENT: Mapping[str, Part] = {
    "Quantity": _m(parts=QUANTITY), "Restrictions": _m(), "AnticipatedFunction": _m(),
    "PriceQuote": _m(parts=FOREIGN), "OrderID": _m(), "AssignmentInstructions": _m(parts=FOREIGN),
}  # fmt: skip
SCHEDULE: Mapping[str, Part] = {
    "ScheduleType": _m(1, values=SCHEDULES), "DateTime": _m(is_time=True), "Location": _m(parts=LOCATION)
}  # fmt: skip
INFORMATION: Mapping[str, Part] = {
    "ResourceInfoElementID": _m(1), "ResponseInformation": _m(parts=RESPONSE), "Resource": _m(parts=RESOURCE),
    "AssignmentInformation": _m(parts=ASSIGNMENT), "ScheduleInformation": _m(0, None, parts=SCHEDULE),
}  # fmt: skip
INCIDENT: Mapping[str, Part] = {"IncidentID": _r(), "IncidentDescription": _r()}
MESSAGE: Mapping[str, Part] = {
    "MessageID": _m(1), "SentDateTime": _m(1, is_time=True),
    "MessageContentType": _m(1, values=frozenset(Kind)), "MessageDescription": _m(), "OriginatingMessageID": _m(1),
    "PrecedingMessageID": _m(), "IncidentInformation": _m(0, None, parts=INCIDENT),
    "MessageRecall": _m(parts=FOREIGN), "Funding": _m(0, None, parts=FOREIGN),
    "ContactInformation": _m(1, None, parts=CONTACT), "ResourceInformation": _m(0, None, parts=INFORMATION),
}  # fmt: skip
ANSWERS = frozenset({
    K.RESPONSE_TO_REQUEST_RESOURCE, K.COMMIT_RESOURCE, K.RESPONSE_TO_REQUEST_RETURN, K.RESPONSE_TO_REQUEST_QUOTE,
    K.RESPONSE_TO_REQUEST_EXTENDED,
})  # fmt: skip
"""Each of their resources says what it answers, and how."""
NEVER_ANSWER = frozenset({
    K.REQUEST_RESOURCE, K.REQUISITION_RESOURCE, K.REQUEST_INFORMATION, K.OFFER_UNSOLICITED_RESOURCE,
    K.REQUEST_RETURN, K.REQUEST_STATUS, K.REQUEST_EXTENDED,
})  # fmt: skip
FIRST = frozenset({K.REQUEST_RESOURCE, K.OFFER_UNSOLICITED_RESOURCE, K.REQUEST_QUOTE})
"""Messages that begin an exchange: all others name the one before."""
WITHOUT_RESOURCES = frozenset({K.REQUEST_INFORMATION, K.RESPONSE_TO_REQUEST_INFORMATION})
NO_STATUS = frozenset({K.REQUEST_RESOURCE, K.REQUISITION_RESOURCE, K.REQUEST_QUOTE, K.REQUEST_STATUS})
NO_ORDER = frozenset({
    K.REQUEST_RESOURCE, K.RESPONSE_TO_REQUEST_RESOURCE, K.REQUISITION_RESOURCE, K.OFFER_UNSOLICITED_RESOURCE,
    K.REQUEST_QUOTE, K.RESPONSE_TO_REQUEST_QUOTE,
})  # fmt: skip
NO_SCHEDULE: Mapping[Kind, frozenset[str]] = {
    K.REQUEST_EXTENDED: frozenset({"ActualReturnArrival", "ActualReturnDeparture", "BeginAvailable", "EndAvailable"}),
    K.RESPONSE_TO_REQUEST_EXTENDED: frozenset({"ActualReturnArrival", "ActualReturnDeparture", "BeginAvailable"}),
}
MOST_ERRORS = 20


def split(tag: str) -> tuple[str, str]:
    """An element's namespace and name."""
    space, closing, name = tag.removeprefix("{").partition("}")
    return (space, name) if closing else ("", tag)


def errors_of(root: Element) -> list[str]:
    """What is wrong with a message's structure, each with the path to it; nothing when all is as the standard says."""
    space, name = split(root.tag)
    if space != MSG or name not in set(Kind):
        return [f"{name}: not a message of EDXL-RM 1.0"]
    found = []
    for error in (*_wrong(root, MESSAGE, name), *_wrong_by_kind(root, Kind(name))):
        found.append(error)
        if len(found) == MOST_ERRORS:
            break
    return found


def _wrong(element: Element, parts: Mapping[str, Part], path: str) -> Iterator[str]:
    if ANY in parts:
        return
    order, last, seen = list(parts), -1, dict.fromkeys(parts, 0)
    for child in element:
        if not isinstance(child.tag, str):
            continue
        space, name = split(child.tag)
        part = parts.get(name)
        if part is None or part.space != space:
            yield f"{path}/{name}: not expected here"
            continue
        seen[name] += 1
        if order.index(name) < last:
            yield f"{path}/{name}: stands after {order[last]}, and belongs before it"
        last = max(last, order.index(name))
        yield from _wrong_one(child, part, f"{path}/{name}")
    for name, count in seen.items():
        if count < parts[name].least:
            yield f"{path}/{name}: is missing"
        elif (most := parts[name].most) is not None and count > most:
            yield f"{path}/{name}: stands {count} times"


def _wrong_one(element: Element, part: Part, path: str) -> Iterator[str]:
    said = (element.text or "").strip()
    if part.parts:
        yield from _wrong(element, part.parts, path)
    elif len(element):
        yield f"{path}: has elements where only text belongs"
    elif not said:
        yield f"{path}: is empty"
    elif part.values and said not in part.values:
        yield f"{path}: {said[:40]} is none of its values"
    elif part.is_time and not _is_time(said):
        yield f"{path}: {said[:40]} is no time with its zone"


def _is_time(said: str) -> bool:
    try:
        return datetime.fromisoformat(said).tzinfo is not None
    except ValueError:
        return False


def at(element: Element, path: str) -> Iterator[Element]:
    """Elements below, by names whatever their namespace: "ResourceInformation/Resource"."""
    first, _, rest = path.partition("/")
    for child in element:
        if isinstance(child.tag, str) and split(child.tag)[1] == first:
            if rest:
                yield from at(child, rest)
            else:
                yield child


def has(element: Element, path: str) -> bool:
    """Whether there is an element at a path. An element without any in it is false by itself."""
    return next(at(element, path), None) is not None


def text_at(element: Element, path: str) -> str:
    """The text of the first element at a path, or "" ."""
    found = next(at(element, path), None)
    return (found.text or "").strip() if found is not None else ""


def _wrong_by_kind(root: Element, kind: Kind) -> Iterator[str]:
    if text_at(root, "MessageContentType") not in ("", kind):
        yield f"{kind}/MessageContentType: says another message"
    has_before = bool(text_at(root, "PrecedingMessageID"))
    if has_before and kind in FIRST:
        yield f"{kind}/PrecedingMessageID: this message begins an exchange"
    elif not has_before and kind not in FIRST:
        yield f"{kind}/PrecedingMessageID: is missing"
    if kind is K.REQUEST_INFORMATION and not text_at(root, "MessageDescription"):
        yield f"{kind}/MessageDescription: says what is asked, and is missing"
    resources = list(at(root, "ResourceInformation"))
    if not resources and kind not in WITHOUT_RESOURCES:
        yield f"{kind}/ResourceInformation: is missing"
    names = [text_at(one, "ResourceInfoElementID") for one in resources]
    if len(set(names)) < len(names):
        yield f"{kind}/ResourceInformation: two have the same ResourceInfoElementID"
    for one in resources:
        yield from _wrong_resource(one, kind)


def _wrong_resource(one: Element, kind: Kind) -> Iterator[str]:
    path = f"{kind}/ResourceInformation"
    answers = has(one, "ResponseInformation")
    if answers and kind in NEVER_ANSWER:
        yield f"{path}/ResponseInformation: does not belong into this message"
    elif not answers and kind in ANSWERS:
        yield f"{path}/ResponseInformation: is missing"
    if kind not in WITHOUT_RESOURCES and kind not in ANSWERS and not has(one, "Resource"):
        yield f"{path}/Resource: is missing"
    if kind in NO_STATUS and has(one, "Resource/ResourceStatus/DeploymentStatus"):
        yield f"{path}/Resource/ResourceStatus/DeploymentStatus: does not belong into this message"
    if kind in NO_ORDER and has(one, "AssignmentInformation/OrderID"):
        yield f"{path}/AssignmentInformation/OrderID: does not belong into this message"
    for schedule in at(one, "ScheduleInformation"):
        if text_at(schedule, "ScheduleType") in NO_SCHEDULE.get(kind, ()):
            yield f"{path}/ScheduleInformation/ScheduleType: does not belong into this message"
