"""Beginnings that many tests share, such as a team at work, are told once a process and put back for all others.

Only a story that still stands where a beginning left it takes up the next: since then no transaction has written,
nothing was texted, and no phone, fault, setting, clock or piece of code is another.
"""

import io
import pickle
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from app.access import viewed
from app.core.clock import clock
from app.core.database import begin
from app.core.jobs_here import shift_waiting
from app.core.settings import get_settings
from tests.postgres import Picture

if TYPE_CHECKING:
    from tests.story import Story

Stage = tuple[str, ...]
"""What was told so far."""
Tell = Callable[..., Awaitable[Any]]
UNDER_WAY = timedelta(seconds=5)
"""Longer than a text is: it passes at the end, because what the carrier is about to do cannot be kept."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How everything stood when it was told."""

    picture: Picture
    carrier: bytes
    moment: datetime
    kept_at: float
    """On the wall, which the waiting jobs go by."""
    told: bytes


KEPT: dict[Stage, Beginning] = {}


def remembered(tell: Tell) -> Tell:
    """Have a beginning told once, and put back whenever it is asked for again from the same point."""

    @wraps(tell)
    async def once(story: "Story", *given: Any, **fields: Any) -> Any:
        if story.standing is None or not story.is_where_it_was():
            return await tell(story, *given, **fields)
        settings = get_settings().model_dump_json()
        stage = (*story.stage, tell.__qualname__, repr(given), repr(sorted(fields.items())), settings)
        if stage in KEPT:
            told = await _put_back(story, KEPT[stage])
        else:
            told = await tell(story, *given, **fields)
            await story.passes(UNDER_WAY, UNDER_WAY)
            if story.carrier.next_due() is not None:
                return told
            KEPT[stage] = _keep(story, story.standing.picture(), told)
        viewed._seen.clear()
        story.stands_at(stage)
        return told

    return once


def _keep(story: "Story", picture: Picture, told: Any) -> Beginning:
    parts = pickle.dumps(story.carrier_parts())
    return Beginning(picture, parts, clock.now(), time.time(), _written_down(told))


async def _put_back(story: "Story", kept: Beginning) -> Any:
    kept.picture.restore()
    for part, then in zip(story.carrier_parts(), pickle.loads(kept.carrier), strict=True):  # noqa: S301 - ours
        vars(part).update(vars(then))
    clock.advance(kept.moment - clock.now())
    async with begin() as session:
        await shift_waiting(session, timedelta(seconds=kept.kept_at - time.time()))
    return _Reading(io.BytesIO(kept.told), story).load()


class _Writing(pickle.Pickler):
    """Writes people down without the story they are in."""

    def persistent_id(self, thing: Any) -> str | None:
        return "the story" if hasattr(thing, "stands_at") else None


class _Reading(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, story: "Story") -> None:
        super().__init__(file)
        self._story = story

    def persistent_load(self, _: str) -> "Story":
        return self._story


def _written_down(told: Any) -> bytes:
    written = io.BytesIO()
    _Writing(written).dump(told)
    return written.getvalue()
