"""Read a message that somebody sent: no document type, no entity, nothing fetched, not too long, not too deep."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from app.core.problems import Invalid
from app.exchange.structure import Kind, errors_of, split, text_at

LONGEST = 256 * 1024
"""Bytes of a message."""
DEEPEST = 24
"""Elements within elements; the standard needs some ten."""


@dataclass(frozen=True, slots=True)
class Read:
    """A message whose structure is as the standard says."""

    kind: Kind
    message_id: str
    originating_id: str
    preceding_id: str
    root: Element


def read(body: bytes) -> Read:
    """Parse and check a message.

    Raises:
        Invalid: it is too long or too deep, no XML, tries what is not allowed, or has another structure; `message` of
            `errors` says all of it.
    """
    if len(body) > LONGEST:
        raise _invalid(f"The message has more than {LONGEST // 1024} kB.")
    try:
        parser = XMLParser(forbid_dtd=True, forbid_entities=True, forbid_external=True)
        parser.feed(body)
        root: Element = parser.close()
    except DefusedXmlException:
        raise _invalid("Document types and entities are not taken.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise _invalid(f"This is not XML: {error}.") from None
    if _depth(root) > DEEPEST:
        raise _invalid("Its elements stand too deep in one another.")
    wrong = errors_of(root)
    if wrong:
        raise _invalid("; ".join(wrong))
    return Read(
        Kind(split(root.tag)[1]), text_at(root, "MessageID")[:300], text_at(root, "OriginatingMessageID")[:300],
        text_at(root, "PrecedingMessageID")[:300], root,
    )  # fmt: skip


def _invalid(why: str) -> Invalid:
    return Invalid(errors={"message": why[:2000]})


def _depth(root: Element) -> int:
    """How deep the elements stand, without recursion."""
    deepest, waiting = 0, [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in element]
    return deepest
