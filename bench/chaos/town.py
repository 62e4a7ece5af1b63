"""The processes of a run: killed with kill -9, started again by somebody who watches, as every installation has one."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, Self

import httpx

from app.core import leash as leashing
from app.core.postgres import EmbeddedPostgres
from bench.chaos.nursery import Birth, Death
from bench.chaos.plan import WORKERS, Kill, Moment, Victim

LOOK_S = 0.1
"""How often somebody looks whether all live."""
RESTART_S = 0.3
"""How long a dead process lies there before it is started again."""
CONCURRENCY = 3
"""Jobs at the same time in a worker: with more, on a busy machine, none is finished before the next kill."""


class Town:
    """Database, web, four workers and the carrier. The carrier is the world outside: nobody kills it.

    Args:
        folder: for the processes' last words.
        database: the running server.
        web: port of the service.
        carrier: ports of the carrier, one for each worker.
        seed: of the carrier's dice, and of which of the database's processes is hit.
    """

    def __init__(
        self, folder: Path, database: EmbeddedPostgres, *, web: int, carrier: Sequence[int], seed: int
    ) -> None:
        self.folder, self.database = folder, database
        self.killed: Counter[str] = Counter()
        self.moments: Counter[str] = Counter()
        self.backends = 0
        self.died: Counter[str] = Counter()
        self.last_words: list[str] = []
        self._web, self._ports, self._seed = web, carrier, seed
        self._random = Random(f"town:{seed}")
        self._asking, self._killing, self._restarting = threading.Lock(), threading.Lock(), threading.Lock()
        self._dead_since: dict[str, float] = {}
        self._stopping = threading.Event()
        # Linux takes the leash for broken when the thread that started a child ends: this one outlives them all.
        self._watch = threading.Thread(target=self._watched, name="watch", daemon=True)
        self._is_up = threading.Event()
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{carrier[0]}", timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        self._watch.start()
        self._is_up.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._watch.join(30)

    # Killing

    def carry_out(self, kill: Kill) -> None:
        """One kill of the plan. What is aimed waits for its moment; when that does not come, it is done at once."""
        if kill.moment is not Moment.ANY and self._shot(kill):
            return
        self.kill(kill.victim, of_backend=kill.of_backend)
        self.moments[Moment.ANY] += 1

    def _shot(self, kill: Kill) -> bool:
        aim = {"victim": kill.victim, "moment": kill.moment, "delay_s": kill.delay_s}
        hit = bool(self._http.post("/chaos/aim", json=aim).raise_for_status().json()["hit"])
        if hit:
            self.moments[kill.moment] += 1
        return hit

    def kill(self, victim: Victim, *, of_backend: bool = False) -> None:
        """Kill -9 one of them; one that is being started again is waited for, so that every kill hits somebody."""
        with self._killing:
            if victim is not Victim.DATABASE:
                while not self._ask((victim.value, signal.SIGKILL)) and not self._stopping.is_set():
                    time.sleep(LOOK_S)
            elif not (of_backend and self._killed_backend()):
                self._killed_server()
            self.killed[victim] += 1

    def _killed_server(self) -> None:
        while not self._stopping.is_set():
            with self._restarting:
                if not self.database.exited.is_set():
                    os.kill(self.database.pid, signal.SIGKILL)
                    self.database.exited.wait(10)
                    return
            time.sleep(LOOK_S)

    def _killed_backend(self) -> bool:
        """Kill one of the server's processes that serve a connection; False when there is none."""
        with self._restarting, suppress(OSError):
            if self.database.exited.is_set():
                return False
            server = self.database.pid
            children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
            serving = [pid for pid in children if b" rrt " in Path(f"/proc/{pid}/cmdline").read_bytes()]
            if serving:
                os.kill(int(self._random.choice(serving)), signal.SIGKILL)
                self.backends += 1
                return True
        return False

    # Keeping alive

    def _watched(self) -> None:
        line, other_end = Pipe()
        nursery = self._leashed(
            "nursery", ["-c", f"from bench.chaos.nursery import main; main({other_end.fileno()})"], other_end
        )
        shots, muzzle = Pipe()
        carrier = self._leashed(
            "simulator",
            ["-m", "bench.chaos.carrier", str(muzzle.fileno()), str(self._seed), json.dumps(self._ports)], muzzle,
        )  # fmt: skip
        self._line = line
        line.recv()  # it has imported everything
        threading.Thread(target=self._shoot, args=[shots], name="gun", daemon=True).start()
        for victim in Victim:
            self._bear(victim)
        self._is_up.set()
        while not self._stopping.wait(LOOK_S):
            self._keep()
        for victim in Victim:
            if victim is not Victim.DATABASE:
                self._ask((victim.value, signal.SIGTERM))
        time.sleep(1)
        for child in (carrier, nursery):  # the rest dies with the nursery
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()

    def _leashed(self, name: str, command: list[str], handle: Connection) -> subprocess.Popen[bytes]:
        leash = [sys.executable, str(leashing.PROGRAM), str(os.getpid()), "-1", sys.executable]
        with (self.folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                leash + command, stdout=log, stderr=log, start_new_session=True, pass_fds=[handle.fileno()],
                env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # numpy would start threads when it is imported
            )  # fmt: skip
        handle.close()
        return child

    def _shoot(self, shots: Connection) -> None:
        """Do what the carrier asks for; it stands still meanwhile."""
        with suppress(EOFError):
            while True:
                self.kill(Victim(shots.recv()))
                shots.send(True)

    def _ask(self, asked: Any) -> Any:
        with self._asking:
            self._line.send(asked)
            return self._line.recv()

    def _bear(self, victim: Victim) -> None:
        if victim is Victim.DATABASE:
            return
        words, environment = ["worker", "--concurrency", str(CONCURRENCY)], {}
        if victim is Victim.WEB:
            words = ["serve", "--port", str(self._web)]
        else:
            environment = {"RRT_TWILIO_API_URL": f"http://127.0.0.1:{self._ports[WORKERS.index(victim)]}"}
        self._ask(Birth(victim.value, words, environment, self.folder / f"{victim}.log"))

    def _keep(self) -> None:
        """See who is dead, and start again whoever has been for a while."""
        died: list[Death] = self._ask(None)
        now = time.monotonic()
        for one in died:
            self._dead_since[one.name] = now
            if not one.was_told:
                self.died[one.name] += 1
                self.last_words.append(f"{one.name} ended by itself with {one.status}")
        if self.database.exited.is_set():
            self._dead_since.setdefault(Victim.DATABASE, now)
        for name in [name for name, since in self._dead_since.items() if now - since >= RESTART_S]:
            del self._dead_since[name]
            if name == Victim.DATABASE:
                self._restart_database()
            else:
                self._bear(Victim(name))

    def _restart_database(self) -> None:
        deadline = time.monotonic() + 60
        with self._restarting:
            self.database.stop()
            while True:
                try:
                    self.database.start()
                except Exception:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.3)
                else:
                    return

    def proof(self) -> Mapping[str, Mapping[str, list[str]]]:
        """What the carrier was asked for each message, and what it took."""
        found: dict[str, dict[str, list[str]]] = self._http.get("/chaos/proof").raise_for_status().json()
        return found
