"""wrk (`apt-get install wrk`), which costs next to nothing beside what it drives."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parent / "mix.lua"


@dataclass(frozen=True, slots=True)
class Drove:
    """What came of one drive; times in milliseconds.

    Args:
        refused: answers that are no success.
        lost: connections that failed, and answers that did not come within ten seconds.
    """

    a_second: float
    p50: float
    p95: float
    p99: float
    refused: int
    lost: int


def drive(url: str, *, connections: int, seconds: float, requests: Path | None = None, delay_ms: int = 0) -> Drove:
    """Ask as fast as answers come.

    Args:
        url: the service; without `requests`, what is asked again and again.
        requests: a file of a mix.
        delay_ms: of each connection, between an answer and the next question.
    """
    program = shutil.which("wrk")
    if program is None:
        raise SystemExit("This needs wrk: apt-get install wrk.")
    threads = min(2, connections)
    words = [f"-c{connections}", f"-t{threads}", f"-d{seconds:.0f}s", "--timeout", "10s", "-s", str(SCRIPT), url]
    given = requests or _one(url)
    done = subprocess.run(
        [program, *words, "--", str(given), str(threads), str(delay_ms)], capture_output=True, text=True, check=True
    )
    told = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    rate = told["requests"] / told["seconds"]
    return Drove(rate, told["p50"], told["p95"], told["p99"], told["refused"], told["lost"])


def _one(url: str) -> Path:
    """A file with one request for each thread."""
    host, _, path = url.removeprefix("http://").partition("/")
    file = Path("/tmp") / f"rrt-wrk-{host.replace(':', '-')}"  # noqa: S108 - no secret, made anew each time
    file.write_text(f"GET /{path} HTTP/1.1\x1fHost: {host}\x1f\x1f\n" * 2)
    return file
