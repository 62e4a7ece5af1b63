"""The processes of a restore: a database whose log is archived, web, two workers; and a carrier that is never lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
import psycopg

from app.core import leash
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings

ARCHIVED_WITHIN_S = 20
READY_WITHIN_S = 150
LONGEST_S = 1800
"""Of a command, on a machine that is busy with something else: a reconciliation takes seconds of computing."""


class Town:
    """Database, web, workers and carrier.

    Args:
        folder: for data, archive, backups and logs.
        database: port of the server, before and after.
    """

    def __init__(self, folder: Path, *, database: int) -> None:
        self.folder = folder
        self.archive, self.backups = folder / "archive", folder / "backups"
        self.archive.mkdir(mode=0o777)
        self.archive.chmod(0o777)  # the server may run as somebody else
        self.server = EmbeddedPostgres(folder / "postgres", port=database)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        self.server.start()
        self.server.ensure_database("rrt")
        address = self.server.url("postgres").replace("+psycopg", "", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("alter system set archive_mode = on")
            connection.execute(f"alter system set archive_command = 'cp %p {self.archive}/%f'")
        self.server.stop()
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._running):
            self.stop(name)
        self.server.stop()

    def start(self, name: str, *words: str) -> None:
        """Start a process of `rrt`."""
        leashed = [sys.executable, str(leash.PROGRAM), str(os.getpid()), "-1", sys.executable, "-m", "app.cli", *words]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(leashed, stdout=log, stderr=log, start_new_session=True)

    def stop(self, name: str, how: int = signal.SIGTERM) -> None:
        """End a process, and wait for its end."""
        process = self._running.pop(name)
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()

    def says(self, *words: str) -> str:
        """Run a command of `rrt` to its end; what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words], capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
        if done.returncode not in (0, 3):
            raise RuntimeError(f"rrt {' '.join(words)} left with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def wait_for(self, url: str) -> float:
        """Seconds until an address answers well."""
        began = time.monotonic()
        while time.monotonic() - began < READY_WITHIN_S:
            with suppress(httpx.HTTPError):
                if httpx.get(url, timeout=2, trust_env=False).is_success:
                    return time.monotonic() - began
            time.sleep(0.1)
        raise RuntimeError(f"{url} does not answer")

    def moment(self) -> datetime:
        """The moment that will be restored: now, on the wall's clock. Its log is archived before this returns."""
        now = datetime.now(UTC)
        time.sleep(0.2)  # nothing is committed on the edge
        with psycopg.connect(get_settings().libpq_url, autocommit=True) as connection:
            connection.execute("select pg_logical_emit_message(true, 'rrt', 'the moment is over')")
            piece = connection.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
        assert piece is not None
        deadline = time.monotonic() + ARCHIVED_WITHIN_S
        while not (self.archive / piece[0]).exists():
            if time.monotonic() > deadline:
                raise RuntimeError("the log is not archived")
            time.sleep(0.1)
        return now

    def lose_everything(self) -> None:
        """kill -9 of database, web and workers; the database's disk is gone."""
        os.kill(self.server.pid, signal.SIGKILL)
        for name in [name for name in self._running if name != "simulator"]:
            self.stop(name, signal.SIGKILL)
        self.server.exited.wait(10)
        self.server.stop()
        shutil.rmtree(self.server.cluster)

    def bring_back(self, until: datetime) -> tuple[float, str]:
        """`rrt restore`, and the server started on it; seconds until it takes connections, and what was said."""
        began = time.monotonic()
        said = self.says(
            "restore", str(self.server.cluster), "--from", str(self.backups), "--archive", str(self.archive),
            "--until", until.isoformat(),
        )  # fmt: skip
        self.server.start()
        return time.monotonic() - began, said
