"""An answer that is compressed once and given to many."""

import gzip
from dataclasses import dataclass
from functools import cached_property

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

LEVEL = 5
"""As the middleware compresses what is made for one."""


@dataclass(frozen=True)
class Packed:
    """A part of a page, and its compressed copy once somebody takes it."""

    html: Markup

    @cached_property
    def _plain(self) -> bytes:
        return self.html.encode()

    @cached_property
    def _small(self) -> bytes:
        return gzip.compress(self._plain, LEVEL, mtime=0)

    def answer(self, request: Request) -> Response:
        """The part, compressed where the browser takes it."""
        headers = {"Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self._plain, media_type="text/html", headers=headers)
        return Response(self._small, media_type="text/html", headers=headers | {"Content-Encoding": "gzip"})
