"""The same for programs: words that look like a victim's name are named in the answer, or refused if that is wished.

A program has nobody at hand to look once more, and a request in the night must not wait for one: the words are taken,
and every answer says which of them should not have come, in a header `Warning: 299` for each field. Who would rather
have them refused says `Prefer: handling=strict` (RFC 7240): 422, and nothing is kept.
"""

import json
import re
from collections.abc import Iterator, MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import Problem
from app.requests import privacy

STRICT = re.compile(r"(^|[,;\s])handling\s*=\s*\"?strict\b", re.IGNORECASE)
WHOLE_FILES = frozenset({"content"})
"""A whole file of experts: looked at line by line where it is entered."""
MOST = 20
"""Fields named at most: a header has its bounds."""
NAME = re.compile(r"[^\w.-]")
STATE = "left_in"


class LeaveOut(Problem):
    """Some words look like something we must not have. Leave them out, or send them without handling=strict."""

    status = 422


async def look(request: Request) -> None:
    """Before every door of the API: look at the words of a JSON body.

    Raises:
        LeaveOut: something should be left out, and the program wants it refused.
    """
    is_json = "json" in request.headers.get("content-type", "")
    if request.method not in ("POST", "PUT", "PATCH") or not is_json or not request.url.path.startswith("/api/"):
        return
    try:
        body = await request.json()
    except (ValueError, RecursionError):
        return  # whoever parses it for the door says what is wrong
    found = {name: looks for name, words in words_of(body) if (looks := privacy.looks_personal(words))}
    if not found:
        return
    said = {name: " ".join(looks) for name, looks in found.items()}
    if STRICT.search(request.headers.get("prefer", "")):
        raise LeaveOut(errors=said)
    setattr(request.state, STATE, said)


def words_of(body: Any) -> Iterator[tuple[str, str]]:
    """Every text of a JSON document with the way to it: "answers.0.text". Pure; as deep as it may be."""
    left: list[tuple[str, Any]] = [("", body)]
    while left:
        place, value = left.pop()
        if isinstance(value, str):
            yield place or "body", value
        elif isinstance(value, dict):
            left += [(f"{place}.{key}" if place else str(key), one) for key, one in value.items()
                     if key not in WHOLE_FILES]  # fmt: skip
        elif isinstance(value, list):
            left += [(f"{place}.{number}" if place else str(number), one) for number, one in enumerate(value)]


def header_of(name: str, sentences: str) -> tuple[bytes, bytes]:
    """One warning as a header: `299 - "summary: This looks like a date of birth. Please leave it out."`."""
    words = f"{NAME.sub('_', name)[:100]}: {sentences} Please leave it out."
    return b"warning", f"299 - {json.dumps(words)}".encode("ascii")


class Warnings:
    """Puts on an answer what `look` has seen, whatever kind of answer it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        state: MutableMapping[str, Any] = scope.setdefault("state", {}) if scope["type"] == "http" else {}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and state.get(STATE):
                told = [header_of(*one) for one in list(state[STATE].items())[:MOST]]
                message["headers"] = [*message.get("headers", ()), *told]
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def install(app: FastAPI) -> None:
    """Have every answer of the API carry its warnings."""
    app.add_middleware(Warnings)
