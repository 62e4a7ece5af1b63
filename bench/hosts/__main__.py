"""Three hosts over one database and a pooler: one loses its network, one its power, in the middle of dispatch.

`python -m bench.hosts [--seconds N] [--deployments N] [--seed N]`, as root, with `ip` and pgbouncer. Every host is a
network namespace with a web and a worker; requests reach them through a balancer. The carrier is the storm's, with its
faults, and the judge as well. Leaves with 1 when anything was lost, doubled or left open.

`--before REV` upgrades instead: all three begin with the code of that commit on its own schema, the database is
migrated under them, one after the other goes on with the present code, and one goes back.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.core import roles
from app.core.clock import Clock, clock
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo import machine, people
from bench.chaos import __main__ as chaos
from bench.chaos import verdict as verdicts
from bench.chaos.plan import WORKERS, draw
from bench.hosts import network, telling, versions
from bench.hosts.balancer import Balancer
from bench.hosts.happenings import Happenings, losses, upgrades
from bench.hosts.machines import PORT, Machine
from bench.hosts.pooler import pooled
from tests.postgres import APP_PASSWORD, as_role

HOSTS = ("ash", "birch", "cedar")
START_S = 180
NOBODY_KILLS: Any = None
"""The plan has no kills, so the storm needs no town."""


def arguments() -> argparse.Namespace:
    """What may be chosen."""
    parser = argparse.ArgumentParser(prog="bench.hosts", description=__doc__)
    for name, default, told in (
        ("seconds", 120, "in which requests are filed and hosts are lost"),
        ("deployments", 16, "requests that are filed meanwhile"),
        ("settle", 600, "seconds afterwards for everything to end"),
        ("rate", 20, "simulated seconds in one of the wall"),
        ("experts", 600, "people in the invented pool"),
        ("seed", 1, "of requests, second thoughts and the carrier's faults"),
    ):
        parser.add_argument(f"--{name}", type=float, default=float(default), help=told)
    parser.add_argument("--before", default="", help="upgrade from the code of this commit, instead of losing hosts")
    return parser.parse_args()


def main() -> int:
    """One run.

    Returns:
        0 when every promise was kept.
    """
    chosen = arguments()
    network.enter("bench.hosts", sys.argv[1:])
    addresses = network.build(HOSTS)
    with tempfile.TemporaryDirectory(prefix="rrt-hosts-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        before = versions.checked_out(chosen.before, folder / "before") if chosen.before else None
        listens = f"127.0.0.1,{network.OURS}"
        with EmbeddedPostgres(folder / "postgres", port=machine.free_port(0), listens_at=listens) as database:
            return _run(chosen, folder, database, addresses, before)


def _run(
    chosen: argparse.Namespace, folder: Path, database: EmbeddedPostgres, addresses: dict[str, str], before: Path | None
) -> int:
    carriers = [machine.free_port(0) for _ in WORKERS]
    owner = database.ensure_database("rrt")
    _set_environment(owner, folder, carriers[0], chosen.rate)
    versions.migrated(before or versions.ROOT, APP_PASSWORD)
    direct = _opened_to_hosts(owner, database)
    chaos._spare_the_disk()
    with ExitStack() as stack:
        stack.enter_context(_carrier(folder, int(chosen.seed), carriers))
        given = os.environ | {"RRT_DATABASE_URL": direct}
        if before is None:  # the code before may not know of poolers
            port = machine.free_port(0)
            lent = stack.enter_context(pooled(folder / "pooler", direct, address=network.OURS, port=port))
            given |= {"RRT_DATABASE_URL": lent, "RRT_DATABASE_DIRECT_URL": direct}
        hosts = {name: Machine(name, at, folder, given, before) for name, at in addresses.items()}
        for host in hosts.values():
            host.start()
            stack.callback(host.kill)
        if before is not None:
            _wait_for(list(addresses.values()))
            versions.migrated(versions.ROOT, APP_PASSWORD)
        return _stormed(chosen, folder, hosts, carriers[0], before)


def _set_environment(owner: str, folder: Path, carrier: int, rate: float) -> None:
    clock.follow(Clock(rate, time.time(), chaos.START.timestamp()))
    machine.set_environment(owner, folder, web=PORT, simulator=carrier, clock=clock)
    os.environ |= {
        "RRT_SOLVER_PROCESSES": "0", "RRT_GAP_MINUTES": "600", "RRT_PUBLIC_URL": f"http://{network.OURS}:{PORT}",
        "RRT_TWILIO_API_URL": f"http://{network.OURS}:{carrier}",
    }  # fmt: skip
    get_settings.cache_clear()
    get_settings()


def _opened_to_hosts(owner: str, database: EmbeddedPostgres) -> str:
    """Let the service's role in from the hosts.

    Returns:
        The database's address as hosts reach it.
    """
    with (database.cluster / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {network.PREFIX}.0/24 scram-sha-256\n")
    with psycopg.connect(get_settings().libpq_url, autocommit=True) as connection:
        connection.execute("select pg_reload_conf()")
    return as_role(owner, roles.APP).replace("127.0.0.1", network.OURS)


def _wait_for(addresses: list[str]) -> None:
    """Until every host's web answers."""
    deadline = time.monotonic() + START_S
    for address in addresses:
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if httpx.get(f"http://{address}:{PORT}/healthz", timeout=2, trust_env=False).is_success:
                    break
            time.sleep(0.2)
        else:
            raise machine.NotReady(f"{address} does not answer")


@contextmanager
def _carrier(folder: Path, seed: int, ports: list[int]) -> Iterator[None]:
    """The storm's carrier, whose shots nobody asks for."""
    _, muzzle = Pipe()
    words = [str(muzzle.fileno()), str(seed), json.dumps(ports), network.OURS]
    with (folder / "simulator.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.chaos.carrier", *words], stdout=log, stderr=log, pass_fds=[muzzle.fileno()]
        )
    try:
        yield
    finally:
        child.terminate()
        child.wait(10)


def _stormed(
    chosen: argparse.Namespace, folder: Path, hosts: dict[str, Machine], carrier_port: int, before: Path | None
) -> int:
    """File requests while it happens, let everything end, and judge."""
    cast = asyncio.run(people.gather(experts=int(chosen.experts), seed=1))
    chaos._wake_everybody()
    plan = draw(int(chosen.seed), seconds=chosen.seconds, kills=0, deployments=int(chosen.deployments))
    balancer = Balancer(network.OURS, [host.address for host in hosts.values()], PORT)
    carrier = f"http://{network.OURS}:{carrier_port}"
    desk = chaos._opened(f"http://{network.OURS}:{PORT}", carrier, cast, plan)
    happened = (
        Happenings("all three work", losses(hosts), chosen.seconds)
        if before is None
        else Happenings("all three run the code before", upgrades(hosts, before), chosen.seconds)
    )
    happened.start()
    references = chaos._storm(plan, NOBODY_KILLS, desk, happened.began)
    happened.join()
    settled = chaos._settle(desk, references, chosen.settle)
    proof = httpx.get(f"{carrier}/chaos/proof", timeout=60, trust_env=False).raise_for_status().json()
    verdict = verdicts.reach(carrier, desk.unsettled(references), desk.refused, proof)
    verdict.promises_broken = asyncio.run(verdicts.promises())
    telling.show_phases(happened, balancer.served)
    telling.show_verdict(verdict, len(references), settled)
    if any(verdict.faults().values()):
        chaos._keep_logs(folder, plan.seed)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
