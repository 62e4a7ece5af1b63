"""Lose the database in the middle of a dispatch, restore it, reconcile it with the carrier, and count every text.

`make restore-test` (DEPLOYMENTS=, LOST=, OUTAGE=, SEED=), or `python -m bench.restore --help`. Real processes, real
backups and archived log, our simulated carrier. Leaves with 1 when any text was doubled, lost or left unexplained.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from app.core.clock import Clock, clock
from app.core.settings import get_settings
from app.demo import machine, people
from app.processes import migrate
from bench.chaos import verdict as storms
from bench.chaos.desk import Desk
from bench.chaos.plan import draw
from bench.restore import verdict as verdicts
from bench.restore.town import Town
from bench.restore.verdict import Verdict

START = datetime(2026, 11, 23, 17, tzinfo=UTC)
MIX = {"yes": 0.45, "no": 0.3, "never": 0.08, "late": 0.1, "garbled": 0.05, "conditional": 0.02}
console = Console(highlight=False, width=110)


@dataclass
class Run:
    """What was measured on the way."""

    texts_before: int = 0
    texts_lost: int = 0
    answers_lost: int = 0
    answers_unheard: int = 0
    restored_s: float = 0.0
    reconciled_s: float = 0.0
    settled_s: float = 0.0
    said: str = ""


def arguments() -> argparse.Namespace:
    """What may be chosen; the environment names the same in capitals."""
    parser = argparse.ArgumentParser(prog="bench.restore", description=__doc__)
    for name, default, told in (
        ("deployments", 8, "teams that are asked when the database is lost"),
        ("before", 20, "seconds of asking before the moment that is restored"),
        ("lost", 30, "seconds of asking that are lost"),
        ("outage", 8, "seconds without a service, in which people go on answering"),
        ("rate", 20, "simulated seconds in one of the wall"),
        ("settle", 400, "seconds afterwards for everything to end"),
        ("experts", 500, "people in the invented pool"),
    ):
        parser.add_argument(f"--{name}", type=float, default=float(os.environ.get(name.upper(), default)), help=told)
    seed = os.environ.get("SEED")
    parser.add_argument("--seed", type=int, default=int(seed) if seed else random.randrange(10**6))
    return parser.parse_args()


def main() -> int:
    """One run; 0 when no text was doubled or lost."""
    chosen = arguments()
    console.print(f"Seed {chosen.seed}.")
    with tempfile.TemporaryDirectory(prefix="rrt-restore-", ignore_cleanup_errors=True) as folder:
        run, verdict = lose_and_restore(chosen, Path(folder))
    show(chosen, run, verdict)
    return 1 if any(verdict.faults().values()) else 0


def lose_and_restore(chosen: argparse.Namespace, folder: Path) -> tuple[Run, Verdict]:
    """The whole story."""
    web, simulator, database = (machine.free_port(0) for _ in range(3))
    clock.follow(Clock(chosen.rate, time.time(), START.timestamp()))
    with logs_shown(folder), Town(folder, database=database) as town:
        machine.set_environment(town.server.url("rrt"), folder, web=web, simulator=simulator, clock=clock)
        os.environ |= {"RRT_SOLVER_PROCESSES": "0", "RRT_GAP_MINUTES": "600"}
        get_settings.cache_clear()
        migrate()
        cast = asyncio.run(people.gather(experts=int(chosen.experts), seed=1))
        with psycopg.connect(get_settings().libpq_url) as connection:
            connection.execute("update experts set wakes_for_immediate = true")
        base, carrier = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
        town.start("simulator", "simulator", "--port", str(simulator))
        town.wait_for(f"{carrier}/healthz")
        with httpx.Client(base_url=carrier, timeout=60, trust_env=False) as pulled:
            people.hand_out_phones(pulled, cast.phones)
            pulled.post("/simulator/settings", json={"seed": chosen.seed, "mix": MIX}).raise_for_status()
        _serve(town, web)
        town.says("backup", str(town.backups))
        desk = Desk(base, carrier, cast.keys)
        references = _file(desk, chosen)
        run = Run()
        time.sleep(chosen.before)
        moment = town.moment()
        before = _texts(carrier)
        time.sleep(chosen.lost)
        lost = _texts(carrier)
        town.lose_everything()
        time.sleep(chosen.outage)
        unheard = _texts(carrier)
        run.texts_before, run.texts_lost = before[0], lost[0] - before[0]
        run.answers_lost, run.answers_unheard = lost[1] - before[1], unheard[1] - lost[1]
        run.restored_s, _ = town.bring_back(moment)
        began = time.monotonic()
        run.said = town.says("reconcile")
        run.reconciled_s = time.monotonic() - began
        _serve(town, web)
        _release(desk)
        run.settled_s = _settle(desk, references, chosen.settle)
        verdict = verdicts.reach(carrier, desk.unsettled(references))
        return run, verdict


@contextmanager
def logs_shown(folder: Path) -> Iterator[None]:
    """When the block fails, the last words of every process."""
    try:
        yield
    except BaseException:
        for log in sorted(folder.glob("*.log")):
            console.print(f"--- {log.name}", *log.read_text().splitlines()[-15:], sep="\n", markup=False)
        raise


def _serve(town: Town, web: int) -> None:
    for name, words in {"web": ["serve", "--port", str(web)], "worker-1": ["worker"], "worker-2": ["worker"]}.items():
        town.start(name, *words)
    town.wait_for(f"http://127.0.0.1:{web}/readyz")


def _file(desk: Desk, chosen: argparse.Namespace) -> list[str]:
    """All requests at once, until their people are asked."""
    plan = draw(chosen.seed, seconds=1, kills=0, deployments=int(chosen.deployments))
    filings = [replace(filing, stands_down_at_s=None) for filing in plan.filings]
    with ThreadPoolExecutor(4) as filers:
        return list(filers.map(desk.files, filings))


def _texts(carrier: str) -> tuple[int, int]:
    """How many texts the carrier has: ours, and people's."""
    texts = storms.carrier_records(carrier, "Messages")
    sent = len(verdicts.ours(texts))
    return sent, len(texts) - sent


