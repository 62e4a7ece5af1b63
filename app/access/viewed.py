"""Who looked at whose personal data: noted for every door that shows some, before the answer leaves.

Once in ten minutes for each reader and thing; what is taken away is noted each time. What people see of themselves, and
an agency of its own requests, is no line. A new door is looked for in `LOOKS`; a test knows every door and asks.
"""

import re
import time
from collections.abc import AsyncIterator

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.core.database import begin
from app.core.events import Actor, record

AGAIN_AFTER_S = 600.0
_MOST = 10_000
_seen: dict[tuple[int, str, str], float] = {}
LOOKS = tuple((re.compile(pattern, re.DOTALL), kind) for pattern, kind in (
    (r"/desk/audit\.csv", "audit.exported"),
    (r"/desk/figures\.(?:csv|xlsx)", "figures.exported"),
    (r"/my/record\.json", "expert.own_exported"),
    (r"/api/v1/deployments/(?P<of>[^/]+)/rosters/[^/]+/record", "roster.exported"),
    (r"/api/v1/edxl/(?P<of>[^/]+)/[^/]+", "request.exported"),
    (r"/desk/audit|/api/v1/audit", "audit.viewed"),
    (r"/desk/people|/api/v1/users|/api/v1/resets", "users.listed"),
    (r"/desk/experts|/api/v1/experts|/api/v1/pool|/desk/timeline|/api/v1/timeline", "experts.listed"),
    (r"/desk/requests/[^/]+/road/expenses/(?P<of>[^/]+)", "expert.viewed"),
    (r"/desk/experts/(?!(?:new|readiness)$)(?P<of>[^/]+)(?:/.*)?", "expert.viewed"),
    (r"/api/v1/experts/(?P<of>[^/]+)(?:/.*)?", "expert.viewed"),
    (r"/desk/papers/(?P<of>[^/]+)", "paper.viewed"),
    (r"/desk/papers", "papers.listed"),
    (r"/(?:agency|api/v1)/requests/[^/]+/letters/(?P<of>[^/]+)", "letter.viewed"),
    (r"/(?:desk|agency)/requests/(?!new$)(?P<of>[^/]+)(?:/.*)?", "request.viewed"),
    (r"/api/v1/(?:requests|deployments)/(?P<of>[^/]+)(?:/.*)?", "request.viewed"),
    (r"/desk/drills/(?P<of>[^/]+)|/api/v1/drills/(?P<of_api>[^/]+)", "drill.viewed"),
    (r"/desk/replies|/api/v1/inbox", "replies.listed"),
    (r"/desk/kept|/api/v1/legal-holds", "holds.listed"),
    (r"/api/v1/events", "events.listed"),
    (r"/wellness", "talks.listed"),
))  # fmt: skip
"""What of an address is looked at, the first that fits, to the event's kind; `of`: whose id or reference it is. Doors
read an id as pydantic does ("+7" is 7), so whatever stands there fits."""
_AN_ID = TypeAdapter(int)


def look_of(path: str) -> tuple[str, str] | None:
    """The kind of event that reading `path` is, and the id or reference of what is read ("": a whole list)."""
    for pattern, kind in LOOKS:
        if found := pattern.fullmatch(path):
            return kind, next(filter(None, found.groupdict().values()), "")
    return None


async def note(request: Request) -> AsyncIterator[None]:
    """Every door's dependency: what was read is in the log before it leaves, what was refused is no view."""
    yield
    viewer: Viewer | None = getattr(request.state, "viewer", None)
    look = look_of(request.scope["path"]) if viewer is not None and request.method == "GET" else None
    if viewer is None or look is None or viewer.fence is not None:
        return
    await keep(viewer.id, viewer.actor, *look)


async def keep(user_id: int, actor: Actor, kind: str, of: str = "", again_after_s: float = AGAIN_AFTER_S) -> None:
    """Note a view of somebody, unless it was noted `again_after_s` ago; what is taken away is noted each time.

    In a transaction of its own: that of the request only reads, and is over.
    """
    key = (user_id, kind, of)
    if not kind.endswith("exported") and time.monotonic() - _seen.get(key, -again_after_s) < again_after_s:
        return
    async with begin() as session:
        subject = await _subject(session, of)
        await record(session, kind, subject, by=actor)
    if len(_seen) >= _MOST:
        _seen.clear()
    _seen[key] = time.monotonic()


async def _subject(session: AsyncSession, of: str) -> int:
    """The id that an address names, of a request by its reference; 0: a whole list."""
    try:
        return _AN_ID.validate_python(of or 0)
    except ValidationError:
        # Plain SQL: the table of requests lives in a room above this one.
        found = await session.scalar(text("select id from requests where reference = :of"), {"of": of})
    return int(found or 0)
