"""The line between service and carrier: each asks the other's application in this process, by no socket."""

import io
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
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
        asked = ask(self.app, str(request.method), str(request.url), request.headers, _bytes(request.body))
        heard = _at_once(asked)
        raw = HTTPResponse(io.BytesIO(heard.body), heard.headers, heard.status, preload_content=False)
        return self.build_response(request, raw)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an application answered."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(app: ASGIApp, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Heard:
    """Ask an application as a server would."""
    said = list[Message]()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    await app(_scope(method, url, headers), receive, send)
    told = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return Heard(said[0]["status"], told, b"".join(part.get("body", b"") for part in said[1:]))


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


def _scope(method: str, url: str, headers: Mapping[str, str]) -> Scope:
    address = urlsplit(url)
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
        "scheme": address.scheme, "path": address.path, "raw_path": address.path.encode(),
        "query_string": address.query.encode(), "root_path": "", "server": (address.hostname, address.port),
        "client": ("127.0.0.1", 0),
        "headers": [(b"host", address.netloc.encode())]
        + [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
