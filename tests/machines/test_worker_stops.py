"""A worker ends when it is told to, whatever its database does, and takes its solving processes with it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def _worker(url: str) -> "subprocess.Popen[bytes]":
    settings = {
        "RRT_DATABASE_URL": url, "RRT_SECRET_KEY": "k" * 40, "RRT_ENVIRONMENT": "test", "RRT_SECURE_COOKIES": "false",
        "RRT_TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "RRT_TWILIO_AUTH_TOKEN": "t", "RRT_TWILIO_FROM": "+12025550100",
        "RRT_PUBLIC_URL": "http://127.0.0.1:9", "RRT_TWILIO_API_URL": "http://127.0.0.1:9",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], env={**os.environ, **settings})


async def test_a_stop_ends_a_worker_whose_database_is_away() -> None:
    worker = _worker("postgresql://rrt@127.0.0.1:9/nowhere")
    try:
        await asyncio.sleep(6)
        assert worker.poll() is None, "it waits for its database"
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 15) == 0
    finally:
        worker.kill()


async def test_a_stop_ends_a_worker_at_work(database_url: str) -> None:
    worker = _worker(database_url)
    try:
        await asyncio.sleep(6)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 15) == 0
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
    end = time.monotonic() + 10
    while any(one.exists() for one in processes) and time.monotonic() < end:
        time.sleep(0.1)
    assert not [one for one in processes if one.exists()]
