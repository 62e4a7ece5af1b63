"""How long a start takes: `rrt --help`, the web, and a demonstration until its pages serve and its team is full.

`python -m bench.start [ROUNDS]`: medians of the rounds, each from the command to the answer as seen from outside, and
the processor time of the command with all its children. Python's compiled files are there, as after a first run.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.core.postgres import EmbeddedPostgres
from app.demo import machine
from tests.postgres import migrate

PATIENCE_S = 300
RRT = [sys.executable, "-m", "app.cli"]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and of the processor."""

    clock: float
    processor: float


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _running(words: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([*RRT, *words], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def _until(process: subprocess.Popen[str], url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).is_success:
                return
        time.sleep(0.01)
    raise RuntimeError(f"{url} does not answer")


def help_s() -> Took:
    """`rrt --help`, from the command to its end."""
    before, began = _processor(), time.monotonic()
    subprocess.run([*RRT, "--help"], stdout=subprocess.DEVNULL, check=True)
    return Took(time.monotonic() - began, _processor() - before)


def web_s(environment: Mapping[str, str], port: int) -> Took:
    """`rrt serve`, until it answers."""
    before, began = _processor(), time.monotonic()
    with _running(["serve", "--port", str(port)], environment) as web:
        _until(web, f"http://127.0.0.1:{port}/healthz")
        took = time.monotonic() - began
    return Took(took, _processor() - before)


def demo_s(folder: Path) -> tuple[float, float]:
    """`rrt demo`, until its pages serve, and until the team is confirmed."""
    began, ready = time.monotonic(), 0.0
    environment = os.environ | {"ONCE": "1", "COLUMNS": "120", "PYTHONUNBUFFERED": "1"}
    with _running(["demo", "--data", str(folder)], environment) as demo:
        assert demo.stdout is not None
        for line in demo.stdout:
            if line.startswith("Ready in"):
                ready = time.monotonic() - began
            if "The team is confirmed" in line:
                return ready, time.monotonic() - began
    raise RuntimeError("no team was confirmed")


def _median(name: str, measure: Callable[[], Took], rounds: int) -> None:
    took = [measure() for _ in range(rounds)]
    clock, processor = (statistics.median(each) for each in zip(*((t.clock, t.processor) for t in took), strict=True))
    print(f"| {name} | {clock:.2f} s | {processor:.2f} s |", flush=True)


def main(rounds: int = 5) -> None:
    """Measure and print."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| what | clock | processor |\n| --- | ---: | ---: |")
    help_s()
    _median("`rrt --help`", help_s, rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with EmbeddedPostgres(folder / "postgres") as server:
            address, port = server.ensure_database("rrt_bench"), machine.free_port(0)
            migrate(address)
            machine.set_environment(address, folder, web=port, simulator=1, clock=None)
            environment = dict(os.environ)
            _median("`rrt serve`, until it answers", lambda: web_s(environment, port), rounds)
        for given in [given for given in os.environ if given.startswith("RRT_")]:
            del os.environ[given]
        for which in ("first run, everything made", "warm"):
            ready, full = demo_s(folder / "demo")
            print(f"| `rrt demo`, {which}: pages serve / team confirmed | {ready:.1f} s / {full:.1f} s | |", flush=True)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
