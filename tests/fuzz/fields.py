"""Every text field there is: of the forms on the pages, as a browser finds them, and of the bodies of the API."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TYPED = {"text", "search", "email", "tel", "url", "password", "textarea"}
"""Kinds of fields that somebody types into."""


@dataclass
class Form:
    """One form of a page."""

    method: str
    action: str
    has_files: bool = False
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, kind and value."""

    def filled(self, text: str, *, everything: bool) -> list[tuple[str, str]]:
        """What is sent when `text` stands in every typed field; with `everything`, in all the others too."""
        return [
            (name, text if kind in TYPED or everything else value)
            for name, kind, value in self.fields
            if kind != "file"
        ]

    @property
    def files(self) -> list[str]:
        """Names of its fields for files."""
        return [name for name, kind, _ in self.fields if kind == "file"]


class _Reader(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self.by_id = here, list[Form](), dict[str, Form]()
        self.inside: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = given.get("action") or self.here
            multipart = given.get("enctype", "").startswith("multipart")
            self.inside = Form(given.get("method", "get").upper(), action, multipart)
            self.forms.append(self.inside)
            self.by_id[given.get("id", "")] = self.inside
        owner = self.by_id.get(given.get("form", "")) or self.inside
        if owner is not None and given.get("name") and tag in ("input", "textarea", "select", "button"):
            kind = given.get("type", "text") if tag == "input" else tag
            owner.fields.append((given["name"], kind, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None


def forms_of(page: str, here: str) -> list[Form]:
    """The forms of a page that was opened at `here`."""
    reader = _Reader(here)
    reader.feed(page)
    return reader.forms


def body(schema: Mapping[str, Any], document: Mapping[str, Any], fill: Any) -> Any:
    """A body of the API's document in which every free text is `fill`."""
    if "$ref" in schema:
        return body(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document, fill)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return body(schema[choice][0], document, fill)
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    kind = schema.get("type")
    if kind == "object":
        return {name: body(part, document, fill) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [body(schema.get("items", {}), document, fill)] * int(schema.get("minItems", 1))
    if kind in ("integer", "number"):
        return schema.get("minimum", schema.get("default", 1))
    if kind == "boolean":
        return False
    return _text(schema, fill)


def _text(schema: Mapping[str, Any], fill: Any) -> Any:
    if schema.get("format") == "date":
        return "2026-11-27"
    if schema.get("format") == "date-time":
        return "2026-11-27T12:00:00+00:00"
    is_free = not schema.get("pattern") or schema["pattern"].startswith("^[^")  # forbids signs, and says no shape
    return fill if is_free else schema.get("default") or "CO"


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and description of every operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation
