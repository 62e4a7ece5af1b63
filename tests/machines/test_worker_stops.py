"""A worker ends when it is told to, whatever its database does, and takes its solving processes with it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests.postgres import libpq

PATIENCE_S = 60


def _worker(url: str) -> "subprocess.Popen[str]":
    settings = {
        "RRT_DATABASE_URL": url, "RRT_SECRET_KEY": "k" * 40, "RRT_ENVIRONMENT": "test", "RRT_SECURE_COOKIES": "false",
        "RRT_TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "RRT_TWILIO_AUTH_TOKEN": "t", "RRT_TWILIO_FROM": "+12025550100",
        "RRT_PUBLIC_URL": "http://127.0.0.1:9", "RRT_TWILIO_API_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"], env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    )


def _says(worker: "subprocess.Popen[str]", words: str) -> bool:
    """Read the worker's log until it says `words`; False when it ends before."""
    assert worker.stderr is not None
    return any(words in line for line in worker.stderr)


async def _works(url: str) -> None:
    """Wait until a worker has signed in at the queue."""
    async with await psycopg.AsyncConnection.connect(libpq(url), autocommit=True) as watching:
        until = time.monotonic() + PATIENCE_S
        while (await (await watching.execute("select 1 from procrastinate_workers")).fetchone()) is None:
            assert time.monotonic() < until, "no worker came"
            await asyncio.sleep(0.05)


async def test_a_stop_ends_a_worker_whose_database_is_away() -> None:
    worker = _worker("postgresql://rrt@127.0.0.1:9/nowhere")
    try:
        assert await asyncio.to_thread(_says, worker, "the database is away"), "it waits for its database"
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, PATIENCE_S) == 0
    finally:
        worker.kill()


async def test_a_stop_ends_a_worker_at_work(database_url: str) -> None:
    worker = _worker(database_url)
    try:
        await _works(database_url)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, PATIENCE_S) == 0
    finally:
        worker.kill()


SOLVES = """
import asyncio, os, signal, sys
from app.rosters import solving
from tests.solver.cases import a_position, a_request, an_expert
async def main():
    await solving.solve([an_expert(1)], a_request(a_position(1)))
    print(*solving._executor()._processes, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_killed_worker_leaves_no_solving_process_behind(tmp_path: Path) -> None:
    settings = {"RRT_SOLVER_PROCESSES": "1", "RRT_DATABASE_URL": "postgresql://rrt@127.0.0.1:9/nowhere",
                "RRT_SECRET_KEY": "k" * 40, "RRT_ENVIRONMENT": "test", "RRT_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
                "RRT_TWILIO_AUTH_TOKEN": "t", "RRT_TWILIO_FROM": "+12025550100",
                "RRT_PUBLIC_URL": "http://127.0.0.1:9"}  # fmt: skip
    script = tmp_path / "solves.py"
    script.write_text(SOLVES, encoding="utf-8")
    path = {"PYTHONPATH": str(Path.cwd())}
    ran = subprocess.run(
        [sys.executable, script], env={**os.environ, **settings, **path}, capture_output=True, text=True, check=False
    )
    processes = [Path("/proc", one) for one in ran.stdout.split()]
    assert processes, ran.stderr
    end = time.monotonic() + PATIENCE_S
    while any(one.exists() for one in processes) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [one for one in processes if one.exists()]
