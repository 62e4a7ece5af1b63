"""Every request has an id: whoever asks hears it (`X-Request-ID`), and every line logged meanwhile carries it."""

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.log import bound

logger = logging.getLogger(__name__)
NAME = "X-Request-ID"
FINE = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""An id that a proxy gave is kept, if it is nothing but an id."""
REFERENCE = re.compile(r"/(\d\d-\d{4,6})(?=/|$)")
QUIET = ("/healthz", "/readyz", "/metrics", "/static/")


class Asked:
    """Binds the id, and the reference of the request for a team where the path names one; logs one line for each."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(NAME, "")
        request_id = given if FINE.fullmatch(given) else secrets.token_hex(8)
        began, status = time.perf_counter(), 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[NAME] = request_id
            await send(message)

        about = REFERENCE.search(scope["path"])
        with bound(request=request_id, **({"about": about[1]} if about else {})):
            try:
                await self.app(scope, receive, answer)
            finally:
                if not scope["path"].startswith(QUIET):
                    self._log(scope, status, time.perf_counter() - began)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "-")
        fields = {"method": scope["method"], "route": route, "status": status, "ms": round(seconds * 1000)}
        logger.debug("%s %s %s", scope["method"], route, status, extra={"fields": fields})
