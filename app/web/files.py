"""Static files: the compressed copy when the browser takes it, kept for ever under a marked address."""

import mimetypes
import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class Files(StaticFiles):
    """Serves `NAME.gz` beside `NAME`."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, compressed where possible."""
        packed = Path(f"{full_path}.gz")
        response = super().file_response(full_path, stat_result, scope, status_code)
        takes_gzip = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if takes_gzip and isinstance(response, FileResponse) and packed.is_file():
            kind = mimetypes.guess_type(str(full_path))[0]
            response = FileResponse(packed, media_type=kind, headers={"Content-Encoding": "gzip"})
        is_marked = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = f"public, max-age={31536000 if is_marked else 3600}"
        response.headers["Vary"] = "Accept-Encoding"
        return response