def _release(desk: Desk) -> None:
    """The desk looks at the alarms, and lets the texts go that the reconciliation left held."""
    for hold in desk.ask("intake", "GET", "/sending").json()["holds"]:
        desk.ask("intake", "POST", f"/sending/holds/{hold['id']}/release", {})


def _settle(desk: Desk, references: list[str], patience_s: float) -> float:
    began, quiet = time.monotonic(), 0
    while time.monotonic() - began < patience_s and quiet < 3:
        time.sleep(1)
        quiet = quiet + 1 if storms.is_quiet() and not desk.unsettled(references) else 0
    return time.monotonic() - began


def show(chosen: argparse.Namespace, run: Run, verdict: Verdict) -> None:
    """Print the table."""
    table = Table("What", "Count", title=f"Seed {chosen.seed}: a database lost in the middle of a dispatch")
    for name, value in {
        "deployments under way": int(chosen.deployments),
        "texts sent before the restored moment": run.texts_before,
        "texts sent after it, which the restored database has lost": run.texts_lost,
        "answers read after it, lost too": run.answers_lost,
        "answers that came while nobody served": run.answers_unheard,
        "seconds to restore (base backup and archived log)": f"{run.restored_s:.1f}",
        "seconds to reconcile with the carrier": f"{run.reconciled_s:.1f}",
        "seconds until every deployment had ended": f"{run.settled_s:.0f}",
    }.items():
        table.add_row(name, str(value))
    table.add_section()
    for line in run.said.splitlines()[1:-1]:
        name, _, value = line.rpartition("  ")
        table.add_row(name.strip(), value)
    table.add_section()
    for name, value in verdict.counts.items():
        table.add_row(name, str(value))
    table.add_section()
    for name, found in verdict.faults().items():
        table.add_row(name, f"[red]{len(found)}[/]" if found else "0")
    console.print(table)
    for name, found in {**verdict.faults(), "told to the desk": verdict.told_to_desk}.items():
        for line in found[:20]:
            console.print(f"  {name}: {line}", markup=False, soft_wrap=True)


if __name__ == "__main__":
    raise SystemExit(main())
