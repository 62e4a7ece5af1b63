"""What every answer carries, and what no browser may be tricked into (reliability.md R24, R25)."""

import logging
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
SAFE = ("GET", "HEAD", "OPTIONS")


FOREIGN = "This came from another site's page."


def _foreign(path: str) -> Response:
    if not path.startswith("/api/"):
        return PlainTextResponse(FOREIGN, 403)
    told = {"type": "/problems/foreign", "title": "Foreign", "status": 403, "detail": FOREIGN, "instance": path}
    return JSONResponse(told, 403, media_type="application/problem+json")


class Security:
    """Adds the headers, and refuses changes that another site's page asks for."""

    def __init__(self, app: ASGIApp, public_url: str, sign_in_at: str = "") -> None:
        self.app = app
        self.origin = public_url.rstrip("/")
        self.headers = dict(HEADERS)
        if self.origin.startswith("https://"):
            self.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if sign_in_at:
            # The sign-in form leads to the issuer; browsers apply form-action to where a form is redirected.
            policy = CONTENT_POLICY.replace("form-action 'self'", f"form-action 'self' {sign_in_at}")
            self.headers["Content-Security-Policy"] = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        if self._is_foreign(scope):
            logger.warning("another site's page asked for %s %s", scope["method"], quote(scope["path"]))
            await _foreign(scope["path"])(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers)

    def _is_foreign(self, scope: Scope) -> bool:
        """Whether a browser says that another site's page asks. Machines with keys and signed webhooks have no page."""
        if scope["method"] in SAFE or scope["path"].startswith("/twilio/"):
            return False
        headers = Headers(scope=scope)
        if headers.get("authorization"):
            return False
        if (site := headers.get("sec-fetch-site")) is not None:
            return site not in ("same-origin", "none")
        origin = headers.get("origin")
        host = headers.get("host", "")
        return origin is not None and origin not in (self.origin, f"http://{host}", f"https://{host}")
