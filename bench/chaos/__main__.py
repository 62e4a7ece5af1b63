"""Whole processes killed at random while many deployments are staffed; then every promise is counted.

`make chaos` (SECONDS=, KILLS=, DEPLOYMENTS=, SEED=, RATE=, KEEP=), or `python -m bench.chaos --help`. Leaves with 1
when any promise was broken, and names the seed, which draws the same requests, kills, second thoughts and faults again.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from app.core.clock import Clock, clock
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo import machine, people
from app.processes import migrate
from bench.chaos import verdict as verdicts
from bench.chaos.desk import Desk, Gave
from bench.chaos.plan import FAULTS, WORKERS, Moment, Plan, Victim, draw
from bench.chaos.town import Town
from bench.chaos.verdict import Verdict

START = datetime(2026, 11, 23, 17, tzinfo=UTC)
MIX = {"yes": 0.62, "no": 0.2, "never": 0.06, "late": 0.04, "garbled": 0.05, "stop": 0.01, "conditional": 0.02}
FILERS, KILLERS = 8, 12
QUIET_LOOKS = 3
MOST_LINES = 40
console = Console(highlight=False, width=110)


def arguments() -> argparse.Namespace:
    """What may be chosen; the environment names the same in capitals."""
    parser = argparse.ArgumentParser(prog="bench.chaos", description=__doc__)
    for name, default, told in (
        ("seconds", 1200, "how long processes are killed, on the wall"),
        ("kills", 400, "how many"),
        ("deployments", 200, "requests that are filed meanwhile"),
        ("settle", 900, "seconds afterwards for everything to end"),
        ("rate", 20, "simulated seconds in one of the wall"),
        ("experts", 900, "people in the invented pool"),
        ("solvers", 0, "solving processes beside each worker; 0: a thread, which makes a kill much cheaper"),
    ):
        parser.add_argument(f"--{name}", type=float, default=float(os.environ.get(name.upper(), default)), help=told)
    parser.add_argument("--keep", default=os.environ.get("KEEP", ""), help="folder for all logs, whatever happens")
    seed = os.environ.get("SEED")
    parser.add_argument("--seed", type=int, default=int(seed) if seed else random.randrange(10**6))
    return parser.parse_args()


def main() -> int:
    """One run.

    Returns:
        0 when every promise was kept.
    """
    chosen = arguments()
    plan = draw(chosen.seed, seconds=chosen.seconds, kills=int(chosen.kills), deployments=int(chosen.deployments))
    console.print(
        f"Seed {plan.seed}: {len(plan.kills)} kills in {plan.seconds:.0f} s, {len(plan.filings)} deployments, a clock"
        f" {chosen.rate:.0f} times as fast. The seed draws requests, kills, second thoughts and faults; how far a"
        " process got when it was killed is the machine's."
    )
    with tempfile.TemporaryDirectory(prefix="rrt-chaos-", ignore_cleanup_errors=True) as folder:
        signal.signal(signal.SIGINT, lambda *_: _end_at_once(Path(folder)))
        return _run(plan, chosen, Path(folder))


def _end_at_once(folder: Path) -> None:
    """Ctrl-C: every process is on our leash, and threads that wait for the service would wait on."""
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(130)


def _run(plan: Plan, chosen: argparse.Namespace, folder: Path) -> int:
    web, *carriers = (machine.free_port(0) for _ in range(1 + len(WORKERS)))
    simulator = carriers[0]
    with EmbeddedPostgres(folder / "postgres", port=machine.free_port(0)) as database:
        database.ensure_database("rrt")
        clock.follow(Clock(chosen.rate, time.time(), START.timestamp()))
        machine.set_environment(database.url("rrt"), folder, web=web, simulator=simulator, clock=clock)
        os.environ["RRT_SOLVER_PROCESSES"] = str(int(chosen.solvers))
        os.environ["RRT_GAP_MINUTES"] = "600"  # a storm is no long outage; holding after one has its own tests
        get_settings()
        migrate()
        _spare_the_disk()
        cast = asyncio.run(people.gather(experts=int(chosen.experts), seed=1))
        _wake_everybody()
        base, carrier = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
        with Town(folder, database, web=web, carrier=carriers, seed=plan.seed) as town:
            desk = _opened(base, carrier, cast, plan)
            began = time.monotonic()
            references = _storm(plan, town, desk, began)
            stormed = time.monotonic() - began
            settled = _settle(desk, references, chosen.settle)
            verdict = _judged(desk, carrier, references, town)
            _show(plan, town, verdict, stormed, settled)
            if chosen.keep:
                _copy_logs(folder, Path(chosen.keep))
            if any(verdict.faults().values()):
                _keep_logs(folder, plan.seed)
                return 1
    return 0


def _spare_the_disk() -> None:
    """Commits wait for the system's memory, not for the disk: what kill -9 of a process takes away is the same."""
    with psycopg.connect(get_settings().libpq_url, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")


def _wake_everybody() -> None:
    """Nights would only make the run longer; quiet hours have their own tests."""
    with psycopg.connect(get_settings().libpq_url) as connection:
        connection.execute("update experts set wakes_for_immediate = true")


def _opened(base: str, carrier: str, cast: people.Cast, plan: Plan) -> Desk:
    for url in (f"{carrier}/healthz", f"{base}/readyz"):
        deadline = time.monotonic() + 60
        while True:
            with suppress(httpx.HTTPError):
                if httpx.get(url, timeout=2, trust_env=False).is_success:
                    break
            if time.monotonic() > deadline:
                raise machine.NotReady(f"{url} does not answer")
            time.sleep(0.2)
    with httpx.Client(base_url=carrier, timeout=60, trust_env=False) as simulator:
        people.hand_out_phones(simulator, cast.phones)
        pulled = {"seed": plan.seed, "mix": MIX, "faults": FAULTS}
        simulator.post("/simulator/settings", json=pulled).raise_for_status()
    return Desk(base, carrier, cast.keys)


def _storm(plan: Plan, town: Town, desk: Desk, began: float) -> list[str]:
    """Everything the plan says, at its moment; the references of all deployments."""
    references: list[str] = []
    lost: list[str] = []

    def wait(at_s: float) -> None:
        time.sleep(max(0.0, began + at_s - time.monotonic()))

    def file(number: int) -> None:
        filing = plan.filings[number]
        wait(filing.at_s)
        try:
            reference = desk.files(filing)
            references.append(reference)
            if filing.stands_down_at_s is not None:
                wait(filing.stands_down_at_s)
                desk.stands_down(reference)
        except (Gave, httpx.HTTPStatusError) as error:
            lost.append(f"deployment {number}: {error}")

    def act() -> None:
        for one in sorted(plan.acts, key=lambda each: each.at_s):
            wait(one.at_s)
            with suppress(Gave, httpx.HTTPError):
                desk.acts(one, references)

    second_thoughts = threading.Thread(target=act, daemon=True)
    second_thoughts.start()
    with ThreadPoolExecutor(FILERS) as filers, ThreadPoolExecutor(KILLERS) as killers:
        work = [filers.submit(file, number) for number in range(len(plan.filings))]
        for kill in plan.kills:
            wait(kill.at_s)
            work.append(killers.submit(town.carry_out, kill))
        for each in work:
            each.result()
    second_thoughts.join(60)
    desk.refused += lost
    return references


def _settle(desk: Desk, references: list[str], patience_s: float) -> float:
    """Let everything end; how many seconds it took."""
    began, quiet = time.monotonic(), 0
    while time.monotonic() - began < patience_s and quiet < QUIET_LOOKS:
        time.sleep(1)
        with suppress(psycopg.OperationalError, Gave):
            quiet = quiet + 1 if verdicts.is_quiet() and not desk.unsettled(references) else 0
    return time.monotonic() - began


def _judged(desk: Desk, carrier: str, references: list[str], town: Town) -> Verdict:
    verdict = verdicts.reach(carrier, desk.unsettled(references), desk.refused, town.proof())
    verdict.promises_broken = asyncio.run(verdicts.promises())
    return verdict


def _show(plan: Plan, town: Town, verdict: Verdict, stormed: float, settled: float) -> None:
    table = Table("What", "Count", title=f"Seed {plan.seed}: {stormed:.0f} s of storm, settled after {settled:.0f} s")
    for victim in Victim:
        own = town.died[victim]
        notes = [f"{own} ended by itself"] if own else []
        if victim is Victim.DATABASE:
            notes.append(f"{town.backends} of one connection's process")
        table.add_row(f"kill -9 of {victim}", f"{town.killed[victim]}" + (f" ({', '.join(notes)})" if notes else ""))
    table.add_row("kills", str(town.killed.total()), end_section=True)
    for moment in Moment:
        table.add_row(f"killed {moment}", str(town.moments[moment]))
    table.add_section()
    table.add_row("deployments", str(len(plan.filings)))
    for name, count in verdict.counts.items():
        table.add_row(name, str(count))
    table.add_section()
    for name, found in verdict.faults().items():
        table.add_row(name.replace("_", " "), f"[red]{len(found)}[/]" if found else "0")
    table.add_section()
    for why, many in verdict.undecidable.items():
        table.add_row(f"undecidable, never sent again: {why}", str(len(many)))
    console.print(table)
    for line in town.last_words[:20]:
        console.print(f"  {line}", markup=False)
    for name, found in {**verdict.faults(), **verdict.undecidable}.items():
        for line in found[:MOST_LINES]:
            console.print(f"  {name.replace('_', ' ')}: {line}", markup=False, soft_wrap=True)


def _copy_logs(folder: Path, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for log in (*folder.glob("*.log"), *folder.glob("postgres/*.log*")):
        shutil.copy(log, kept / log.name)


def _keep_logs(folder: Path, seed: int) -> None:
    """The last words of every process, for whoever looks for the reason."""
    for log in sorted(folder.glob("*.log")):
        tail = log.read_text(errors="replace").splitlines()[-30:]
        console.print(f"--- {log.name}", *tail, sep="\n", markup=False, soft_wrap=True)
    console.print(f"Again with the same plan: make chaos SEED={seed} and the same numbers.")


if __name__ == "__main__":
    raise SystemExit(main())
