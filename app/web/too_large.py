"""A body larger than its route takes is refused in words: a page for people, a problem document for machines.

The framework answers such a request with two plain words, outside of every handler; here they become ours.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import TooLarge
from app.web.problems import answer

READ_ON = 256 * 1024 * 1024
"""Bytes that are read and forgotten before the refusal: a browser shows no answer to what it is still sending."""


class InWords:
    """Says in our words what the framework says of a body that is too large."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_plain, is_read = False, False

        async def heard() -> Message:
            nonlocal is_read
            message = await receive()
            is_read = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def said(message: Message) -> None:
            nonlocal is_plain
            if message["type"] == "http.response.start":
                headers = dict(message.get("headers", ()))
                is_plain = message["status"] == 413 and headers.get(b"content-type", b"").startswith(b"text/plain")
            if not is_plain:
                await send(message)

        await self.app(scope, heard, said)
        if is_plain:
            if not is_read:
                await _read_on(receive)
            await answer(Request(scope), TooLarge())(scope, receive, send)


async def _read_on(receive: Receive) -> None:
    left = READ_ON
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
