"""The hosts: each runs a web and a worker, with the pooler's address and the direct one; none is special."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.core import leash
from bench.hosts import network

PORT = 8000
ANYWHERE = "0.0.0.0"  # noqa: S104 - in a network of its own
COMMANDS = {"web": ["serve", "--host", ANYWHERE, "--port", str(PORT)], "worker": ["worker", "--concurrency", "4"]}


@dataclass(slots=True)
class Machine:
    """One host.

    Args:
        name: of its namespace.
        address: where its web is reached.
        folder: for what its processes say.
        environment: of its processes.
        root: of the code that it runs; the present one when None.
    """

    name: str
    address: str
    folder: Path
    environment: Mapping[str, str]
    root: Path | None = None
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """Start both."""
        for name, words in COMMANDS.items():
            rrt = [sys.executable, "-m", "app.cli", *words]
            leashed = [sys.executable, str(leash.PROGRAM), str(os.getpid()), "-1", *rrt]
            with (self.folder / f"{self.name}-{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    network.on(self.name, leashed), stdout=log, stderr=log, env=dict(self.environment),
                    cwd=self.root, start_new_session=True,
                )  # fmt: skip

    def kill(self) -> None:
        """The power fails: everything on it ends at once."""
        for process in self._running.values():
            process.send_signal(signal.SIGKILL)
        self._collect()

    def stop(self) -> None:
        """Ask both to end, jobs under way first, as an upgrade does."""
        for process in self._running.values():
            process.terminate()
        self._collect()

    def _collect(self) -> None:
        for process in self._running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self._running.clear()

    @property
    def has_died(self) -> bool:
        """Whether any of its processes ended by itself."""
        return any(process.poll() is not None for process in self._running.values())
