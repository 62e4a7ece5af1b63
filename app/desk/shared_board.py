"""The board read once for all who look at it in the same moment, and drawn once for all who are shown the same.

A change makes every open board ask for its part at once. What all the desk may see is read in one turn (`web/turns.py`)
that begins after each of them has asked, so nobody is shown what was there before; each viewer's own board is then
computed from it. Two to whom it is equal get the same bytes: the template is given nothing but what was compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import true

from app.access.policy import Permission
from app.access.viewer import Viewer
from app.core.database import begin
from app.desk import board, story, troubles
from app.desk.board import Board, Open
from app.desk.troubles import Trouble
from app.messaging import queries as messages
from app.requests import drafts
from app.requests.models import CallDraft
from app.web.packed import Packed
from app.web.render import drawn
from app.web.turns import Turns

Show = Literal["", "all"]


@dataclass(frozen=True)
class Shown:
    """All that the board's template reads of a viewer."""

    board: Board
    trouble: Trouble | None = field(hash=False)
    may_own: bool
    show: Show
    part: str
    """"board": with the page's title, for a page that is open."""


@dataclass(frozen=True)
class Reading:
    """What there is to see at one moment, for everybody at the desk, and what was drawn of it."""

    opened: tuple[Open, ...]
    texts: board.Texts | None
    calls: Mapping[int, tuple[CallDraft, ...]]
    """By who takes them: shown to nobody else."""
    trouble: Trouble | None
    latest: tuple[story.Line, ...]
    drawings: dict[Shown, Packed] = field(default_factory=dict)

    def seen_by(self, viewer: Viewer, show: Show, part: str) -> Shown:
        """The board as this viewer sees it."""
        trouble = troubles.seen_by(viewer, self.trouble)
        shown = board.board_of(
            [board.seen_by(viewer, one) for one in self.opened],
            self.texts if viewer.may(Permission.WORK_OFFERS) else None,
            self.calls.get(viewer.id, ()) if viewer.may(Permission.FILE_REQUEST) else (),
            trouble.count if trouble and trouble.may_work else 0,
        )
        return Shown(shown, trouble, viewer.may(Permission.LOOK_AFTER), show, part)

    def drawing(self, shown: Shown) -> Packed:
        """The part of the page that changes live, drawn once."""
        if shown not in self.drawings:
            most = None if shown.show else board.SHOWN
            html = drawn(
                "desk/board_part.html", board=shown.board, trouble=shown.trouble, may_own=shown.may_own,
                show=shown.show, part=shown.part, shown=most, stages=board.STAGES, latest=self.latest,
            )  # fmt: skip
            self.drawings[shown] = Packed(html)
        return self.drawings[shown]


async def _read() -> Reading:
    """What all of the desk may see; who may read deployments is of the desk, and sees every agency's requests."""
    async with begin(only_reads=True) as session:
        return Reading(
            tuple(await board.opened(session, true())),
            board.texts_of(await messages.waiting_since(session)),
            await drafts.unfinished_by_taker(session),
            await troubles.now(session),
            tuple(await story.latest(session)),
        )


TURNS = Turns(_read)
"""The process's one."""
