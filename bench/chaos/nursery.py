"""Where processes are born cheaply: everything is imported once, and each new process is a fork that then runs `rrt`.

A real start costs a second of processor time, nearly all of it imports; two thousand of them would measure the import
system. The nursery has imported the service's modules and opened nothing (it refuses to work otherwise): no setting is
read, no connection, no thread. What it forks is a process of its own with its own environment, log and session, in
which `app.cli.main()` runs from its first line to its last, as `rrt serve` or `rrt worker` does.

It is the parent of all of them, and kills and collects them one request at a time, so a kill never hits a stranger who
got a dead process's number.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from app.core.leash import stop_with_parent

READY = "ready"


@dataclass(frozen=True, slots=True)
class Birth:
    """One process to be.

    Args:
        name: what it is called from now on.
        words: the command line after `rrt`.
        environment: added to its own.
        log: where its output goes.
    """

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path


@dataclass(frozen=True, slots=True)
class Death:
    """A process that ended.

    Args:
        status: its exit code; negative: the signal that ended it.
        was_told: killed or stopped through us.
    """

    name: str
    status: int
    was_told: bool


@dataclass(slots=True)
class Nursery:
    """The children that live, and the dead that nobody has asked for yet."""

    _alive: dict[int, str] = field(default_factory=dict)
    _told: set[int] = field(default_factory=set)
    _dead: list[Death] = field(default_factory=list)

    def signal(self, name: str, number: int) -> bool:
        """Send a signal to a child; False when none of that name lives. Only we collect: the pid is its own."""
        self._collect()
        for pid, called in self._alive.items():
            if called == name:
                self._told.add(pid)
                os.kill(pid, number)
                return True
        return False

    def dead(self) -> list[Death]:
        """Everybody who has ended since the last question."""
        self._collect()
        found, self._dead = self._dead, []
        return found

    def _collect(self) -> None:
        while self._alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._dead.append(Death(self._alive.pop(pid), os.waitstatus_to_exitcode(status), pid in self._told))
            self._told.discard(pid)

    def bear(self, birth: Birth) -> bool:
        """Fork.

        Returns:
            True in the child.
        """
        nursery = os.getpid()
        pid = os.fork()
        if pid:
            self._alive[pid] = birth.name
            return False
        stop_with_parent(nursery)
        return True


def _import_everything() -> None:
    """What `rrt serve` and `rrt worker` import, and what they import later.

    Raises:
        RuntimeError: importing read a setting, opened a connection or started a thread.
    """
    import twilio.rest  # noqa: F401, PLC0415
    import uvicorn.protocols.http.auto  # noqa: F401, PLC0415
    from ortools.sat.python import cp_model  # noqa: F401, PLC0415 - the solver loads it where it is used

    import app.cli  # noqa: PLC0415 - all of this is heavy, and only wanted here
    import app.main  # noqa: PLC0415
    import app.processes  # noqa: F401, PLC0415
    import solver.search  # noqa: F401, PLC0415
    from app import rooms  # noqa: PLC0415
    from app.core.database import ENGINES  # noqa: PLC0415
    from app.core.jobs import job_app  # noqa: PLC0415
    from app.core.settings import get_settings  # noqa: PLC0415

    rooms.load_jobs()
    for name in (*rooms.ROUTERS, *rooms.REFUSALS):
        import_module(name)
    opened = [each.__name__ for each in (job_app, get_settings) if each.cache_info().currsize]
    opened += ["engine"] * len(ENGINES)
    threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    if opened or threads != 1:
        raise RuntimeError(f"the nursery is no blank sheet: {opened}, {threads} threads")


def _grow_up(birth: Birth) -> None:
    """In the child: its own session, output and environment, and then the command itself, to its end."""
    os.setsid()
    log = os.open(birth.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.environ.update(birth.environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["rrt", *birth.words]
    from app import cli  # noqa: PLC0415 - imported before the fork

    cli.main()


def main(handle: int) -> None:
    """Serve one connection until it closes; every child dies with us.

    Called by name (`python -c`), not as `__main__`, so that what is sent has the same types on both ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: who started us decides
    connection, nursery = Connection(handle), Nursery()
    _import_everything()
    connection.send(READY)
    with suppress(EOFError):
        while True:
            asked = connection.recv()
            if isinstance(asked, Birth):
                if nursery.bear(asked):
                    connection.close()
                    _grow_up(asked)
                    return
                connection.send(True)
            else:
                connection.send(nursery.dead() if asked is None else nursery.signal(*asked))
