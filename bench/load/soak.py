"""Memory under a steady load: who holds how much, by the minute, and how fast it grows.

The load is steady in what it leaves behind, too: what agencies file is withdrawn a minute later, so that no page grows;
some of it is approved and called off, so that the solving processes work.
"""

import math
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from app.trials.intervals import students_t

WARM_SHARE = 1 / 3
"""Of the time: caches, pools and plans fill."""
SPAWNED = "multiprocessing"


def descendants(pid: int) -> Iterator[int]:
    """The processes below a process."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


def _status(pid: int, name: str) -> int:
    """Bytes of a line of `/proc/PID/status`; 0 when the process has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return 1024 * int(line.split()[1])
    return 0


def _is_solver(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        return SPAWNED in Path(f"/proc/{pid}/cmdline").read_text()
    return False


def watched(web: int, workers: list[int], postgres: int) -> dict[str, Callable[[], int]]:
    """Whose memory is looked at. The shared memory of PostgreSQL is its buffers, which fill up to a set size."""

    def resident(roots: list[int], solvers: bool) -> int:
        family = [pid for root in roots for pid in (root, *descendants(root))]
        return sum(_status(pid, "VmRSS") for pid in family if _is_solver(pid) is solvers)

    def database(name: str) -> list[int]:
        return [_status(pid, name) for pid in (postgres, *descendants(postgres))]

    return {
        "web": lambda: resident([web], solvers=False),
        "workers": lambda: resident(workers, solvers=False),
        "their solving processes": lambda: resident(workers, solvers=True),
        "PostgreSQL's processes, without what they share": lambda: sum(database("RssAnon")),
        "PostgreSQL's shared buffers, as far as touched": lambda: max(database("RssShmem")),
    }


@dataclass(frozen=True, slots=True)
class Growth:
    """MiB an hour; half of the interval's width in `give`."""

    slope: float
    give: float

    def __str__(self) -> str:
        return f"{self.slope:+.1f} ± {self.give:.1f} MiB an hour"


def growth(looks: list[tuple[float, int]]) -> Growth:
    """The slope after the warming up, with an interval of nineteen in twenty.

    Args:
        looks: seconds since the start, and bytes. What one look has over the line the next one has, too, mostly: the
            interval counts as many looks as would be independent.
    """
    late = [(at / 3600, size / 2**20) for at, size in looks if at >= looks[-1][0] * WARM_SHARE]
    if len(late) < 5:
        return Growth(math.nan, math.nan)
    hours, sizes = zip(*late, strict=True)
    slope, start = statistics.linear_regression(hours, sizes)
    over = [size - start - slope * hour for hour, size in late]
    squares = sum(each**2 for each in over)
    alike = sum(a * b for a, b in pairwise(over)) / squares if squares else 0.0
    # Never more than there are: of few looks even independent ones seem to take turns, as their line is fitted to them.
    independent = max(3.0, len(late) * (1 - max(alike, 0.0)) / (1 + max(alike, 0.0)))
    spread = sum((hour - statistics.mean(hours)) ** 2 for hour in hours)
    error = math.sqrt(squares / (independent - 2) / (spread * independent / len(late)))
    return Growth(slope, students_t(round(independent - 2)) * error)


@dataclass(slots=True)
class Desk:
    """Three people over the API who leave the house as they found it.

    Args:
        keys: of "chief", "intake", "recommender" and "approver".
    """

    base: str
    keys: dict[str, str]
    approve: int = 2
    composed: int = 0
    """Teams that the solver proposed."""
    _open: list[str] = field(default_factory=list)

    def tidies(self) -> None:
        """Approve some of what was filed, withdraw the rest, and call off what was approved before."""
        for reference in self._open:
            self.composed += bool(self._ask("intake", "GET", f"/deployments/{reference}/rosters").json())
            version = self._ask("intake", "GET", f"/deployments/{reference}").json()["version"]
            match = {"If-Match": f'"{version}"'}
            self._ask("recommender", "POST", f"/deployments/{reference}/stand-down", {"note": "soak"}, match)
        self._open.clear()
        while filed := self._ask("intake", "GET", "/requests?state=submitted&limit=200").json()["items"]:
            for one in filed:
                reference = one["reference"]
                if len(self._open) < self.approve:
                    self._ask("intake", "POST", f"/requests/{reference}/take-in")
                    self._ask("recommender", "POST", f"/requests/{reference}/recommend", {"team_type": "T1"})
                    self._ask("approver", "POST", f"/requests/{reference}/approve", {"reason_code": "need_confirmed"})
                    self._open.append(reference)
                else:
                    self._ask("chief", "POST", f"/requests/{reference}/withdraw", {"note": "soak"})

    def _ask(
        self, who: str, method: str, path: str, body: dict[str, Any] | None = None, more: dict[str, str] | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": str(uuid4())} | (more or {})
        return httpx.request(
            method, f"{self.base}/api/v1{path}", headers=headers, json=body if method == "POST" else None, timeout=60,
            trust_env=False,
        ).raise_for_status()  # fmt: skip


class Looks:
    """What was seen, as it is seen: also into a file, so that a soak that is cut short has told something."""

    def __init__(self, watched: dict[str, Callable[[], int]], file: Path) -> None:
        self._watched, self._file = watched, file
        self._began = time.monotonic()
        self.seen: dict[str, list[tuple[float, int]]] = {name: [] for name in watched}
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\t".join(["seconds", *watched]) + os.linesep)

    def look(self) -> None:
        """Look once."""
        at = time.monotonic() - self._began
        sizes = {name: look() for name, look in self._watched.items()}
        for name, size in sizes.items():
            self.seen[name].append((at, size))
        with self._file.open("a") as file:
            file.write("\t".join([f"{at:.1f}", *map(str, sizes.values())]) + os.linesep)

    def told(self) -> Iterator[str]:
        """A line for each."""
        for name, looks in self.seen.items():
            sizes = ", ".join(f"{size / 2**20:.0f}" for _, size in looks)
            yield f"  {name}: {growth(looks)} after the first third; MiB, one look a turn: {sizes}"
