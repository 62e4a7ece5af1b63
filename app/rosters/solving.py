"""Solve beside the event loop: in a process of its own, so that a hard problem never stops the worker's heartbeat."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from multiprocessing import get_context

from app.core.settings import get_settings
from solver.problem import Expert, Policy, Request
from solver.roster import Roster

TIME_LIMIT_S = 10.0
"""A roster is needed now; the best one found by then is used, and says that it is not proven."""


@cache
def _executor() -> Executor:
    processes = get_settings().solver_processes
    if processes == 0:
        return ThreadPoolExecutor(1, thread_name_prefix="solver")
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"))


def _solve(experts: Sequence[Expert], request: Request, policy: Policy) -> Roster:
    from solver.search import solve  # noqa: PLC0415 - OR-Tools is loaded where it is used, in the solving process

    return solve(experts, [request], policy, time_limit_s=TIME_LIMIT_S)


async def solve(experts: Sequence[Expert], request: Request, policy: Policy | None = None) -> Roster:
    """The best team for one request, solved beside the event loop.

    Raises:
        BadProblem: the problem contradicts itself; the message names the field.
    """
    return await asyncio.get_running_loop().run_in_executor(_executor(), _solve, experts, request, policy or Policy())


def stop() -> None:
    """End the solving processes (end of a worker, or of a test)."""
    if _executor.cache_info().currsize:
        _executor().shutdown(wait=False, cancel_futures=True)
    _executor.cache_clear()
