"""The API's document says every answer: what a door may refuse follows from what it declares, here and once."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

Document = dict[str, Any]
"""A part of an OpenAPI document."""

PROBLEM: Document = {
    "title": "Problem",
    "description": "Why something was refused, or went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "The problem's stable name, /problems/double-booked for one."},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "A sentence for people."},
        "instance": {"type": "string", "description": "What was asked for."},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "A sentence for each field that needs another look.",
        },
    },
}
ANSWERS = {
    "400": "The body cannot be read, or the Idempotency-Key is missing.",
    "401": "No key, no session, or none that is still good.",
    "403": "Your role does not allow this, or it takes another person.",
    "404": "There is nothing here, or nothing that you may see.",
    "409": "The present state does not allow this.",
    "412": "Somebody else changed it since you read it.",
    "413": "More than anybody may send at once.",
    "422": "Some fields need another look, or the Idempotency-Key was used with another body.",
    "428": "If-Match is missing.",
    "429": "Asked too often.",
    "500": "A mistake of ours. It was noted.",
    "503": "The database cannot be reached, or is busy.",
}
HEADERS = {"401": ("WWW-Authenticate", "string"), "429": ("Retry-After", "integer"), "503": ("Retry-After", "integer")}
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key of /api/v1/keys: rrt_..."},
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-rrt", "description": "Who has signed in."},
}
WARNING: Document = {
    "description": 'For each field that looks like a victim\'s name, a birth date, a case number: 299 - "field: why".',
    "schema": {"type": "string"},
}
ASKED_FOR = {"Idempotency-Key": r"\S", "If-Match": r'^(W/)?"?[0-9]{1,18}"?$'}
"""Headers that a door which knows them does not do without, and how they look."""


def permissions(dependant: Dependant) -> Iterator[str]:
    """Every permission that a route's dependencies declare, "public" included."""
    found = getattr(dependant.call, "permission", None)
    if found:
        yield str(found)
    for inner in dependant.dependencies:
        yield from permissions(inner)


def refusals(method: str, operation: Mapping[str, Any], *, is_open: bool) -> Iterator[str]:
    """The statuses with which a door may refuse, by what it declares; what it names itself is one of them."""
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    changes, has_body = method != "get", "requestBody" in operation
    if not is_open:
        yield from ("401", "403")
    if "path" in places or (changes and has_body):
        yield "404"
    if "422" in operation["responses"] or changes:
        yield "422"
    if changes:
        yield "409"
    if has_body:
        yield from ("400", "413")
    if "Idempotency-Key" in names:
        yield "400"
    if "If-Match" in names:
        yield from ("412", "428")
    yield from [status for status in operation["responses"] if status in ANSWERS]
    yield from ("429", "500", "503")


def _answer(status: str) -> Document:
    answer: Document = {
        "description": ANSWERS[status],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in HEADERS:
        name, kind = HEADERS[status]
        answer["headers"] = {name: {"schema": {"type": kind}, "required": True}}
    return answer


def _complete(method: str, operation: Document, *, is_open: bool) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in ASKED_FOR:
            parameter["required"] = True
            parameter["schema"] = _without_null(parameter["schema"]) | {"pattern": ASKED_FOR[parameter["name"]]}
    for status in refusals(method, operation, is_open=is_open):
        operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}
    if method != "get" and "requestBody" in operation:
        for status, answer in operation["responses"].items():
            if status.startswith("2"):
                answer["headers"] = answer.get("headers", {}) | {"Warning": WARNING}
    operation["responses"] = dict(sorted(operation["responses"].items()))
    if not is_open:
        operation["security"] = [{name: []} for name in SCHEMES]


def _without_null(schema: Document) -> Document:
    kept = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return {"title": schema.get("title", ""), **kept[0]} if kept else schema


def complete(document: Document, app: FastAPI) -> Document:
    """What the framework knows of the API, with every refusal, and who may come at all."""
    open_doors = {
        (method.lower(), context.path)
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if set(permissions(getattr(context, "dependant", None) or Dependant())) <= {"public"}
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(method, operation, is_open=(method, path) in open_doors)
    parts = document.setdefault("components", {})
    parts["responses"] = {status: _answer(status) for status in ANSWERS}
    parts["securitySchemes"] = SCHEMES
    for framework in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(framework, None)
    parts["schemas"]["Problem"] = PROBLEM
    return document


def methods_at(app: FastAPI, path: str) -> set[str]:
    """What may be asked for at a path. The framework knows one door of it at a time."""
    contexts = [context for context in iter_route_contexts(app.routes) if context.methods and context.path]
    return {
        method
        for context in contexts
        if compile_path(str(context.path))[0].match(path)
        for method in context.methods or ()
    }


def install(app: FastAPI) -> None:
    """Have the application describe itself wholly."""
    framework = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = complete(framework(), app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's documented way
