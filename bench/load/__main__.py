"""A full mix on this machine: the knee, beside bare FastAPI and pgbench; live boards; and memory over a long time.

`make load` (BOARDS=, SOAK= minutes, SECONDS= of each step), or `python -m bench.load --help`. Needs wrk. Real web and
worker processes on a durable database, and a carrier that costs next to nothing; everything on the same processors.
"""

import argparse
import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from app.access import keys, sessions, users
from app.core import sealing
from app.core.database import begin, close_engine
from app.core.events import SYSTEM
from app.core.jobs import job_app
from app.core.log import start_logging
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo import machine
from app.rooms import load_jobs
from bench.dispatch.answers import Run
from bench.dispatch.town import cpu_seconds, running
from bench.load.boards import Boards
from bench.load.mix import Mix, Part, kinds
from bench.load.soak import Desk, Looks, watched
from bench.load.wrk import Drove, drive

STEPS = (1, 2, 4, 8, 16, 32, 64)
KNEE = 0.95
"""The knee is the fewest connections that reach this share of the most requests a second."""
PASSWORD = "load-test-password"  # noqa: S105 - of two invented people
PEOPLE = {
    "chief": "requester", "intake": "intake_officer", "recommender": "recommender", "approver": "approver",
}  # fmt: skip
SOAKED_BY = 4
WARM_UP_S = 10.0
SOAK_TURN_S = 30.0
SOAKED = Path("artefacts/soak.tsv")
console = Console(highlight=False, width=120)


