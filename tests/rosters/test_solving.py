"""The process that solves beside a worker."""

import os
import signal
from concurrent.futures import BrokenExecutor

import pytest

from app.core.settings import get_settings
from app.rosters import solving
from bench.solver.pool import a_pool, a_request


@pytest.mark.usefixtures("story")
async def test_when_it_is_killed_the_next_try_has_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RRT_SOLVER_PROCESSES", "1")
    get_settings.cache_clear()
    solving.stop()
    pool = a_pool(40, seed=1)
    try:
        os.kill(solving._executor().submit(os.getpid).result(60), signal.SIGKILL)
        with pytest.raises(BrokenExecutor):
            await solving.solve(pool, a_request(1))
        assert len((await solving.solve(pool, a_request(1))).roster.seats) == 7
    finally:
        solving.stop()
        get_settings.cache_clear()
