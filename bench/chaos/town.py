"""The processes of a run: killed with kill -9, started again by somebody who watches, as every installation has one."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self

from app.core.postgres import EmbeddedPostgres
from app.demo.machine import LEASH
from bench.chaos.plan import Victim

RESTART_S = 0.3
"""How soon a dead process is seen and started again."""


class Town:
    """Database, web, two workers and the carrier. The carrier is the world outside: nobody kills it.

    Args:
        folder: for the processes' last words.
        database: the running server.
        web: port of the service.
        simulator: port of the carrier.
        seed: of the carrier's dice.
    """

    def __init__(self, folder: Path, database: EmbeddedPostgres, *, web: int, simulator: int, seed: int) -> None:
        self.folder, self.database = folder, database
        self.killed: Counter[str] = Counter()
        self.died: Counter[str] = Counter()
        self.last_words: list[str] = []
        self._commands = {
            "simulator": ["simulator", "--port", str(simulator), "--seed", str(seed)],
            Victim.WEB.value: ["serve", "--port", str(web)],
            Victim.WORKER_1.value: ["worker"],
            Victim.WORKER_2.value: ["worker"],
        }
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._ours: set[int] = set()
        self._stopping = threading.Event()
        # Linux takes the leash for broken when the thread that started a child ends: this one outlives them all.
        self._watch = threading.Thread(target=self._watched, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._watch.join(30)

    def kill(self, victim: Victim) -> None:
        """Kill -9 one of them."""
        self.killed[victim] += 1
        if victim is Victim.DATABASE:
            os.kill(self.database.pid, signal.SIGKILL)
            self.database.exited.wait(10)
            return
        child = self._children.get(victim)
        if child is not None and child.poll() is None:
            self._ours.add(child.pid)
            child.send_signal(signal.SIGKILL)

    def _watched(self) -> None:
        while not self._stopping.wait(RESTART_S):
            if self.database.exited.is_set():
                self._restart_database()
            for name in self._commands:
                self._keep(name)
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()

    def _restart_database(self) -> None:
        self.database.stop()
        deadline = time.monotonic() + 60
        while True:
            try:
                self.database.start()
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
            else:
                return

    def _keep(self, name: str) -> None:
        child = self._children.get(name)
        if child is not None and child.poll() is None:
            return
        if child is not None and child.pid not in self._ours:
            self.died[name] += 1
            self.last_words.append(f"{name} ended by itself with {child.returncode}")
        leashed = [sys.executable, str(LEASH), str(os.getpid()), "-1", sys.executable, "-m", "app.cli"]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                leashed + self._commands[name], stdout=log, stderr=log, start_new_session=True
            )
