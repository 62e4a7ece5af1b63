"""The line to the carrier: Twilio's client asks the simulated carrier's application in this process, by no socket."""

import io
from collections.abc import Coroutine, MutableMapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from starlette.types import ASGIApp, Message, Scope
from urllib3 import HTTPResponse

Result = TypeVar("Result")


class Line(HTTPAdapter):
    """Hands every request to an application, and gives back what it answers.

    The client asks and does not give way meanwhile, so the application must answer at once: it may wait for nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self.app = app

    def send(self, request: PreparedRequest, *_args: Any, **_given: Any) -> Response:
        """Ask, and give the answer."""
        head, body = _at_once(self._asked(request))
        headers = {name.decode(): value.decode() for name, value in head["headers"]}
        raw = HTTPResponse(io.BytesIO(body), headers, head["status"], preload_content=False)
        return self.build_response(request, raw)

    async def _asked(self, request: PreparedRequest) -> tuple[MutableMapping[str, Any], bytes]:
        given, said = _bytes(request.body), list[Message]()

        async def receive() -> Message:
            return {"type": "http.request", "body": given, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        await self.app(_scope(request), receive, send)
        return said[0], b"".join(part.get("body", b"") for part in said[1:])


def _at_once(work: Coroutine[Any, Any, Result]) -> Result:
    """What waits for nothing, run to its end without a loop."""
    try:
        work.send(None)
    except StopIteration as end:
        result: Result = end.value
        return result
    work.close()
    raise RuntimeError("The application at the end of the line waits for something.")


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _scope(request: PreparedRequest) -> Scope:
    address = urlsplit(str(request.url))
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.method,
        "scheme": address.scheme, "path": address.path, "raw_path": address.path.encode(),
        "query_string": address.query.encode(), "root_path": "", "server": (address.hostname, address.port),
        "client": ("127.0.0.1", 0),
        "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers.items()],
    }  # fmt: skip