def arguments() -> argparse.Namespace:
    """What may be chosen; the environment names the same in capitals."""
    parser = argparse.ArgumentParser(prog="bench.load", description=__doc__)
    for name, default, told in (
        ("seconds", 10, "of each step on the way to the knee; 0: no knee"),
        ("people", 3000, "who have been asked, and answer"),
        ("boards", 200, "live boards at once; 0: none"),
        ("soak", 0, "minutes under steady load, memory watched; 0: none"),
        ("pause", 60, "milliseconds between an answer and the next question of each of four connections, in the soak"),
    ):
        parser.add_argument(f"--{name}", type=float, default=float(os.environ.get(name.upper(), default)), help=told)
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    chosen = arguments()
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        start_logging("ERROR")
        run = Run(Path(name), server, int(chosen.people) // 6 * 6)
        keys_of = asyncio.run(_people())
        with running(run.folder, run.web) as pids:
            load = Load(run, pids, Part(_signed_in(run.web), keys_of))
            console.print("The mix: " + ", ".join(kinds()))
            load.warm_up()
            if chosen.boards:  # before the knee: a web that has been through it has room for them already
                asyncio.run(load.open_boards(int(chosen.boards)))
            if chosen.seconds:
                load.find_the_knee(chosen.seconds)
            if chosen.soak:
                load.soak(chosen.soak, int(chosen.pause))


async def _people() -> dict[str, str]:
    """Three people at the desk, and an agency's chief.

    Returns:
        A key of each, by what they do.
    """
    load_jobs()
    with psycopg.connect(get_settings().libpq_url, autocommit=True) as connection:
        connection.execute("alter table users alter column id restart with 100")
        # Its rows were made for answers alone; pages show the number.
        connection.execute("update requests set contact_phone = %s", [sealing.seal("+17195550142")])
    made = {}
    try:
        async with job_app().open_async(), begin() as session:
            for name, role in PEOPLE.items():
                agency = 1 if role == "requester" else None
                one = await users.add(
                    session, email=f"{name}@x.example", name=name.title(), roles=[role], password=PASSWORD,
                    agency_id=agency,
                )  # fmt: skip
                made[name] = (await keys.make(session, one.id, "load", days=30, by=SYSTEM))[1]
    finally:
        await close_engine()
    return made


def _signed_in(port: int) -> str:
    """The cookie of a session at the desk."""
    form = {"email": "intake@x.example", "password": PASSWORD}
    origin = get_settings().public_url
    answer = httpx.post(f"http://127.0.0.1:{port}/sign-in", data=form, headers={"Origin": origin}, trust_env=False)
    return f"{sessions.cookie_name()}={answer.cookies[sessions.cookie_name()]}"


class Load:
    """A service under load.

    Args:
        run: its database and carrier.
        pids: of the web and the workers.
        part: who asks.
    """

    def __init__(self, run: Run, pids: list[int], part: Part) -> None:
        self._run, self._pids, self._part = run, pids, part
        self._base = f"http://127.0.0.1:{run.web}"
        self._mix = Mix(part, run.people, [f"26-{n}" for n in range(1, run.people // 6 + 1)])
        self._mix.try_out()

    def _drive(self, connections: int, seconds: float, rate: float, delay_ms: int = 0) -> Drove:
        """The mix, with enough requests for `rate` a second."""
        file = self._run.folder / "requests"
        self._mix.write(file, max(200, int(rate * seconds * 1.3)))
        return drive(self._base, connections=connections, seconds=seconds, requests=file, delay_ms=delay_ms)

    def warm_up(self) -> None:
        """Plans, templates and connections are there afterwards."""
        self._drive(4, WARM_UP_S, 150)

    def find_the_knee(self, seconds: float) -> None:
        """More and more connections; bare FastAPI and pgbench before and after."""
        floor = [self._measures(seconds)]
        steps: dict[int, Drove] = {}
        spent: dict[int, dict[str, float]] = {}
        for connections in STEPS:
            before = self._run.computed(self._pids)
            steps[connections] = self._drive(connections, seconds, 400)
            spent[connections] = {name: s - before[name] for name, s in self._run.computed(self._pids).items()}
        floor.append(self._measures(seconds))
        most = max(each.a_second for each in steps.values())
        knee = next(c for c in STEPS if steps[c].a_second >= KNEE * most)
        processors = ("web", "workers", "PostgreSQL")
        table = Table("connections", "a second", "p50 ms", "p95 ms", "p99 ms", "refused, lost", *processors)
        for connections, one in steps.items():
            asked = max(1.0, one.a_second * seconds)
            shares = [f"{1000 * spent[connections][name] / asked:.0f}" for name in processors]
            table.add_row(
                f"{connections}{' (knee)' if connections == knee else ''}", f"{one.a_second:.0f}", f"{one.p50:.0f}",
                f"{one.p95:.0f}", f"{one.p99:.0f}", f"{one.refused}, {one.lost}", *shares,
            )  # fmt: skip
        console.print(
            table,
            "The last three: milliseconds of processor time for one request, whatever it was.",
        )
        knees = steps[knee].a_second
        for name in floor[0]:
            rate = statistics.mean(each[name] for each in floor)
            console.print(f"{name}: {rate:.0f} a second; the mix at its knee is {knees / rate:.3f} of it")

    def _measures(self, seconds: float) -> dict[str, float]:
        """What the parts do alone."""
        port = machine.free_port(0)
        found = {}
        with _process([sys.executable, "-m", "bench.load.bare", str(port)], port):
            url = f"http://127.0.0.1:{port}/"
            found["bare FastAPI, one JSON object"] = drive(url, connections=8, seconds=seconds).a_second
        self._run.server.ensure_database("bench_pgbench")
        address = self._run.server.url("bench_pgbench").replace("+psycopg", "", 1)
        _pgbench(address, "-i", "-q", "-s", "10")
        for name, words in (("pgbench, simple update", ["-N"]), ("pgbench, select", ["-S"])):
            said = _pgbench(address, *words, "-c", "8", "-j", "2", "-M", "prepared", "-T", f"{seconds:.0f}")
            found[name] = float(re.search(r"tps = ([\d.]+)", said)[1])  # type: ignore[index]
        return found

    async def open_boards(self, count: int) -> None:
        """So many live boards, and what a change costs with them."""
        load_jobs()
        boards = Boards("127.0.0.1", self._run.web, self._part.desk)
        before = self._web_bytes()
        try:
            await boards.open(count)
            opened = self._web_bytes()
            computed, began = cpu_seconds(self._pids[0]), time.monotonic()
            await asyncio.sleep(10)
            quiet = (cpu_seconds(self._pids[0]) - computed) / (time.monotonic() - began)
            computed = cpu_seconds(self._pids[0])
            lag = await boards.lag(changes := 50)
            each = 1000 * (cpu_seconds(self._pids[0]) - computed) / changes
            computed = cpu_seconds(self._pids[0])
            looked = await boards.look(looks := 5)
            seen = (cpu_seconds(self._pids[0]) - computed) / (looks + 1)
        finally:
            boards.close()
            await close_engine()
        console.print(
            f"{count} live boards: from the commit to the signal {lag.p50:.1f} ms median, {lag.p99:.1f} p99,"
            f" {lag.most:.1f} at most; to the last board {lag.last:.1f} median. The web:"
            f" {(opened - before) / 1024 / count:.0f} KiB a board, {100 * quiet:.1f} % of a processor when nothing"
            f" changes, {each:.1f} ms of it for a change, {seen:.2f} s with every board fetching its part"
            f" ({looked.kilobytes:.1f} kB; the last has it after {looked.last_ms / 1000:.1f} s,"
            f" {looked.refused} of {looks * count} refused)."
        )

    def _web_bytes(self) -> int:
        return watched(self._pids[0], [], self._run.server.pid)["web"]()

    def soak(self, minutes: float, pause_ms: int) -> None:
        """Steady load; memory twice a minute, and how much of it grows."""
        web, *workers = self._pids
        looks = Looks(watched(web, workers, self._run.server.pid), SOAKED)
        desk, drove, began = Desk(self._base, self._part.keys), list[Drove](), time.monotonic()
        while time.monotonic() - began < 60 * minutes:
            drove.append(self._drive(SOAKED_BY, min(SOAK_TURN_S, 60 * minutes), 1000 * SOAKED_BY / pause_ms, pause_ms))
            desk.tidies()
            looks.look()
            self._forget_handed()
        rate = statistics.mean(each.a_second for each in drove)
        worst = max(each.p99 for each in drove)
        bad = sum(each.refused + each.lost for each in drove)
        console.print(
            f"{minutes:.0f} minutes of {rate:.0f} requests a second, p99 at most {worst:.0f} ms, {bad} refused or lost;"
            f" {desk.composed} teams composed"
        )
        for line in looks.told():
            console.print(line)

    def _forget_handed(self) -> None:
        self._run.carrier.handed.clear()


@contextmanager
def _process(words: list[str], port: int) -> Iterator[None]:
    child = subprocess.Popen(words, env=dict(os.environ))
    try:
        while child.poll() is None:
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=2, trust_env=False)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                break
        yield
    finally:
        child.terminate()
        child.wait(10)


def _pgbench(address: str, *words: str) -> str:
    from app.core.postgres_programs import choose_isolation, prepare  # noqa: PLC0415 - where its programs are

    program = prepare(choose_isolation(), None).binaries.folder / "pgbench"
    return subprocess.run([program, *words, address], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
