"""Answers through the signed webhook, with real web and worker processes: `python -m bench.dispatch.answers`.

First one at a time: from the webhook to the seat, and to the reply in the carrier's hands. Then a storm of them with
two workers, and `pgbench` with the same statements on a copy of the same database, turn and turn about in the same run.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from app.core.log import start_logging
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo import machine
from app.processes import migrate
from bench.dispatch import statements
from bench.dispatch.carrier import Carrier
from bench.dispatch.phones import fill, number_of
from bench.dispatch.town import Phones, cpu_seconds, running

ASKED = (Path(__file__).parent / "asked.sql").read_text()
WARM_UP = 60
console = Console(width=110)


class Run:
    """One server with one database of people who are asked, and copies of it."""

    def __init__(self, folder: Path, server: EmbeddedPostgres, people: int) -> None:
        self.folder, self.server, self.people = folder, server, people
        self.carrier, self.web = Carrier(), machine.free_port(0)
        self.use("asked")
        migrate()
        with psycopg.connect(get_settings().libpq_url, autocommit=True) as connection:
            fill(connection, people)
            for statement in ASKED.split(";"):
                connection.execute(statement, {"people": people} if "%" in statement else None)  # type: ignore[arg-type]

    def use(self, database: str, template: str = "") -> None:
        """Have everything speak to this database; a copy of `template`, if that is named."""
        if template:
            self.copy(database, template)
        else:
            self.server.ensure_database(database)
        address = self.server.url(database)
        machine.set_environment(address, self.folder, web=self.web, simulator=self.carrier.port, clock=None)
        os.environ |= {"RRT_TEXTS_PER_SECOND": "100000", "RRT_LOG_LEVEL": "ERROR"}
        get_settings.cache_clear()

    def copy(self, database: str, template: str) -> None:
        """Make a database that is a copy of another, which nobody uses now."""
        with self.admin() as connection:
            connection.execute(f"drop database if exists {database} with (force)")
            connection.execute(f"create database {database} template {template}")
            connection.execute("checkpoint")

    def admin(self) -> psycopg.Connection:
        """A connection beside the databases."""
        return psycopg.connect(self.server.url("postgres").replace("+psycopg", "", 1), autocommit=True)

    async def one_by_one(self, count: int) -> tuple[list[float], list[float]]:
        """Milliseconds to the seat, and to the reply handed over, of `count` people who say yes when all is quiet."""
        seated, replied = [], []
        phones = Phones()
        listening = await psycopg.AsyncConnection.connect(get_settings().libpq_url, autocommit=True)
        await listening.execute("listen rrt_events")
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            for person in range(1, WARM_UP + count + 1):
                before, began = len(self.carrier.handed), time.monotonic()
                sending = asyncio.create_task(phones.text(client, number_of(person), "YES 234"))
                topic = f"request:{300000001 + (person - 1) // 6}"
                async for told in listening.notifies(timeout=20):
                    if told.payload == topic:
                        break
                seat = time.monotonic()
                await sending
                await self.carrier.has(before + 1)
                if person > WARM_UP:
                    seated.append(1000 * (seat - began))
                    replied.append(1000 * (self.carrier.handed[before].at - began))
                await asyncio.sleep(0.05)
                async for _ in listening.notifies(timeout=0.01):
                    pass
        await listening.close()
        return seated, replied

    def computed(self, pids: list[int]) -> dict[str, float]:
        """Seconds each part has computed so far."""
        web, *workers = pids
        return {
            "web": cpu_seconds(web),
            "workers": sum(cpu_seconds(worker) for worker in workers),
            "PostgreSQL": cpu_seconds(self.server.pid, family=True),
        }

    def computed_beside(self) -> float:
        """Seconds that PostgreSQL, and programs of ours that have ended, have computed so far: `pgbench` is one."""
        ended = os.times()
        return cpu_seconds(self.server.pid, family=True) + ended.children_user + ended.children_system

    async def warm(self) -> None:
        """Some say yes before anything is measured, so that every process has its connections and its plans."""
        before = len(self.carrier.handed)
        people = [(number_of(n), "YES 234") for n in range(1, WARM_UP + 1)]
        await Phones("warm").storm(people, connections=8)
        await self.carrier.has(before + WARM_UP)

    async def storm(self, first: int, connections: int) -> dict[str, float]:
        """Everybody from `first` on says yes at once; seconds until each step was done for the last of them."""
        people = range(first, self.people + 1)
        before, began = len(self.carrier.handed), time.monotonic()
        sending = asyncio.create_task(Phones("storm").storm([(number_of(n), "YES 234") for n in people], connections))
        took = {}
        async with await psycopg.AsyncConnection.connect(get_settings().libpq_url, autocommit=True) as connection:
            while "seated" not in took:
                await asyncio.sleep(0.1)
                if sending.done() and "taken in" not in took:
                    sending.result()
                    took["taken in"] = time.monotonic() - began
                row = await (await connection.execute("select count(*) from assignments")).fetchone()
                if row is not None and row[0] >= self.people:
                    took["seated"] = time.monotonic() - began
                if time.monotonic() - began > 300:
                    raise TimeoutError(f"{row} of {self.people} seated")
        await self.carrier.has(before + len(people))
        took["replied"] = time.monotonic() - began
        return took


def measure(run: Run, rounds: int, single: int, clients: int) -> None:
    """Print the tables."""
    run.use("single", "asked")
    with running(run.folder, run.web):
        seated, replied = asyncio.run(run.one_by_one(single))
    table = Table("from the webhook to", "median", "p95", title=f"One answer at a time, {single} of them, ms")
    for name, took in (("the seat", seated), ("the reply handed over", replied)):
        table.add_row(name, f"{statistics.median(took):.0f}", f"{statistics.quantiles(took, n=20)[18]:.0f}")
    console.print(table)

    script = statements.learn(run, running)
    console.print(f"One answer's life: {script.count} statements in {script.transactions} transactions")
    for line, count in script.table():
        console.print(f"  {count:3}  {line}", markup=False, overflow="ellipsis", no_wrap=True)
    ours, theirs, costs = [], [], []
    for turn in range(rounds):
        run.use("storm", "asked")
        with running(run.folder, run.web) as pids:
            asyncio.run(run.warm())
            before = run.computed(pids)
            took = asyncio.run(run.storm(WARM_UP + 1, connections=16))
            costs.append({name: spent - before[name] for name, spent in run.computed(pids).items()})
        count = run.people - WARM_UP
        ours.append(count / took["seated"])
        run.copy("bench", "asked")
        before_them = run.computed_beside()
        theirs.append(script.pgbench(run, "bench", clients))
        cheap = (run.computed_beside() - before_them) / (run.people // clients * clients)
        console.print(
            f"round {turn + 1}: {ours[-1]:.1f} seated/s ({count / took['replied']:.1f} with the reply handed over;"
            f" taken in after {took['taken in']:.1f} s), pgbench {theirs[-1]:.1f}/s, ratio {ours[-1] / theirs[-1]:.2f}"
        )
        spent = ", ".join(f"{name} {1000 * seconds / count:.1f}" for name, seconds in costs[-1].items())
        mine = sum(costs[-1].values()) / count
        console.print(
            f"  ms computed for one answer: {spent}; all of it by pgbench {1000 * cheap:.1f}: ratio {cheap / mine:.2f}"
        )
    console.print(
        f"[bold]{statistics.median(ours):.1f} answers/s, pgbench {statistics.median(theirs):.1f}/s,"
        f" ratio {statistics.median(ours) / statistics.median(theirs):.2f}[/]"
    )


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1260)
    parser.add_argument("--single", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8, help="of pgbench")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "postgres") as server:
        start_logging("ERROR")
        measure(Run(Path(folder), server, options.people), options.rounds, options.single, options.clients)


if __name__ == "__main__":
    main()
