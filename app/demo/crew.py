"""The demonstration's other processes: where there is `fork`, copies of one that has loaded everything once.

Loading the service three times takes six seconds of processor time; once, and three copies of that, two. Each copy then
runs `rrt serve`, `rrt worker` or `rrt simulator` from its first line to its last, as if started by hand.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from app import rooms
from app.core.leash import stop_with_parent
from app.core.loading import loading

STOP_S = 10.0
LOADED = ("uvicorn.protocols.http.auto", "app.cli", "app.main", "app.processes", "app.simulator.server")


@dataclass(slots=True)
class Crew:
    """Processes that wait to be told what to do, and those that were told.

    Args:
        waiting: each with the line on which it is told.
    """

    waiting: list[tuple[BaseProcess, Connection]] = field(default_factory=list)
    working: list[BaseProcess] = field(default_factory=list)

    def start(self, words: Sequence[str], log: Path) -> BaseProcess:
        """Have one of them run `rrt WORDS` with our environment as it is now; its output goes to the end of `log`."""
        process, line = self.waiting.pop()
        line.send((list(words), dict(os.environ), str(log)))
        line.close()
        self.working.append(process)
        return process

    def stop(self) -> None:
        """End all of them, the last started first; who does not go is made to."""
        everybody = [process for process, _ in self.waiting] + self.working
        self.waiting, self.working = [], []
        for process in reversed(everybody):
            process.terminate()
        for process in reversed(everybody):
            process.join(STOP_S)
            if process.is_alive():
                process.kill()


@contextmanager
def gathered(count: int, *, has_threads: bool = False) -> Iterator[Crew]:
    """So many processes, which end when the block does, or when this process dies.

    Args:
        has_threads: this process runs threads, and so must not be copied.
    """
    if sys.platform == "linux" and not has_threads:
        _load_everything()
        context: ForkContext | SpawnContext = get_context("fork")
    else:
        context = get_context("spawn")
    crew = Crew()
    for _ in range(count):
        heard, line = context.Pipe(duplex=False)
        process = context.Process(target=_wait_and_work, args=(heard, os.getpid()))
        process.start()
        heard.close()
        crew.waiting.append((process, line))
    try:
        yield crew
    finally:
        crew.stop()


def _load_everything() -> None:
    with loading():
        for name in (*LOADED, *rooms.ROUTERS, *rooms.REFUSALS):
            import_module(name)
        rooms.load_jobs()


def _wait_and_work(heard: Connection, parent: int) -> None:
    """In the new process: wait for the word, then be that command."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    stop_with_parent(parent)
    os.setsid()  # Ctrl-C is its parent's to hear
    words, environment, log = heard.recv()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    sys.argv = ["rrt", *words]
    from app import cli  # noqa: PLC0415 - loaded before, where there is fork

    cli.main()
