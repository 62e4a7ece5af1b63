"""Who looked at whose personal data: noted before it is shown.

Once in ten minutes for each reader and person; what is taken away is noted each time.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, Request

from app.access.viewer import Identified
from app.core.database import begin
from app.core.events import record
from app.core.text import whole

AGAIN_AFTER_S = 600.0
_MOST = 10_000
_seen: dict[tuple[int, str, int], float] = {}


def viewed(kind: str, parameter: str = "") -> Any:
    """The default of a door's parameter that notes a view. It stands after the viewer, who is asked for rights first.

    Args:
        kind: of the event, "expert.viewed".
        parameter: of the path, the id whose data is shown; none: a whole list.
    """
    return Depends(_noting(kind, parameter))


def _noting(kind: str, parameter: str) -> Callable[..., Awaitable[None]]:
    async def note(request: Request, viewer: Identified) -> None:
        subject_id = whole(str(request.path_params.get(parameter, "0")))
        if viewer is None or subject_id is None:
            return
        key = (viewer.id, kind, subject_id)
        if not kind.endswith(".exported") and time.monotonic() - _seen.get(key, -AGAIN_AFTER_S) < AGAIN_AFTER_S:
            return
        # A transaction of its own: that of the request only reads, and a failing answer is a view as well.
        async with begin() as session:
            await record(session, kind, subject_id, by=viewer.actor)
        if len(_seen) >= _MOST:
            _seen.clear()
        _seen[key] = time.monotonic()

    return note
