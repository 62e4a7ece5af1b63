"""Work out forecasts in a process of their own, which gives way to everything else, and ends with its work.

Not in the solver's processes: a forecast takes seconds, and a roster must not wait for it.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from app.core.leash import stop_with_parent
from app.core.settings import get_settings

Result = TypeVar("Result")
NICE = 10
"""How much it gives way (see nice(1))."""


def _begin(worker: int) -> None:
    """In the process: end with the worker, and let others go first."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    stop_with_parent(worker)
    os.nice(NICE)


def _executor() -> Executor:
    if get_settings().solver_processes == 0:
        return ThreadPoolExecutor(1, thread_name_prefix="foresight")
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),))


async def beside(work: Callable[..., Result], *given: object) -> Result:
    """Do `work` beside the event loop."""
    with _executor() as executor:
        return await asyncio.get_running_loop().run_in_executor(executor, work, *given)
