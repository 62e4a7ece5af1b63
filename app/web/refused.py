"""Who was refused what: noted in the log, so that trying doors is seen (a 403 of somebody we know)."""

import time

from fastapi import Request

from app.core.database import begin
from app.core.events import record
from app.core.problems import FactorMissing, FactorNeeded, Problem

AGAIN_AFTER_S = 60.0
"""One line in so long for each person, door and reason: a script that hammers a door does not fill the log."""
ASKED = (FactorNeeded, FactorMissing)
"""Asked for something first, which is no refusal."""
_MOST = 10_000
_noted: dict[tuple[int, str, str, str], float] = {}


async def note(request: Request, problem: Problem) -> None:
    """Write "access.refused": who, at which door, and why. The door's own path, without what was in it.

    In a transaction of its own: that of the request was rolled back.
    """
    viewer = getattr(request.state, "viewer", None)
    if viewer is None or problem.status != 403 or isinstance(problem, ASKED):
        return
    door = str(getattr(request.scope.get("route"), "path", ""))
    key = (viewer.id, request.method, door, problem.slug)
    if time.monotonic() - _noted.get(key, -AGAIN_AFTER_S) < AGAIN_AFTER_S:
        return
    if len(_noted) >= _MOST:
        _noted.clear()
    _noted[key] = time.monotonic()
    async with begin() as session:
        told = {"method": request.method, "door": door, "why": problem.slug, "via": viewer.via}
        await record(session, "access.refused", viewer.id, by=viewer.actor, **told)
