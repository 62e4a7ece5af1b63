"""When each person may be disturbed: not in their own night, but for who may be woken (domain.md 5.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Deployment
from app.experts import standby
from app.experts.models import Expert
from app.experts.quiet import Night, may_be_asked_from
from app.requests.states import Priority
from app.rosters import rules

KNOWN = "nights"
"""Where a session keeps the nights that it has read."""


@dataclass(frozen=True, slots=True)
class Awake:
    """What the night of one person is, for one deployment.

    Args:
        zone: theirs.
        is_immediate: whether the request is of the highest priority.
        wakes: whether they agreed to be woken for those.
        is_on_standby: whether this is a week in which they may be woken for anything but a planned request.
        night: as the desk has it.
    """

    zone: str
    is_immediate: bool
    wakes: bool
    is_on_standby: bool
    night: Night

    def since(self, moment: datetime) -> datetime:
        """From when they may be disturbed: `moment`, or when the night is over there."""
        return may_be_asked_from(
            moment, zone=self.zone, is_immediate=self.is_immediate, wakes=self.wakes,
            is_on_standby=self.is_on_standby, night=self.night,
        )  # fmt: skip


async def may_be_woken(session: AsyncSession, deployment: Deployment, expert_ids: Collection[int]) -> set[int]:
    """Who of these is on standby now; a planned request wakes nobody."""
    if deployment.priority is Priority.PLANNED:
        return set()
    return await standby.on_standby(session, expert_ids, clock.now())


async def of(session: AsyncSession, deployment: Deployment, experts: Collection[Expert]) -> dict[int, Awake]:
    """The night of each of these; read once in a transaction."""
    known: dict[tuple[int, int], Awake] = session.info.setdefault(KNOWN, {})
    if new := [one for one in experts if (deployment.id, one.id) not in known]:
        night, is_immediate = rules.night(await rules.current(session)), deployment.priority is Priority.IMMEDIATE
        woken = await may_be_woken(session, deployment, [one.id for one in new])
        for one in new:
            known[deployment.id, one.id] = Awake(
                one.time_zone, is_immediate, one.wakes_for_immediate, one.id in woken, night
            )
    return {one.id: known[deployment.id, one.id] for one in experts}
