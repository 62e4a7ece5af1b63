"""Solve beside the event loop: in a process of its own, so that a hard problem never stops the worker's heartbeat."""

import asyncio
import os
import signal
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

from app.core.leash import stop_with_parent
from app.core.settings import get_settings
from solver import record
from solver.problem import Expert, Policy, Request
from solver.roster import OtherRoster, Reason, Roster

if TYPE_CHECKING:
    from solver.pool import Pool

Result = TypeVar("Result")
TIME_LIMIT_S = 10.0
"""A roster is needed now; the best one found by then is used, and says that it is not proven."""


@cache
def _executor() -> Executor:
    processes = get_settings().solver_processes
    if processes == 0:
        return ThreadPoolExecutor(1, thread_name_prefix="solver")
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_leash, initargs=(os.getpid(),))


def _leash(worker: int) -> None:
    """In a solving process: end with the worker, killed or not, and without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    stop_with_parent(worker)


def get_ready() -> None:
    """Have the solving process load OR-Tools now, or the first roster after a start waits for it."""
    _executor().submit(_load)


def _load() -> None:
    import solver.search  # noqa: F401, PLC0415 - as in _solve


@dataclass(frozen=True, slots=True)
class Solved:
    """A roster, and the record from which it can be made again."""

    roster: Roster
    sha256: str
    """Of the problem."""
    record: bytes
    """Compressed with zlib; empty where none is kept (`brief_rosters`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why somebody is not in a seat: the rules that keep her out, or what seating her would cost."""

    rules: tuple[Reason, ...]
    instead: OtherRoster | None
    """The best roster with her there; none when a rule keeps her out."""


async def _beside(work: Callable[..., Result], *given: object) -> Result:
    """Do `work` beside the event loop. A solving process that was killed makes way for another: the job tries again."""
    executor = _executor()
    try:
        return await asyncio.get_running_loop().run_in_executor(executor, work, *given)
    except BrokenExecutor:
        if _executor() is executor:
            stop()
        raise


def _solve(experts: Sequence[Expert], request: Request, policy: Policy) -> Solved:
    from solver.search import solve  # noqa: PLC0415 - OR-Tools is loaded where it is used, in the solving process

    roster = solve(experts, [request], policy, time_limit_s=TIME_LIMIT_S, with_runner_up=True)
    kept = record.written(experts, [request], policy, roster)
    return Solved(roster, record.sha256_of(kept), zlib.compress(kept))


def _solve_briefly(experts: Sequence[Expert], request: Request, policy: Policy) -> Solved:
    from solver.search import solve  # noqa: PLC0415 - as above

    return Solved(solve(_as_arrays(experts), [request], policy, time_limit_s=TIME_LIMIT_S, in_words=False), "", b"")


_LAST: "list[Pool]" = []
"""The pool that this process solved with last."""
FIXED = (
    "id", "place", "disciplines", "expertise", "languages", "papers_until", "licences", "is_leader", "is_trainee",
    "is_mentor", "employer", "conflicts",
)  # fmt: skip
"""What `Pool.updated` takes for unchanged."""


def _as_arrays(experts: Sequence[Expert]) -> "Pool":
    """The pool as the solver works with it: of the last one everything but what has changed since (`pool.py`)."""
    from solver.pool import Pool  # noqa: PLC0415 - as above

    before = _LAST[0] if _LAST and len(_LAST[0]) == len(experts) else None
    if before is not None:
        changed = [(new, old) for new, old in zip(experts, before.experts, strict=True) if new is not old]
        if all(getattr(new, name) is getattr(old, name) for new, old in changed for name in FIXED):
            _LAST[:] = [before.updated([new for new, _ in changed])]
            return _LAST[0]
    _LAST[:] = [Pool(experts)]
    return _LAST[0]


class NotInRecord(LookupError):  # noqa: N818 - named like the house's Problem
    """The record knows no such seat or expert."""


def _why_not(kept: bytes, position_id: int, expert_id: int) -> Answer:
    from solver.search import price_of, why_not  # noqa: PLC0415 - as above

    asked = record.read(zlib.decompress(kept))
    seats, people = {one.id for one in asked.requests[0].positions}, {one.id for one in asked.experts}
    if position_id not in seats or expert_id not in people:
        raise NotInRecord(f"seat {position_id}, expert {expert_id}")
    rules = why_not(asked.experts, asked.requests[0], position_id, expert_id, asked.policy)
    where = (asked.requests[0].id, position_id)
    instead = None if rules else price_of(asked.experts, asked.requests, where, expert_id, asked.policy)
    return Answer(rules, instead)


async def why_not(kept: bytes, position_id: int, expert_id: int) -> Answer:
    """Why somebody is not in a seat, by the facts that the roster was made of.

    Args:
        kept: the compressed record of the version.
        position_id: the seat.
        expert_id: who might sit there.

    Raises:
        NotInRecord: the record knows no such seat or expert.
    """
    return await _beside(_why_not, kept, position_id, expert_id)


async def solve(experts: Sequence[Expert], request: Request, policy: Policy | None = None) -> Solved:
    """The best team for one request, solved beside the event loop.

    Raises:
        BadProblem: the problem contradicts itself; the message names the field.
    """
    return await _beside(
        _solve_briefly if get_settings().brief_rosters else _solve, experts, request, policy or Policy()
    )


def stop() -> None:
    """End the solving processes (end of a worker, or of a test)."""
    if _executor.cache_info().currsize:
        _executor().shutdown(wait=False, cancel_futures=True)
    _executor.cache_clear()
