"""Every door of an application, and how to knock at it: without a network, with a body that its own schema asks for."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import iter_route_contexts
from pydantic import TypeAdapter
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message

NOON = "2026-11-27T12:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Found:
    """A door as the framework has it. A door that is no HTTP route has the method "?"."""

    method: str
    path: str
    dependant: Dependant | None


def walk(app: Any, prefix: str = "") -> Iterator[Found]:
    """Every door, of included routers and mounted applications too (`app.routes` alone hides the former)."""
    for context in iter_route_contexts(app.routes):
        path = prefix + (context.path or "")
        if isinstance(context.original_route, Mount):
            inner = getattr(context.original_route.app, "routes", None)
            yield from walk(context.original_route.app, path) if inner else [Found("GET", path, None)]
        elif isinstance(context.original_route, Route):
            for method in sorted((context.methods or set()) - {"HEAD"}):
                yield Found(method, path, getattr(context, "dependant", None))
        else:
            yield Found("?", path, None)


def sample(schema: Mapping[str, Any], whole: Mapping[str, Any] | None = None) -> Any:
    """Something that fits a JSON schema, as small as it may be."""
    whole = whole or schema
    if "$ref" in schema:
        return sample(whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return sample(schema[choice][0], whole)
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", [None]))))
    kind = schema.get("type")
    if kind == "object":
        wanted = schema.get("required", ())
        return {name: sample(part, whole) for name, part in schema.get("properties", {}).items() if name in wanted}
    if kind == "array":
        return [sample(schema.get("items", {}), whole)] * int(schema.get("minItems", 0))
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    return NOON if schema.get("format") == "date-time" else "x" * max(1, int(schema.get("minLength", 1)))


def body_for(door: Found, better: Mapping[str, Any]) -> tuple[bytes, str]:
    """A body that the door may take, and its type; `better` are values a schema cannot tell, and whole forms that have
    none."""
    if door.dependant is None or door.method == "GET":
        return b"", ""
    params = [field for inner in _all(door.dependant) for field in inner.body_params]
    schemas = {field.alias: TypeAdapter[Any](field.field_info.annotation or Any).json_schema() for field in params}
    if any(isinstance(field.field_info, Form) for field in params) or not door.path.startswith("/api"):
        fields = {name: better.get(name, sample(schema)) for name, schema in schemas.items()} or better
        return urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"
    values = [sample(schema) for schema in schemas.values()]
    content = values[0] if len(values) == 1 else dict(zip(schemas, values, strict=True))
    if isinstance(content, dict):
        content |= {name: value for name, value in better.items() if name in content}
    return json.dumps(content).encode(), "application/json"


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def asks_to_sign_in(self) -> bool:
        """Nobody is known here: a page leads to the sign-in, everything else says 401."""
        return self.status == 401 or (self.status == 303 and self.headers.get("location", "").startswith("/sign-in?"))


async def ask(
    app: ASGIApp, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", only_start: bool = False
) -> Answer:
    """One request, without a network. `only_start`: the answer's body has no end, its head is enough."""
    started = asyncio.Event()
    got: dict[str, Any] = {"status": 0, "headers": {}, "body": b""}
    path, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in {"host": "test", **headers}.items()],
        "client": ("127.0.0.1", 1), "server": ("test", 80), "state": {},
    }  # fmt: skip
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.sleep(3600)
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            got["status"] = message["status"]
            got["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
            started.set()
        else:
            got["body"] += message.get("body", b"")

    running = asyncio.ensure_future(app(scope, receive, send))
    if only_start:
        waiting = asyncio.ensure_future(started.wait())
        await asyncio.wait({running, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        running.cancel()
        waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await running
    return Answer(got["status"], got["headers"], got["body"].decode(errors="replace"))
